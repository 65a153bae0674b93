"""Which areas another house may have made here: Home Assistant makes one of each name that a device suggests.

A house has some dozens of them. One that says a new name with every device would fill this house's list of
areas, from which nobody takes them away but a person, one by one.
"""

from dataclasses import dataclass, field
import logging
from typing import Final

_LOGGER = logging.getLogger(__name__)

MOST_AREAS: Final = 100  # of one house
_LONGEST: Final = 100  # characters of a name


@dataclass(slots=True)
class Suggestions:
    """The areas that the devices of a house may suggest."""

    _names: set[str] = field(default_factory=set)
    _has_said: bool = False

    def of(self, house: str, name: str) -> str | None:
        """Return the area of that name that a device of the house may suggest; None for one too many."""
        name = name.strip()[:_LONGEST]
        if not name:
            return None
        if name not in self._names and len(self._names) >= MOST_AREAS:
            if not self._has_said:
                self._has_said = True
                _LOGGER.warning(
                    "%s has more than %d areas; the devices in the others suggest none here",
                    house,
                    MOST_AREAS,
                )
            return None
        self._names.add(name)
        return name
