"""Node commands (XEP-0326 section 3.6): Home Assistant's actions.

Their forms are derived from Home Assistant's own description, the entity's features and its options.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from homeassistant.core import HomeAssistant, State
from homeassistant.helpers.service import async_get_all_descriptions
from homeassistant.helpers.translation import async_get_translations

from ..wire.errors import ItemNotFound, NotAcceptable
from ..wire.model import (
    Command,
    CommandType,
    Form,
    FormField,
    FormFieldType,
    Submission,
)
from .domains import domain_of
from .parameter import NotAccepted, Parameter
from .selectors import Input, from_parameter, from_selector

type Description = Mapping[str, Any]

EXPIRES: Final = "expires"


class Commands:
    """Derives the commands of entities."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Derive from the actions of `hass`."""
        self._hass = hass

    async def offered(self, state: State, language: str) -> tuple[Command, ...]:
        """Return the commands an entity offers, named in `language`."""
        texts = await self._texts(state.domain, language)
        return tuple(
            Command(
                id=action,
                name=texts(f"{action}.name", action.replace("_", " ").capitalize()),
                type=CommandType.PARAMETERIZED
                if any(self._inputs(action, description, state))
                else CommandType.SIMPLE,
                sort_category=state.domain,
                sort_key=f"{order:02d}",
            )
            for order, (action, description) in enumerate(await self._actions(state))
        )

    async def form(self, state: State, action: str, language: str) -> Form:
        """Return the form of a command; ItemNotFound if the entity does not offer it."""
        description = await self._description(state, action)
        texts = await self._texts(state.domain, language)
        return Form(
            title=texts(f"{action}.name", action.replace("_", " ").capitalize()),
            instructions=texts(f"{action}.description", ""),
            fields=tuple(
                one.field for one in self._inputs(action, description, state, texts)
            ),
        )

    async def data(
        self, state: State, action: str, submission: Submission | None
    ) -> dict[str, object]:
        """Return the action data a submitted form stands for, completely checked.

        ItemNotFound if the entity does not offer the action, NotAcceptable with what is wrong per field.
        """
        description = await self._description(state, action)
        inputs = {one.key: one for one in self._inputs(action, description, state)}
        # An optional field left empty is left out; a required text may well be empty.
        needed = {name for name, one in inputs.items() if one.field.required}
        given = {
            name: values
            for name, values in (submission or {}).items()
            if name not in {EXPIRES, "FORM_TYPE"} and (any(values) or name in needed)
        }
        wrong = {name: "Unknown field." for name in given if name not in inputs}
        wrong |= {name: "A value is needed." for name in needed if not given.get(name)}
        data: dict[str, object] = {}
        for name, values in given.items():
            if name in wrong:
                continue
            try:
                data[name] = inputs[name].parse(values)
            except NotAccepted as err:
                wrong[name] = str(err)
        if wrong:
            raise NotAcceptable(_summary(wrong), parameters=wrong)
        return data

    async def _actions(self, state: State) -> list[tuple[str, Description]]:
        described = (await async_get_all_descriptions(self._hass)).get(state.domain, {})
        return [
            (action, description)
            for action in domain_of(state.entity_id).actions
            if (description := described.get(action)) is not None
            and _supports(description, state)
        ]

    async def _description(self, state: State, action: str) -> Description:
        for offered, description in await self._actions(state):
            if offered == action:
                return description
        raise ItemNotFound(f"There is no command {action!r}.")

    def _inputs(
        self,
        action: str,
        description: Description,
        state: State,
        texts: Texts | None = None,
    ) -> Iterator[Input]:
        """Return the inputs of an action for that entity, in the order of its description."""
        parameters = {
            one.data_key: one
            for one in domain_of(state.entity_id).parameters
            if one.action == action and one.offered(state)
        }
        for key, field in _flat(description.get("fields") or {}):
            if not _applies(field.get("filter"), state):
                continue
            base = _base(action, key, field, texts)
            one = _input(key, field, base, state, parameters.get(key))
            if one is not None:
                yield one

    async def _texts(self, domain: str, language: str) -> Texts:
        return Texts(
            await async_get_translations(self._hass, language, "services", {domain}),
            f"component.{domain}.services.",
        )


class Texts:
    """The translated names and descriptions of one domain's actions."""

    def __init__(self, translations: Mapping[str, str], prefix: str) -> None:
        """Look up keys below `prefix`."""
        self._translations = translations
        self._prefix = prefix

    def __call__(self, key: str, default: str) -> str:
        """Return the text of `key`, else `default`."""
        return self._translations.get(self._prefix + key, default)


def _flat(fields: Mapping[str, Description]) -> Iterator[tuple[str, Description]]:
    """Return fields without the sections a person sees them in."""
    for key, field in fields.items():
        if "fields" in field:
            yield from _flat(field["fields"])
        else:
            yield key, field


def _base(action: str, key: str, field: Description, texts: Texts | None) -> FormField:
    default = field.get("default")
    label = key.replace("_", " ").capitalize()
    prefix = f"{action}.fields.{key}"
    return FormField(
        var=key,
        type=FormFieldType.TEXT_SINGLE,
        label=texts(f"{prefix}.name", label) if texts else label,
        description=texts(f"{prefix}.description", "") if texts else "",
        required=bool(field.get("required")),
        values=() if default is None else (_default(default),),
    )


def _default(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _input(
    key: str,
    field: Description,
    base: FormField,
    state: State,
    parameter: Parameter | None,
) -> Input | None:
    if parameter is not None:
        return from_parameter(key, parameter, base, state)
    return from_selector(key, field.get("selector") or {"text": None}, base, state)


def _supports(description: Description, state: State) -> bool:
    """Return whether the action is for entities with these features (target.entity of its description)."""
    if not (target := description.get("target")):
        return False
    filters = target.get("entity") or [{}]
    filters = filters if isinstance(filters, list) else [filters]
    return any(
        _features(one.get("supported_features"), state)
        for one in filters
        if state.domain in _as_list(one.get("domain"), state.domain)
    )


def _as_list(value: object, default: str) -> list[object]:
    if value is None:
        return [default]
    return value if isinstance(value, list) else [value]


def _features(masks: list[int] | None, state: State) -> bool:
    """Return whether the entity has all bits of any mask, as Home Assistant itself checks."""
    features = state.attributes.get("supported_features") or 0
    return not masks or any(features & mask == mask for mask in masks)


def _applies(condition: Description | None, state: State) -> bool:
    """Return whether a field's filter lets it be offered for that entity."""
    if not condition:
        return True
    if not _features(condition.get("supported_features"), state):
        return False
    attributes: Mapping[str, list[object]] = condition.get("attribute") or {}
    return all(
        not set(wanted).isdisjoint(_as_list(state.attributes.get(name), ""))
        for name, wanted in attributes.items()
    )


def _summary(wrong: Mapping[str, str]) -> str:
    return " ".join(f"{name}: {reason}" for name, reason in wrong.items())
