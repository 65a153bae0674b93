"""Home Assistant's selectors as data form fields, and what was filled in as action data.

A table row per kind of selector. What has no row (objects, templates, media, targets, icons) is not
offered. The last rows are kinds of our own, for what Home Assistant describes as an object only.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
import json
from typing import Any, Final

from homeassistant.core import State
from homeassistant.generated.countries import COUNTRIES

from ..wire.errors import StanzaError
from ..wire.form_model import FormField, FormFieldType, FormOption
from ..wire.model import ValueType
from ..wire.xml import format_duration, parse_value
from .parameter import NotAccepted, measure
from .parameters import Color
from .values import local_time

type Config = Mapping[str, Any]

_COLOR: Final = Color(name="color")
_NO_STATE: Final = State("light.any", "on")
# Text fields that hold a secret.
_PRIVATE: Final = frozenset({"code", "password", "pin"})


def plain_default(value: object) -> tuple[str, ...]:
    """Return a description's default as form text."""
    if isinstance(value, (list, tuple)):
        return tuple(str(one) for one in value)
    return (str(value).lower() if isinstance(value, bool) else str(value),)


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of selector looks in a form, and how its text becomes action data."""

    build: Callable[[FormField, Config], FormField | None]
    parse: Callable[[tuple[str, ...], Config], object]
    default: Callable[[object], tuple[str, ...]] = plain_default


def single(values: tuple[str, ...]) -> str:
    """Return the only value of a field; NotAccepted if it is not one."""
    if len(values) != 1:
        raise NotAccepted("Exactly one value is needed.")
    return values[0]


def typed(kind: ValueType, values: tuple[str, ...]) -> Any:
    """Return the only value of a field, read as a `kind`; NotAccepted if it is none."""
    try:
        return parse_value(kind, single(values))
    except StanzaError as err:
        raise NotAccepted(err.text) from err


def _plain(datatype: str) -> Callable[[FormField, Config], FormField]:
    return lambda field, _: replace(field, datatype=datatype)


def _boolean_field(field: FormField, _: Config) -> FormField:
    return replace(field, type=FormFieldType.BOOLEAN, datatype="xs:boolean")


def _boolean(values: tuple[str, ...], _: Config) -> object:
    return typed(ValueType.BOOLEAN, values)


def _constant(values: tuple[str, ...], config: Config) -> object:
    if not typed(ValueType.BOOLEAN, values):
        raise NotAccepted("Only true can be chosen.")
    return config["value"]


def _number_field(field: FormField, config: Config) -> FormField:
    hint = measure(config.get("unit_of_measurement"), config.get("step"))
    return replace(
        field,
        description=f"{field.description} {hint}".strip(),
        datatype="xs:double",
        minimum=_bound(config, "min"),
        maximum=_bound(config, "max"),
    )


def _bound(config: Config, name: str) -> str | None:
    return None if config.get(name) is None else f"{config[name]:.15g}"


def _number(values: tuple[str, ...], config: Config) -> object:
    number = typed(ValueType.DOUBLE, values)
    low, high = config.get("min"), config.get("max")
    # Written so that NaN is refused as well.
    if not (
        (low is None or number >= low)
        and (high is None or number <= high)
        and abs(number) < float("inf")
    ):
        raise NotAccepted(
            f"Allowed range is {_bound(config, 'min')} to {_bound(config, 'max')}."
        )
    # Home Assistant refuses 5.0 where it wants a whole number.
    return int(number) if number.is_integer() else number


def _kelvin_field(field: FormField, config: Config) -> FormField | None:
    # Without this Home Assistant means mireds, which its actions no longer take.
    if config.get("unit") != "kelvin":
        return None
    return _number_field(field, {**config, "unit_of_measurement": "K"})


def _options(config: Config) -> tuple[FormOption, ...]:
    return tuple(
        FormOption(str(one["value"]), str(one.get("label", one["value"])))
        if isinstance(one, Mapping)
        else FormOption(str(one), str(one))
        for one in config.get("options") or ()
    )


def _select_field(field: FormField, config: Config) -> FormField | None:
    multiple = config.get("multiple")
    if config.get("custom_value"):  # its options are suggestions
        kind = FormFieldType.TEXT_MULTI if multiple else FormFieldType.TEXT_SINGLE
        return replace(field, type=kind, datatype="xs:string")
    if not (options := _options(config)):
        return None
    return replace(
        field,
        type=FormFieldType.LIST_MULTI if multiple else FormFieldType.LIST_SINGLE,
        options=options,
        datatype="xs:string",
    )


def _select(values: tuple[str, ...], config: Config) -> object:
    allowed = [option.value for option in _options(config)]
    if not config.get("custom_value") and not set(allowed).issuperset(values):
        raise NotAccepted(f"One of these is needed: {', '.join(allowed)}.")
    return list(values) if config.get("multiple") else single(values)


def _text_field(field: FormField, config: Config) -> FormField:
    if config.get("multiple") or config.get("multiline"):
        return replace(field, type=FormFieldType.TEXT_MULTI)
    secret = field.var in _PRIVATE or config.get("type") == "password"
    return replace(
        field,
        type=FormFieldType.TEXT_PRIVATE if secret else FormFieldType.TEXT_SINGLE,
        datatype="xs:string",
    )


def _text(values: tuple[str, ...], config: Config) -> object:
    if config.get("multiple"):
        return list(values)
    return "\n".join(values) if config.get("multiline") else single(values)


def _color(values: tuple[str, ...], _: Config) -> object:
    return _COLOR.accept(ValueType.COLOR, single(values), _NO_STATE)


def _duration(values: tuple[str, ...], config: Config) -> object:
    value: timedelta = typed(ValueType.DURATION, values)
    if value < timedelta() and not config.get("allow_negative"):
        raise NotAccepted("A duration is not negative.")
    return {"seconds": value.total_seconds()}


def _duration_default(value: object) -> tuple[str, ...]:
    """Return a default, which is in seconds or parts of a duration, as xs:duration."""
    parts = value if isinstance(value, Mapping) else {"seconds": value}
    try:
        return (format_duration(timedelta(**parts)),)
    except TypeError:  # a text such as 00:10
        return ()


def _iso(kind: ValueType) -> Callable[[tuple[str, ...], Config], object]:
    """Return a parser of a moment that gives Home Assistant its ISO text."""
    return lambda values, _: typed(kind, values).isoformat()


def _time(values: tuple[str, ...], _: Config) -> object:
    return local_time(typed(ValueType.TIME, values))


def _country(values: tuple[str, ...], config: Config) -> object:
    allowed = config.get("countries") or COUNTRIES
    if (value := single(values)) not in allowed:
        raise NotAccepted("A country is needed, such as SE.")
    return value


def _pattern(datatype: str, pattern: str) -> Callable[[FormField, Config], FormField]:
    return lambda field, _: replace(field, datatype=datatype, pattern=pattern)


def _bytes_field(field: FormField, config: Config) -> FormField:
    pattern = f"[0-9A-Fa-f]{{{2 * config['count']}}}"
    return replace(field, datatype="xs:string", pattern=pattern)


def _bytes(values: tuple[str, ...], config: Config) -> object:
    try:
        parts = list(bytes.fromhex(single(values)))
    except ValueError:
        parts = []
    if len(parts) != config["count"]:
        raise NotAccepted(f"{config['count']} bytes are needed, in hexadecimal.")
    return parts


def _number_list(values: tuple[str, ...], config: Config) -> object:
    try:
        parts = json.loads(single(values))
    except ValueError, RecursionError:
        parts = None
    if (
        not isinstance(parts, list)
        or len(parts) != config["count"]
        or not all(type(part) in {int, float} for part in parts)
        or not all(abs(part) < float("inf") for part in parts)
    ):
        raise NotAccepted(f"{config['count']} numbers are needed, such as [30, 70].")
    return parts


KINDS: Final[Mapping[str, Kind]] = {
    "boolean": Kind(_boolean_field, _boolean),
    "color_rgb": Kind(_plain("xdc:Color"), _color, lambda _: ()),
    "color_temp": Kind(_kelvin_field, _number),
    "constant": Kind(_boolean_field, _constant, lambda _: ()),
    "country": Kind(_pattern("xs:string", "[A-Z]{2}"), _country),
    "date": Kind(_plain("xs:date"), _iso(ValueType.DATE)),
    "datetime": Kind(_plain("xs:dateTime"), _iso(ValueType.DATE_TIME), lambda _: ()),
    "duration": Kind(_plain("xs:duration"), _duration, _duration_default),
    "language": Kind(_plain("xs:language"), lambda values, _: single(values)),
    "number": Kind(_number_field, _number),
    "select": Kind(_select_field, _select),
    "text": Kind(_text_field, _text),
    "time": Kind(_plain("xs:time"), _time),
    # {"count": bytes}: a colour with white, as its attribute is read.
    "color_bytes": Kind(_bytes_field, _bytes, lambda _: ()),
    # {"count": numbers}: JSON, as an attribute of numbers is read.
    "number_list": Kind(_plain("xs:string"), _number_list, lambda _: ()),
}
