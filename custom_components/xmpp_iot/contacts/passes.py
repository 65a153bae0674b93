"""What the owner has allowed once, until it is done or the moment is over."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from homeassistant.util import dt as dt_util

VALID: Final = timedelta(minutes=5)
_MOST: Final = 20  # of a contact: nobody is asked about more at a time


@dataclass(frozen=True, slots=True)
class Pass:
    """One action on one entity, with just this data, once."""

    entity_id: str
    action: str
    data: Mapping[str, object]
    until: datetime


class Passes:
    """The passes of all contacts; a restart forgets them, and the owner is asked again."""

    def __init__(self) -> None:
        """Have none."""
        self._passes: dict[str, list[Pass]] = {}

    def add(
        self, bare: str, entity_id: str, action: str, data: Mapping[str, object]
    ) -> None:
        """Give a contact a pass."""
        valid = self._valid(bare)[-_MOST + 1 :]
        new = Pass(entity_id, action, data, dt_util.utcnow() + VALID)
        self._passes[bare] = [*valid, new]

    def find(
        self,
        bare: str,
        entity_id: str,
        action: str | None,
        data: Mapping[str, object],
    ) -> Pass | None:
        """Return a contact's pass for an action; None if it has none."""
        if bare not in self._passes:
            return None
        return next(
            (
                one
                for one in self._valid(bare)
                if (one.entity_id, one.action, one.data) == (entity_id, action, data)
            ),
            None,
        )

    def take(self, bare: str, used: Pass) -> None:
        """Take a pass back: it was used."""
        self._passes[bare].remove(used)

    def keep(self, contacts: Container[str]) -> None:
        """Take the passes of all others back."""
        self._passes = {
            bare: passes for bare, passes in self._passes.items() if bare in contacts
        }

    def _valid(self, bare: str) -> list[Pass]:
        now = dt_util.utcnow()
        return [one for one in self._passes.get(bare, ()) if now < one.until]
