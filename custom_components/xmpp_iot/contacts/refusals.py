"""What contacts were refused, told so that no flood fills the house's memory.

What is refused is told at once. The same again is counted, and told as one at the end of the minute; so is what
is refused beyond a number.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from .deed import Deed

PERIOD: Final = 60.0  # seconds
MOST: Final = 10  # different ones of a contact that are told apart in that time
MUCH: Final = "many requests"
"""The action of what stands for many different ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Something that was refused, and how often."""

    deed: Deed
    reason: str
    condition: str
    count: int = 1

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it the same again, from whichever client of the contact.

        (A reason may well be another each time: it says how late something came.)
        """
        deed = self.deed
        return deed.action, str(deed.about), deed.name, self.condition


@dataclass(slots=True)
class _Minute:
    """What a contact was refused since a moment ago."""

    end: CALLBACK_TYPE
    told: set[tuple[str, ...]] = field(default_factory=set)
    again: dict[tuple[str, ...], Refusal] = field(default_factory=dict)

    def count(self, refusal: Refusal) -> bool:
        """Take a refusal; return whether it is to be told at once."""
        key = refusal.key
        if key not in self.told and len(self.told) < MOST:
            self.told.add(key)
            return True
        if key not in self.told:
            key = ()
            deed = replace(refusal.deed, action=MUCH, about={}, name="")
            refusal = replace(refusal, deed=deed)
        known = self.again.get(key)
        count = 1 if known is None else known.count + 1
        self.again[key] = replace(refusal, count=count)
        return False


class Refusals:
    """Tells what is refused, of each contact not more than some a minute."""

    def __init__(self, hass: HomeAssistant, tell: Callable[[Refusal], None]) -> None:
        """Tell `tell`."""
        self._hass = hass
        self._tell = tell
        self._minutes: dict[str, _Minute] = {}
        self._stopped = False

    @callback
    def async_add(self, refusal: Refusal) -> None:
        """Tell it, now or with others like it."""
        if self._stopped:
            return
        bare = refusal.deed.contact.jid
        if (minute := self._minutes.get(bare)) is None:
            minute = self._minutes[bare] = self._begin(bare)
        if minute.count(refusal):
            self._tell(refusal)

    @callback
    def async_stop(self) -> None:
        """Tell what is counted, and nothing any more."""
        self._stopped = True
        for minute in self._minutes.values():
            minute.end()
            self._tell_again(minute)
        self._minutes.clear()

    def _begin(self, bare: str) -> _Minute:
        ended = HassJob(
            partial(self._ended, bare), "xmpp_iot refusals", cancel_on_shutdown=True
        )
        return _Minute(async_call_later(self._hass, PERIOD, ended))

    @callback
    def _ended(self, bare: str, _now: datetime) -> None:
        """Tell what is counted; who goes on like that is in the next minute, told nothing new of."""
        minute = self._minutes.pop(bare)
        if minute.again:
            following = self._minutes[bare] = self._begin(bare)
            following.told.update(minute.again)
            self._tell_again(minute)

    def _tell_again(self, minute: _Minute) -> None:
        for refusal in minute.again.values():
            self._tell(refusal)
