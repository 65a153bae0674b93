"""Node commands (XEP-0326 section 3.6): Home Assistant's actions, with forms made from its descriptions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import voluptuous as vol

from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant, State

from ..wire.errors import ItemNotFound, NotAcceptable
from ..wire.form_model import Form, FormField, Submission
from ..wire.model import Command, CommandType
from ..wire.order_token import ORDER
from .catalogue import Catalogue
from .domains import domain_of
from .inputs import Description, Input, inputs_of
from .parameter import NotAccepted
from .words import Words

EXPIRES: Final = "expires"
# What a client sends along to say which form it filled in, until when it means it, and which order it is.
FRAME: Final = frozenset({"FORM_TYPE", "xdd session", EXPIRES, ORDER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A command somebody gave: one action and its data, completely checked."""

    action: str
    data: Mapping[str, object]
    answers: bool = False
    """It does nothing but answer: it is a query, and what it answers is its report."""


class Commands:
    """Derives the commands of entities."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Derive from the actions of `hass`."""
        self._hass = hass
        self._catalogue = Catalogue(hass)

    async def refresh(self) -> None:
        """Take in Home Assistant's actions as they are now; quick where none is new."""
        await self._catalogue.refresh()

    def any(self, state: State) -> bool:
        """Return whether an entity has commands, as of the last `refresh`."""
        return self._catalogue.any(state)

    async def offered(self, state: State, language: str) -> tuple[Command, ...]:
        """Return the commands an entity offers, named in `language`."""
        await self.refresh()
        words = await Words.of(self._hass, state.domain, language)
        return tuple(
            Command(
                id=action,
                name=words.action(action),
                type=command_type(description, inputs),
                sort_category=state.domain,
                sort_key=f"{order:02d}",
            )
            for order, (action, description, inputs) in enumerate(
                self._catalogue.actions(state)
            )
        )

    async def form(
        self,
        state: State,
        action: str,
        language: str,
        draft: Submission | None = None,
    ) -> Form:
        """Return the form of a command; ItemNotFound if the entity does not offer it.

        With a `draft`, a form filled in so far, it has the draft's values and what is wrong with them.
        """
        description, _ = await self._find(state, action)
        words = await Words.of(self._hass, state.domain, language)
        inputs = inputs_of(action, description, state, words) or ()
        fields = tuple(one.field for one in inputs)
        if draft is not None:
            wrong = self._wrong_so_far(state, action, inputs, draft)
            fields = tuple(drafted(field, draft, wrong) for field in fields)
        return Form(
            title=words.action(action),
            instructions=words.action_description(action),
            fields=fields,
        )

    async def order(
        self, state: State, action: str, submission: Submission | None
    ) -> Order:
        """Return the action and data a submitted form stands for, completely checked.

        ItemNotFound if the entity does not offer the action, NotAcceptable with what is wrong per field.
        """
        description, inputs = await self._find(state, action)
        # An optional field left empty is left out; a required text may well be empty.
        needed = {one.key for one in inputs if one.field.required}
        given = {
            name: values
            for name, values in (submission or {}).items()
            if name not in FRAME and (any(values) or name in needed)
        }
        known = {one.key for one in inputs}
        wrong = {name: "Unknown field." for name in given if name not in known}
        wrong |= {name: "A value is needed." for name in needed if not given.get(name)}
        data, unaccepted = _parsed(state, inputs, given)
        if wrong := {**unaccepted, **wrong}:
            raise NotAcceptable(_summary(wrong), parameters=wrong)
        return Order(
            action=action,
            data=data,
            answers=command_type(description, inputs) is CommandType.QUERY,
        )

    async def _find(
        self, state: State, action: str
    ) -> tuple[Description, tuple[Input, ...]]:
        if (found := await self._catalogue.find(state, action)) is None:
            raise ItemNotFound(f"There is no command {action!r}.")
        return found

    def _wrong_so_far(
        self, state: State, action: str, inputs: tuple[Input, ...], draft: Submission
    ) -> dict[str, str]:
        """Return what is wrong with a draft's values, by field; what is still missing is not."""
        given = {name: values for name, values in draft.items() if any(values)}
        data, wrong = _parsed(state, inputs, given)
        missing = any(one.field.required and one.key not in given for one in inputs)
        if wrong or missing or not given:
            return wrong
        services = self._hass.services.async_services_for_domain(state.domain)
        service = services.get(action)
        try:
            if service is not None and service.schema is not None:
                service.schema({**data, ATTR_ENTITY_ID: state.entity_id})
        except vol.Invalid as err:
            # Where it is about several fields at once, the last one shows it.
            return {_field_of(err, data): str(err)}
        return {}


def drafted(field: FormField, draft: Submission, wrong: Mapping[str, str]) -> FormField:
    """Return a field with what a draft has in it, and what is wrong with that (XEP-0336)."""
    return replace(
        field,
        values=draft.get(field.var, field.values),
        error=wrong.get(field.var, ""),
    )


def command_type(description: Description, inputs: tuple[Input, ...]) -> CommandType:
    """Return how an action is used: one that only answers is a query, with or without a form."""
    response: Mapping[str, Any] | None = description.get("response")
    if response and not response.get("optional"):
        return CommandType.QUERY
    return CommandType.PARAMETERIZED if inputs else CommandType.SIMPLE


def _parsed(
    state: State, inputs: tuple[Input, ...], given: Submission
) -> tuple[dict[str, object], dict[str, str]]:
    """Return what was given as action data, and what is wrong with it by field."""
    data: dict[str, object] = {}
    wrong: dict[str, str] = {}
    for one in inputs:
        if (values := given.get(one.key)) is None:
            continue
        try:
            data[one.key] = one.parse(values)
        except NotAccepted as err:
            wrong[one.key] = str(err)
    return data, {**wrong, **domain_of(state.entity_id).disordered(data)}


def _field_of(err: vol.Invalid, data: Mapping[str, object]) -> str:
    named = [str(part) for part in err.path if str(part) in data]
    return named[-1] if named else list(data)[-1]


def _summary(wrong: Mapping[str, str]) -> str:
    return " ".join(f"{name}: {reason}" for name, reason in wrong.items())
