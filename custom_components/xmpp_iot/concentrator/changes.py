"""What of an entity is another now than it was, as far as that can be told field by field.

Who follows a feed may have read an entity at any moment between two items about it. So what is told is not how
the state differs from that told last: it is all that has changed since then, even where it has changed back.
"""

from collections.abc import Set as AbstractSet
from typing import Final

from homeassistant.const import ATTR_RESTORED, STATE_UNAVAILABLE
from homeassistant.core import State

from .attributes import STATIC, outgoing
from .domain import UnitIn
from .domains import DOMAINS
from .fields import STATE_FIELD

NOTHING: Final = frozenset[str]()

# What decides how others are said: their units and types, whether they can be set, and whether they leave at all.
_DECIDING: Final = (
    STATIC
    | {ATTR_RESTORED, "has_date", "has_time", "mode"}
    | {
        unit.attribute
        for domain in DOMAINS.values()
        for unit in domain.units.values()
        if isinstance(unit, UnitIn)
    }
)
# Of these, what is equal is said alike.
_PLAIN: Final = frozenset({bool, float, int, str})


def changed(old: State | None, new: State | None) -> AbstractSet[str] | None:
    """Return the attributes that have changed beside the state; None where all of the entity is to be told."""
    if old is None or new is None or STATE_UNAVAILABLE in (old.state, new.state):
        return None
    before, now = old.attributes, new.attributes
    if before is now:
        return NOTHING
    if before.keys() != now.keys():
        return None
    names = set()
    for name, value in now.items():
        if name == STATE_FIELD or _alike(before[name], value):
            continue  # (an attribute of that name is not told)
        if name in _DECIDING:
            return None
        if outgoing(name, value) is not None:
            names.add(name)
        elif outgoing(name, before[name]) is not None:
            return None  # that a field has gone says only the whole
    return names


def _alike(one: object, other: object) -> bool:
    """Return whether two values are said alike: `1` and `True` are equal, and are not."""
    if one is other:
        return True
    if type(one) is not type(other) or one != other:
        return False
    return type(one) in _PLAIN or repr(one) == repr(other)
