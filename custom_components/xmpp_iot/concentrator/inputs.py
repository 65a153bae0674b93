"""The inputs an action has for one entity: derived from Home Assistant's description and the entity."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from homeassistant.core import State

from ..wire.form_model import FormField
from .attributes import lets_in
from .domain import Domain, Selector
from .domains import domain_of
from .parameter import Parameter, features_of
from .selectors import KINDS, Config, single, typed
from .words import Words

type Description = Mapping[str, Any]

# The attribute that lists what a field can take, by the field's name: Home Assistant's own description
# says only 'a state' or 'a text'.
OPTION_LISTS: Final[Mapping[str, str]] = {
    "activity": "activity_list",
    "effect": "effect_list",
    "fan_mode": "fan_modes",
    "fan_speed": "fan_speed_list",
    "hvac_mode": "hvac_modes",
    "mode": "available_modes",
    "operation_mode": "operation_list",
    "option": "options",
    "preset_mode": "preset_modes",
    "sound_mode": "sound_mode_list",
    "source": "source_list",
    "speed": "supported_speeds",
    "swing_horizontal_mode": "swing_horizontal_modes",
    "swing_mode": "swing_modes",
    "tone": "available_tones",
}
# How else such attributes are called, for what Home Assistant adds tomorrow.
_OTHER_LISTS: Final = ("{}s", "{}_list", "available_{}s", "supported_{}s")
# A node's command is for that node, and writes no file: whatever the description says.
_NEVER_OFFERED: Final = frozenset(
    {"entity_id", "device_id", "area_id", "floor_id", "label_id"}
    | {"filename", "file_path", "path"}
)
# What a lock or an alarm says of its codes, where that is no pattern by itself.
_CODE_FORMATS: Final[Mapping[str, str]] = {"number": "[0-9]+", "text": ""}


@dataclass(frozen=True, slots=True)
class Input:
    """One field of a command: its form field and what makes action data of its values."""

    key: str
    field: FormField
    parse: Callable[[tuple[str, ...]], object]


def inputs_of(
    action: str, description: Description, state: State, words: Words | None = None
) -> tuple[Input, ...] | None:
    """Return the inputs of an action for that entity, in the order of its description.

    None if the action cannot be offered: it needs what no form can ask for. Without `words` they are
    good for reading a submission.
    """
    row = domain_of(state.entity_id)
    parameters = {
        one.data_key: one
        for one in row.parameters
        if one.action == action and one.offered(state)
    }
    inputs = []
    for key, field in _flat(description.get("fields") or {}):
        condition = row.conditions.get(f"{action}.{key}")
        if not applies(field.get("filter"), state) or (
            condition and not condition(state)
        ):
            continue
        base = _base(action, key, field, row, words)
        if key in _NEVER_OFFERED:
            one = None
        elif (parameter := parameters.get(key)) is not None:
            one = _from_parameter(key, parameter, base, state)
        else:
            selector = _selector(f"{action}.{key}", field, row, state)
            one = from_selector(key, selector, base, state, field.get("default"))
        if one is not None:
            inputs.append(_finished(one, field, row, state, words))
        elif base.required:
            return None
    return tuple(inputs)


def from_selector(
    key: str,
    selector: Selector | None,
    base: FormField,
    state: State,
    default: object = None,
) -> Input | None:
    """Return the input an action's field makes for that entity, None if it cannot be offered."""
    if not selector:  # anything at all
        return None
    name, config = next(iter(selector.items()))
    name, config = _chosen(key, name, config or {}, state)
    if (kind := KINDS.get(name)) is None:
        return None
    if (field := kind.build(base, config)) is None:
        return None
    if default is not None:
        field = replace(field, values=kind.default(default))
    return Input(key, field, lambda values: kind.parse(values, config))


def applies(condition: Description | None, state: State) -> bool:
    """Return whether a field's filter lets it be offered for that entity."""
    if not condition:
        return True
    if not features(condition.get("supported_features"), state):
        return False
    attributes: Mapping[str, list[object]] = condition.get("attribute") or {}
    return all(
        not set(wanted).isdisjoint(as_list(state.attributes.get(name)))
        for name, wanted in attributes.items()
    )


def features(masks: object, state: State) -> bool:
    """Return whether the entity has all bits of any mask, as Home Assistant itself checks."""
    if not masks:
        return True
    has = features_of(state)
    return any(isinstance(mask, int) and has & mask == mask for mask in as_list(masks))


def as_list(value: object) -> list[Any]:
    """Return a value as a list, an empty one for none."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _flat(fields: Mapping[str, Description]) -> Iterator[tuple[str, Description]]:
    """Return fields without the sections a person sees them in."""
    for key, field in fields.items():
        if "fields" in field:
            yield from _flat(field["fields"])
        else:
            yield key, field


def _base(
    action: str, key: str, field: Description, row: Domain, words: Words | None
) -> FormField:
    return FormField(
        var=key,
        label=words.field(action, key) if words else key,
        description=words.field_description(action, key) if words else "",
        required=bool(field.get("required")) or f"{action}.{key}" in row.required,
    )


def _selector(
    name: str, field: Description, row: Domain, state: State
) -> Selector | None:
    if (takes := row.selectors.get(name)) is not None:
        return takes(state)
    selector: Selector | None = field.get("selector")
    return selector


def _chosen(key: str, name: str, config: Config, state: State) -> tuple[str, Config]:
    """Return the selector of what an entity lists, for a field that takes one of those."""
    if name not in {"state", "text"}:
        return name, config
    lists = [OPTION_LISTS[key]] if key in OPTION_LISTS else []
    if name == "state":
        attribute = config.get("attribute") or key
        lists += [form.format(attribute) for form in _OTHER_LISTS]
    for listed in lists:
        if options := _listed(state.attributes.get(listed)):
            return "select", {"options": options, "multiple": config.get("multiple")}
    return name, config


def _listed(options: object) -> list[Mapping[str, str]]:
    """Return what an attribute lists as options; some list names by numbers."""
    if isinstance(options, Mapping):
        named = list(options.items())
    elif isinstance(options, (list, tuple, set, frozenset)):
        named = [(one, one) for one in options]
    else:
        return []
    return [
        {"value": str(value), "label": str(label)}
        for value, label in named
        if not lets_in(f"{value} {label}")
    ]


def _from_parameter(
    key: str, parameter: Parameter, base: FormField, state: State
) -> Input:
    """Return the input of a field that is a control parameter too: it knows the entity's own range."""
    field = parameter.field(state)
    return Input(
        key,
        replace(
            field,
            var=key,
            label=base.label,
            description=f"{base.description} {field.description}".strip(),
            required=base.required,
            values=(),
        ),
        lambda values: parameter.accept(
            parameter.type, typed(parameter.type, (single(values),)), state
        ),
    )


def _finished(
    one: Input, field: Description, row: Domain, state: State, words: Words | None
) -> Input:
    """Return an input with what the entity and the language add to its field."""
    made = one.field
    if one.key == "code":
        code_format = str(state.attributes.get("code_format") or "")
        made = replace(made, pattern=_CODE_FORMATS.get(code_format, code_format))
    if one.key in row.related:
        made = replace(made, post_back=True)
    if words and made.options:
        config = next(iter((field.get("selector") or {}).values()), None) or {}
        made = words.labelled(made, config.get("translation_key") or one.key)
    return replace(one, field=made)
