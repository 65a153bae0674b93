"""The rows of values that somebody sets."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ...wire.model import ValueType
from ..domain import OPTION, TEXT, VALUE, Domain, StateKind
from ..parameter import attribute, never, without
from ..parameters import Moment, Range

_MOMENT: Final = attribute("has_date", "has_time")
_DATE: Final = without("has_time", attribute("has_date"))
_TIME: Final = without("has_date", attribute("has_time"))

VALUES: Final[Mapping[str, Domain]] = {
    "counter": Domain(
        state=StateKind.NUMBER,
        parameters=(
            Range(
                name="value",
                action="set_value",
                minimum="minimum",
                maximum="maximum",
                step="step",
                whole=True,
                source="state",
            ),
        ),
    ),
    "date": Domain(
        state=StateKind.DATE,
        parameters=(
            Moment(
                name="date", action="set_value", kind=ValueType.DATE, source="state"
            ),
        ),
    ),
    "datetime": Domain(
        state=StateKind.MOMENT,
        parameters=(
            Moment(
                name="datetime",
                action="set_value",
                kind=ValueType.DATE_TIME,
                zoned=True,
                source="state",
            ),
        ),
    ),
    "input_datetime": Domain(
        parameters=(
            Moment(
                name="datetime",
                action="set_datetime",
                kind=ValueType.DATE_TIME,
                source="state",
                offered=_MOMENT,
            ),
            Moment(
                name="date",
                action="set_datetime",
                kind=ValueType.DATE,
                source="state",
                offered=_DATE,
            ),
            Moment(
                name="time",
                action="set_datetime",
                kind=ValueType.TIME,
                source="state",
                offered=_TIME,
            ),
        ),
        conditions=MappingProxyType(
            {
                "set_datetime.datetime": _MOMENT,
                "set_datetime.date": _DATE,
                "set_datetime.time": _TIME,
                # The same once more, in seconds since 1970.
                "set_datetime.timestamp": never,
            }
        ),
        required=frozenset(
            {"set_datetime.datetime", "set_datetime.date", "set_datetime.time"}
        ),
    ),
    "input_number": Domain(state=StateKind.NUMBER, parameters=(VALUE,)),
    "input_select": Domain(parameters=(OPTION,)),
    "input_text": Domain(parameters=(TEXT,)),
    "number": Domain(state=StateKind.NUMBER, parameters=(VALUE,)),
    "select": Domain(parameters=(OPTION,)),
    "text": Domain(parameters=(TEXT,)),
    "time": Domain(
        state=StateKind.TIME,
        parameters=(
            Moment(
                name="time", action="set_value", kind=ValueType.TIME, source="state"
            ),
        ),
    ),
}
