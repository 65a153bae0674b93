"""What a subscriber knows: the values it was told last, and whether others are worth an event.

A threshold counts from the value told last, not from the last change: many small steps make an event as one
large step does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
import math
from typing import Final

from .happening import Watched
from .model import Field, NodeRef, Quality, Reading, Value

ERROR: Final = ""
"""Stands among the names of fields for why a node could not be read."""

# Steps of 0.1 are steps of 0.1 in binary, too.
_TOLERANCE: Final = 1e-9

type _Known = dict[str, Value | None]  # by field; None is a missing value


@dataclass(frozen=True, slots=True)
class Names:
    """Fields to tell: those with these names, or (None) all of them."""

    names: frozenset[str] | None = frozenset()

    def __bool__(self) -> bool:
        """Return whether there is anything to tell."""
        return self.names is None or bool(self.names)

    def __or__(self, other: Names) -> Names:
        """Return what is to be told for either reason."""
        if self.names is None or other.names is None:
            return ALL
        return Names(self.names | other.names)

    def of(self, reading: Reading) -> Reading:
        """Return as much of the reading as is to be told."""
        names = self.names
        if names is None:
            return reading
        return replace(
            reading,
            fields=tuple(field for field in reading.fields if field.name in names),
            error=reading.error if ERROR in names else "",
        )


NOTHING: Final = Names()
ALL: Final = Names(None)


class Memory:
    """What one subscriber was told of each node; bounded by the fields it may read."""

    def __init__(self, watched: Iterable[Watched]) -> None:
        """Compare with the thresholds of `watched`; other fields are told when they change at all."""
        self._watched = {one.name: one for one in watched}
        self._known: dict[NodeRef, _Known] = {}

    def begin(self, node: NodeRef, readings: Sequence[Reading]) -> None:
        """Take the present values as known, except where the subscriber said what it knows."""
        self._known[node] = {
            **{
                field.name: self._believed(field)
                for reading in readings
                for field in reading.fields
            },
            ERROR: _error(readings),
        }

    def changed(self, node: NodeRef, readings: Sequence[Reading]) -> Names:
        """Return what has changed enough since it was told."""
        known = self._known.setdefault(node, {})
        names = {
            field.name
            for reading in readings
            for field in reading.fields
            if field.name not in known
            or self._matters(field.name, known[field.name], _value(field))
        }
        if not (error := _error(readings)):
            known[ERROR] = ""  # the values that are back say so
        elif error != known.get(ERROR):
            names.add(ERROR)
        return Names(frozenset(names))

    def told(self, node: NodeRef, readings: Iterable[Reading], names: Names) -> None:
        """Note that `names` of the readings were told."""
        known = self._known.setdefault(node, {})
        told = [names.of(reading) for reading in readings]
        if error := _error(told):
            # Whatever was known before is not known any more, so it is told when it is back.
            known.clear()
            known[ERROR] = error
        for reading in told:
            known.update((field.name, _value(field)) for field in reading.fields)

    def forget(self, nodes: Iterable[NodeRef]) -> None:
        """Forget what is not followed any more."""
        for node in nodes:
            self._known.pop(node, None)

    def _believed(self, field: Field) -> Value | None:
        """Return the value the subscriber has, as it says itself or as it is now."""
        watched = self._watched.get(field.name)
        value = _value(field)
        if watched is None or watched.baseline is None or _number(value) is None:
            return value
        return watched.baseline

    def _matters(self, name: str, before: Value | None, now: Value | None) -> bool:
        watched = self._watched.get(name)
        if watched is None or not (watched.by or watched.up or watched.down):
            return before != now
        first, second = _number(before), _number(now)
        if first is None or second is None:
            return before != now
        step = second - first
        return (
            _reaches(abs(step), watched.by)
            or _reaches(step, watched.up)
            or _reaches(-step, watched.down)
        )


def _reaches(step: float, threshold: float | None) -> bool:
    return threshold is not None and (
        step >= threshold or math.isclose(step, threshold, rel_tol=_TOLERANCE)
    )


def _value(field: Field) -> Value | None:
    """Return a field's value as it is compared; None for one that is missing or no number."""
    if Quality.MISSING in field.qualities:
        return None
    if isinstance(field.value, float) and math.isnan(field.value):
        return None  # which is not equal to itself
    return field.value


def _number(value: Value | None) -> float | None:
    return float(value) if isinstance(value, bool | int | float) else None


def _error(readings: Iterable[Reading]) -> str:
    return " ".join(reading.error for reading in readings if reading.error)
