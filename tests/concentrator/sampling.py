"""A valid value for any field of a form, and what Home Assistant is to be given for it."""

from collections.abc import Callable
from typing import Any, Final

from custom_components.xmpp_iot.wire.form_model import FormField, FormFieldType

type Sample = tuple[tuple[str, ...], Any]  # as filled in, as Home Assistant takes it


def _one(text: str, value: Any = None) -> Sample:
    return (text,), text if value is None else value


# What no form can say of a field: the texts that this house's entities know.
BY_NAME: Final[dict[str, Sample]] = {
    "code": _one("1234"),
    "end_date": _one("2026-12-25"),
    "hs_color": _one("[30,70]", [30, 70]),
    "item": _one("Milk"),
    "profile": _one("relax"),
    "target_temp_high": _one("25", 25),
    "target_temp_low": _one("18", 18),
    "xy_color": _one("[0.3,0.4]", [0.3, 0.4]),
}
BY_PATTERN: Final[dict[str, Sample]] = {
    "[a-z]+": _one("word"),
    "[0-9A-Fa-f]{8}": _one("FF880040", [255, 136, 0, 64]),
    "[0-9A-Fa-f]{10}": _one("FF88004020", [255, 136, 0, 64, 32]),
}
BY_TYPE: Final[dict[str, Sample]] = {
    "xdc:Color": _one("00FF80", [0, 255, 128]),
    "xs:boolean": _one("true", True),
    "xs:date": _one("2026-12-24"),
    "xs:dateTime": _one("2026-12-24T18:00:00Z", "2026-12-24T18:00:00+00:00"),
    "xs:duration": _one("PT90S", {"seconds": 90.0}),
    "xs:string": _one("word"),
    "xs:time": _one("06:30:00"),
}


def _number(field: FormField, now: str) -> Sample:
    """Return a number of the range, a whole one where there are several."""
    low = float(field.minimum or 0)
    high = float(field.maximum) if field.maximum else low + 10
    middle = (low + min(high, low + 100)) / 2
    for value in (middle, high, low):
        value = int(value) if value.is_integer() or high - low > 1 else value
        if not now or float(now) != value:
            break
    return _one(f"{value:g}", value)


def _choice(field: FormField, now: str) -> Sample:
    value = next(one.value for one in field.options if one.value != now)
    return _one(value)


def _several(field: FormField, now: str) -> Sample:
    value = field.options[0].value
    return (value,), [value]


def _lines(field: FormField, now: str) -> Sample:
    return ("one", "two"), ["one", "two"]


_BY_KIND: Final[dict[FormFieldType, Callable[[FormField, str], Sample]]] = {
    FormFieldType.LIST_SINGLE: _choice,
    FormFieldType.LIST_MULTI: _several,
    FormFieldType.TEXT_MULTI: _lines,
}


def sample(field: FormField, now: str = "") -> Sample:
    """Return a value for a field, another than it has now where there are several."""
    if field.var in BY_NAME:
        return BY_NAME[field.var]
    if (made := _BY_KIND.get(field.type)) is not None:
        return made(field, now)
    if field.datatype in {"xs:int", "xs:double"}:
        return _number(field, now)
    if field.datatype == "xs:boolean" and now == "true":
        return _one("false", False)
    return BY_PATTERN.get(field.pattern) or BY_TYPE[field.datatype]
