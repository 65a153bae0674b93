"""XML as this room uses it: elements, safe text, and the values of XML Schema (XSD part 2) as text.

Whatever is built here parses again: characters XML forbids never leave. Whatever is parsed here comes
from others: it becomes a value or a `StanzaError`, never another exception.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
import math
import re
from types import MappingProxyType
from typing import Any, Final
from xml.etree import ElementTree as ET

from .errors import BadRequest, ResourceConstraint
from .model import Value, ValueType

type Element = ET.Element

XML: Final = "http://www.w3.org/XML/1998/namespace"
XML_LANG: Final = f"{{{XML}}}lang"
MAX_NAME: Final = 1000  # characters of an id or name
MAX_SCALAR: Final = 100  # characters of a value that is not free text

NO_ATTRIBUTES: Final[Mapping[str, str | None]] = MappingProxyType({})

# XML 1.0 section 2.2: everything outside of these cannot be written, not even as a reference.
_ILLEGAL: Final = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
_FORBIDDEN: Final = re.compile(_ILLEGAL)
_UNSAFE: Final = re.compile(f'{_ILLEGAL}|[&<>"\t\n\r]')
# White space as references: a parser would turn it into blanks (XML 1.0 sections 2.11 and 3.3.3).
_ESCAPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        '"': "&quot;",
        "\t": "&#9;",
        "\n": "&#10;",
        "\r": "&#13;",
    }
)


def clark(namespace: str, name: str) -> str:
    """Return the tag of `name` in `namespace`, in Clark notation."""
    return f"{{{namespace}}}{name}"


def split_tag(tag: str) -> tuple[str, str]:
    """Return namespace and local name of a tag in Clark notation; the namespace may be empty."""
    namespace, brace, name = tag.rpartition("}")
    return (namespace[1:], name) if brace else ("", tag)


def clean(text: str) -> str:
    """Return `text` with every character XML forbids replaced by U+FFFD (XML 1.0 section 2.2)."""
    return _FORBIDDEN.sub(_REPLACEMENT, text)


def escape(text: str) -> str:
    """Return `text` for use in an attribute in double quotes or as character data."""
    if _UNSAFE.search(text) is None:
        return text
    return _UNSAFE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    return _ESCAPES.get(match[0], _REPLACEMENT)


def element(
    tag: str,
    attributes: Mapping[str, str | None] = NO_ATTRIBUTES,
    *children: Element,
    text: str = "",
) -> Element:
    """Return an element of its own; an attribute that is None is left out."""
    made = ET.Element(
        tag,
        {name: clean(value) for name, value in attributes.items() if value is not None},
    )
    made.text = clean(text) or None
    made.extend(children)
    return made


def from_text(text: str) -> Element:
    """Return the element that `text`, rendered by us, stands for."""
    return ET.XML(text)


def to_text(node: Element, namespace: str = "") -> str:
    """Return the XML of `node` inside an element whose default namespace is `namespace`."""
    own, name = split_tag(node.tag)
    attributes = "".join(
        [f' {_attribute_name(key)}="{escape(value)}"' for key, value in node.items()]
    )
    declared = "" if own == namespace else f' xmlns="{escape(own)}"'
    inside = [to_text(child, own) + escape(child.tail or "") for child in node]
    content = escape(node.text or "") + "".join(inside)
    end = f">{content}</{name}>" if content else "/>"
    return f"<{name}{declared}{attributes}{end}"


def _attribute_name(key: str) -> str:
    """Return an attribute's name; the only namespace attributes have here is XML's own."""
    return f"xml:{split_tag(key)[1]}" if key.startswith(f"{{{XML}}}") else key


def required(node: Element, name: str) -> str:
    """Return the attribute `name` of `node`, a name or id; BadRequest where it is absent."""
    if (value := node.get(name)) is None:
        raise BadRequest(f"{name} is missing on {split_tag(node.tag)[1]}.")
    return bounded(value)


def optional(node: Element, name: str) -> str:
    """Return the attribute `name` of `node`, a name or id, or '' where it is absent."""
    return bounded(node.get(name, ""))


def bounded(name: str) -> str:
    """Return `name`; ResourceConstraint where it is longer than any name of ours."""
    if len(name) > MAX_NAME:
        raise ResourceConstraint(f"Names have at most {MAX_NAME} characters.")
    return name


def flag(node: Element, name: str) -> bool:
    """Return whether the attribute `name` of `node` is true; absent is false."""
    return (text := node.get(name)) is not None and parse_boolean(text)


def instant(node: Element, name: str) -> datetime | None:
    """Return the attribute `name` of `node` as a time in UTC, or None where it is absent."""
    return None if (text := node.get(name)) is None else parse_date_time(text)


def format_value(kind: ValueType, value: Value) -> str:
    """Return `value` as the lexical form of its XML Schema type (not escaped)."""
    return _FORMATS[kind](value)


def parse_value(kind: ValueType, text: str) -> Value:
    """Return the value `text` stands for; BadRequest where it is none of its type or out of range."""
    return _PARSERS[kind](text)


def format_boolean(value: object) -> str:
    """Return xs:boolean."""
    return "true" if value else "false"


def parse_boolean(text: str) -> bool:
    """Return the value of an xs:boolean."""
    match _scalar(text):
        case "true" | "1":
            return True
        case "false" | "0":
            return False
    raise BadRequest("A boolean is true or false.")


def format_double(value: float) -> str:
    """Return xs:double, which spells the values beyond numbers its own way."""
    if isinstance(value, int):
        return str(value)
    if math.isfinite(value):
        return repr(value)
    if math.isnan(value):
        return "NaN"
    return "INF" if value > 0 else "-INF"


def parse_double(text: str) -> float:
    """Return the value of an xs:double; what is too large for one becomes infinite."""
    if not _DOUBLE.fullmatch(scalar := _scalar(text)):
        raise BadRequest("A number looks like 21.5, 1E-05, INF or NaN.")
    return int(scalar) if _WHOLE.fullmatch(scalar) else float(scalar)


def format_date_time(value: datetime) -> str:
    """Return xs:dateTime in UTC with Z; a time without zone counts as UTC."""
    moment = (
        value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    )
    return moment.replace(tzinfo=None).isoformat() + "Z"


def parse_date_time(text: str) -> datetime:
    """Return the moment an xs:dateTime names, in UTC; without zone it counts as UTC."""
    if not _DATE_TIME.fullmatch(scalar := _scalar(text)):
        raise BadRequest("A date and time looks like 2026-11-21T06:00:00Z.")
    try:
        moment = datetime.fromisoformat(scalar)
        return (
            moment.replace(tzinfo=UTC)
            if moment.tzinfo is None
            else moment.astimezone(UTC)
        )
    except (ValueError, OverflowError) as error:
        raise BadRequest("There is no such date and time.") from error


def parse_date(text: str) -> date:
    """Return the value of an xs:date; its zone, if any, says nothing of a day."""
    if not (match := _DATE.fullmatch(_scalar(text))):
        raise BadRequest("A date looks like 2026-11-21.")
    try:
        return date.fromisoformat(match[1])
    except ValueError as error:
        raise BadRequest("There is no such date.") from error


def parse_time(text: str) -> time:
    """Return the value of an xs:time, with its zone where it has one."""
    if not _TIME.fullmatch(scalar := _scalar(text)):
        raise BadRequest("A time looks like 06:00:00.")
    try:
        return time.fromisoformat(scalar)
    except ValueError as error:
        raise BadRequest("There is no such time.") from error


def format_duration(value: timedelta) -> str:
    """Return xs:duration (ISO 8601), in days, hours, minutes and seconds."""
    span = abs(value)
    minutes, seconds = divmod(span.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{span.microseconds:06d}".rstrip("0") if span.microseconds else ""
    clock = (
        (f"{hours}H" if hours else "")
        + (f"{minutes}M" if minutes else "")
        + (f"{seconds}{fraction}S" if seconds or fraction else "")
    )
    days = f"{span.days}D" if span.days else ""
    sign = "-" if value < timedelta() else ""
    return f"{sign}P{days}T{clock}" if clock else f"{sign}P{days or 'T0S'}"


def parse_duration(text: str) -> timedelta:
    """Return the value of an xs:duration; BadRequest for years and months, which have no length."""
    if not (match := _DURATION.fullmatch(_scalar(text))):
        raise BadRequest("A duration looks like PT10S.")
    if int(match["years"] or 0) or int(match["months"] or 0):
        raise BadRequest("A duration in years or months has no fixed length.")
    try:
        span = timedelta(
            days=int(match["days"] or 0),
            hours=int(match["hours"] or 0),
            minutes=int(match["minutes"] or 0),
            seconds=int(match["seconds"] or 0),
            # As decimals, because no float holds a microsecond of many days.
            microseconds=int((match["fraction"] or "0")[:6].ljust(6, "0")),
        )
        return -span if match["sign"] else span  # (there are fewer of them below zero)
    except OverflowError as error:
        raise BadRequest("The duration is too long.") from error


def format_integer(value: float) -> str:
    """Return xs:int or xs:long."""
    return str(int(value))


def parse_int(text: str) -> int:
    """Return the value of an xs:int (32 bits)."""
    return _integer(text, 32)


def parse_long(text: str) -> int:
    """Return the value of an xs:long (64 bits)."""
    return _integer(text, 64)


def parse_color(text: str) -> str:
    """Return a colour, RRGGBB or RRGGBBAA, in capitals (XEP-0331)."""
    if not _COLOR.fullmatch(scalar := _scalar(text)):
        raise BadRequest("A colour is RRGGBB or RRGGBBAA.")
    return scalar.upper()


def _integer(text: str, bits: int) -> int:
    if not _INTEGER.fullmatch(scalar := _scalar(text)):
        raise BadRequest("An integer has digits only.")
    limit = 1 << (bits - 1)
    if not -limit <= (value := int(scalar)) < limit:
        raise BadRequest(f"The integer does not fit into {bits} bits.")
    return value


def _scalar(text: str) -> str:
    """Return `text` without the white space around it, which XML Schema takes away too."""
    if len(text) > MAX_SCALAR:
        raise BadRequest("The value is too long.")
    return text.strip(" \t\n\r")


_ZONE: Final = r"(?:Z|[+-]\d\d:\d\d)?"
_DAY: Final = r"\d{4}-\d\d-\d\d"
_CLOCK: Final = r"\d\d:\d\d:\d\d(?:\.\d+)?"
# A number without a fraction, as long as a double holds it exactly.
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,15}")
_DOUBLE: Final = re.compile(
    r"[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|INF)|NaN", re.ASCII
)
_INTEGER: Final = re.compile(r"[+-]?\d+", re.ASCII)
_COLOR: Final = re.compile(r"[0-9a-fA-F]{6}(?:[0-9a-fA-F]{2})?")
_DATE_TIME: Final = re.compile(f"{_DAY}T{_CLOCK}{_ZONE}", re.ASCII)
_DATE: Final = re.compile(f"({_DAY}){_ZONE}", re.ASCII)
_TIME: Final = re.compile(f"{_CLOCK}{_ZONE}", re.ASCII)
_DURATION: Final = re.compile(
    r"(?P<sign>-)?P(?=[\dT])(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)(?:\.(?P<fraction>\d*))?S)?)?",
    re.ASCII,
)

_FORMATS: Final[Mapping[ValueType, Callable[[Any], str]]] = MappingProxyType(
    {
        ValueType.BOOLEAN: format_boolean,
        ValueType.COLOR: str,
        ValueType.DATE: date.isoformat,
        ValueType.DATE_TIME: format_date_time,
        ValueType.DOUBLE: format_double,
        ValueType.DURATION: format_duration,
        ValueType.ENUM: str,
        ValueType.INT: format_integer,
        ValueType.LONG: format_integer,
        ValueType.STRING: str,
        ValueType.TIME: time.isoformat,
    }
)

_PARSERS: Final[Mapping[ValueType, Callable[[str], Value]]] = MappingProxyType(
    {
        ValueType.BOOLEAN: parse_boolean,
        ValueType.COLOR: parse_color,
        ValueType.DATE: parse_date,
        ValueType.DATE_TIME: parse_date_time,
        ValueType.DOUBLE: parse_double,
        ValueType.DURATION: parse_duration,
        ValueType.ENUM: str,
        ValueType.INT: parse_int,
        ValueType.LONG: parse_long,
        ValueType.STRING: str,
        ValueType.TIME: parse_time,
    }
)
