"""What others say, as Home Assistant's actions answer: names, lists and values that are JSON."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from homeassistant.util.json import JsonObjectType, JsonValueType

from ..wire.model import READOUT, Field, Quality, Reading, Value, ValueType
from ..wire.report import ReportItem, ReportMessage, Title
from ..wire.xml import format_value
from .reports import Table, tables


def readings_response(readings: Iterable[Reading]) -> JsonObjectType:
    """Return what was read, one entry for each node and time, in the order it came."""
    found: dict[tuple[object, datetime], Reading] = {}
    fields: dict[tuple[object, datetime], JsonObjectType] = {}
    for reading in readings:
        key = (reading.node, reading.at)
        if key not in found or reading.error:
            found[key] = reading
        said = {field.name: _field(field) for field in reading.fields}
        fields.setdefault(key, {}).update(said)
    return {"readings": [_reading(one, fields[key]) for key, one in found.items()]}


def report_response(items: Sequence[ReportItem]) -> JsonObjectType:
    """Return a report: its title, what it says beside its tables, and the rows of those by their names."""
    titles = [item.text for item in items if isinstance(item, Title)]
    found: JsonObjectType = {}
    for table in tables(items):
        found[_name(table, found)] = [
            {column: plain(value) for column, value in row.items()}
            for row in table.rows
        ]
    return {
        "title": titles[0] if titles else "",
        "messages": [
            {"kind": item.kind.value.lower(), "text": item.text}
            for item in items
            if isinstance(item, ReportMessage)
        ],
        "tables": found,
    }


def plain(value: Value) -> JsonValueType:
    """Return a value as JSON has it: moments, days and times in ISO 8601, a duration as XML Schema has it."""
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return format_value(ValueType.DURATION, value)
    return value


def _reading(reading: Reading, fields: JsonObjectType) -> JsonObjectType:
    said: JsonObjectType = {"node": reading.node.id, "at": reading.at.isoformat()}
    if reading.error:
        said["error"] = reading.error
    return {**said, "fields": fields}


def _field(field: Field) -> JsonObjectType:
    """Return a field; how good its value is only where it is not simply read."""
    missing = Quality.MISSING in field.qualities
    said: JsonObjectType = {"value": None if missing else plain(field.value)}
    if field.unit:
        said["unit"] = field.unit
    said["category"] = field.category.name.lower()
    if field.qualities != READOUT:
        said["qualities"] = [*sorted(one.name.lower() for one in field.qualities)]
    return said


def _name(table: Table, taken: JsonObjectType) -> str:
    """Return a table's name; several of the same are told apart."""
    name = table.name or table.id
    return f"{name} ({table.id})" if name in taken else name
