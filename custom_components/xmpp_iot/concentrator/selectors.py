"""Home Assistant's selectors as data form fields, and what was filled in as action data.

A table row per kind of selector. What has no row (objects, templates, media, targets) is not offered.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from homeassistant.core import State

from ..wire.errors import StanzaError
from ..wire.model import FormField, FormFieldType, FormOption, ValueType
from ..wire.xml import parse_value
from .parameter import NotAccepted, Parameter
from .parameters import Color
from .values import local_time

type Config = Mapping[str, Any]

_COLOR: Final = Color(name="color")

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
# Text fields that hold a secret.
_PRIVATE: Final = frozenset({"code"})


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of selector looks in a form, and how its text becomes action data."""

    build: Callable[[FormField, Config], FormField | None]
    parse: Callable[[tuple[str, ...], Config], object]


@dataclass(frozen=True, slots=True)
class Input:
    """One field of a command: its form field and what makes action data of its values."""

    key: str
    field: FormField
    parse: Callable[[tuple[str, ...]], object]


def _single(values: tuple[str, ...]) -> str:
    if len(values) != 1:
        raise NotAccepted("Exactly one value is needed.")
    return values[0]


def _typed(kind: ValueType) -> Callable[[tuple[str, ...], Config], Any]:
    """Return a parser of one value in the XML Schema form of `kind`."""

    def parse(values: tuple[str, ...], _: Config) -> Any:
        try:
            return parse_value(kind, _single(values))
        except StanzaError as err:
            raise NotAccepted(err.text) from err

    return parse


def _boolean_field(field: FormField, _: Config) -> FormField:
    return replace(field, type=FormFieldType.BOOLEAN, datatype="xs:boolean")


def _constant(values: tuple[str, ...], config: Config) -> object:
    if not _typed(ValueType.BOOLEAN)(values, config):
        raise NotAccepted("Only true can be chosen.")
    return config["value"]


def _number_field(field: FormField, config: Config) -> FormField:
    return replace(
        field,
        datatype="xs:double",
        minimum=_bound(config, "min"),
        maximum=_bound(config, "max"),
    )


def _bound(config: Config, name: str) -> str | None:
    return None if config.get(name) is None else f"{config[name]:.15g}"


def _number(values: tuple[str, ...], config: Config) -> object:
    number = _typed(ValueType.DOUBLE)(values, config)
    low, high = config.get("min"), config.get("max")
    # Written so that NaN is refused as well.
    if not (
        (low is None or number >= low)
        and (high is None or number <= high)
        and abs(number) < float("inf")
    ):
        raise NotAccepted(f"Allowed range is {low} to {high}.")
    # Home Assistant refuses 5.0 where it wants a whole number.
    return int(number) if number.is_integer() else number


def _options(config: Config) -> tuple[FormOption, ...]:
    return tuple(
        FormOption(str(one["value"]), str(one.get("label", one["value"])))
        if isinstance(one, Mapping)
        else FormOption(str(one), str(one))
        for one in config.get("options") or ()
    )


def _select_field(field: FormField, config: Config) -> FormField:
    multiple = config.get("multiple")
    return replace(
        field,
        type=FormFieldType.LIST_MULTI if multiple else FormFieldType.LIST_SINGLE,
        options=_options(config),
        datatype="xs:string",
    )


def _select(values: tuple[str, ...], config: Config) -> object:
    allowed = {option.value for option in _options(config)}
    if not allowed.issuperset(values):
        raise NotAccepted(f"One of these is needed: {', '.join(sorted(allowed))}.")
    return list(values) if config.get("multiple") else _single(values)


def _text_field(field: FormField, config: Config) -> FormField | None:
    if config.get("multiple"):
        return replace(field, type=FormFieldType.TEXT_MULTI)
    secret = field.var in _PRIVATE or config.get("type") == "password"
    return replace(
        field,
        type=FormFieldType.TEXT_PRIVATE if secret else FormFieldType.TEXT_SINGLE,
        datatype="xs:string",
    )


def _text(values: tuple[str, ...], config: Config) -> object:
    return list(values) if config.get("multiple") else _single(values)


def _color(values: tuple[str, ...], _: Config) -> object:
    return _COLOR.accept(ValueType.COLOR, _single(values), _NO_STATE)


def _duration(values: tuple[str, ...], config: Config) -> object:
    value: timedelta = _typed(ValueType.DURATION)(values, config)
    return {"seconds": value.total_seconds()}


def _iso(kind: ValueType) -> Callable[[tuple[str, ...], Config], object]:
    """Return a parser of a moment that gives Home Assistant its ISO text."""
    parse = _typed(kind)
    return lambda values, config: parse(values, config).isoformat()


def _time(values: tuple[str, ...], config: Config) -> object:
    return local_time(_typed(ValueType.TIME)(values, config))


def _plain(datatype: str) -> Callable[[FormField, Config], FormField]:
    return lambda field, _: replace(field, datatype=datatype)


def _kelvin_field(field: FormField, config: Config) -> FormField | None:
    # Without this Home Assistant means mireds, which its actions no longer take.
    return _number_field(field, config) if config.get("unit") == "kelvin" else None


_NO_STATE: Final = State("light.any", "on")

KINDS: Final[Mapping[str, Kind]] = {
    "boolean": Kind(_boolean_field, _typed(ValueType.BOOLEAN)),
    "color_rgb": Kind(_plain("xdc:Color"), _color),
    "color_temp": Kind(_kelvin_field, _number),
    "constant": Kind(_boolean_field, _constant),
    "date": Kind(_plain("xs:date"), _iso(ValueType.DATE)),
    "datetime": Kind(_plain("xs:dateTime"), _iso(ValueType.DATE_TIME)),
    "duration": Kind(_plain("xs:duration"), _duration),
    "number": Kind(_number_field, _number),
    "select": Kind(_select_field, _select),
    "text": Kind(_text_field, _text),
    "time": Kind(_plain("xs:time"), _time),
}


def from_selector(
    key: str, selector: Mapping[str, Config | None], base: FormField, state: State
) -> Input | None:
    """Return the input an action's field makes for that entity, None if it cannot be offered."""
    name, config = next(iter(selector.items()), ("text", None))
    config = config or {}
    if name in {"state", "text"} and (listed := OPTION_LISTS.get(key)):
        options = state.attributes.get(listed)
        if not options and name == "state":
            return None
        if options:
            name, config = "select", {"options": [str(one) for one in options]}
    if (kind := KINDS.get(name)) is None:
        return None
    if (field := kind.build(base, config)) is None:
        return None
    return Input(key, field, lambda values: kind.parse(values, config))


def from_parameter(
    key: str, parameter: Parameter, base: FormField, state: State
) -> Input:
    """Return the input of a field that is a control parameter too: it knows the entity's own range."""

    def parse(values: tuple[str, ...]) -> object:
        try:
            value = parse_value(parameter.type, _single(values))
        except StanzaError as err:
            raise NotAccepted(err.text) from err
        return parameter.accept(parameter.type, value, state)

    field = replace(
        parameter.field(state),
        var=key,
        label=base.label,
        description=base.description,
        required=base.required,
        values=(),
    )
    return Input(key, field, parse)
