"""What contacts may do with linked devices for as long as their grants are as they are.

A device keeps what it is told. So what may be done so many times, or once because the owner said yes, is not
for a device to allow; and what can be dangerous is only where all of it is granted. What shows a linked device
is in nobody's view, for it is never shown again: here a grant means it all the same, because the device is
asked itself.
"""

from collections.abc import Callable, Container, Iterable
from typing import Protocol

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from .danger import RISKS
from .grant import Contact, Grant, Level
from .index import Rows
from .targets import async_resolve

type _Rights = frozenset[tuple[str, Level, bool, frozenset[str]]]


class Gate(Protocol):
    """What this module needs of `Grants`."""

    @property
    def contacts(self) -> Iterable[Contact]:
        """All contacts."""
        ...

    def rights(self, bare: str) -> Rows:
        """Return a contact's open grants with what each means now."""
        ...

    def async_listen_index(self, listener: Callable[[], None]) -> CALLBACK_TYPE:
        """Call `listener` whenever grants may mean something else; returns the end of it."""
        ...


class LastingRights:
    """Looks at the grants for what they mean of the entities that show linked devices."""

    def __init__(
        self,
        hass: HomeAssistant,
        gate: Gate,
        things: Callable[[], frozenset[str]],
        never: Callable[[], Container[str]],
    ) -> None:
        """Look at `gate`; `things` are those entities, and of the domains in `never` nobody may do anything."""
        self._hass = hass
        self._gate = gate
        self._things = things
        self._never = never

    @callback
    def may(self, bare: str, level: Level, entity_id: str) -> bool:
        """Return whether a contact may do something of that level to an entity, as often as it likes."""
        domain = entity_id.partition(".")[0]
        dangerous = level is not Level.READ and domain in RISKS
        return domain not in self._never() and any(
            grant.uses is None
            and grant.allows(level, dangerous)
            and self._means(grant, frozenset({entity_id}))
            for grant, _ in self._gate.rights(bare)
        )

    @callback
    def async_follow(self, changed: Callable[[], None]) -> CALLBACK_TYPE:
        """Call `changed` after any of it has become another, until the returned function is called."""
        known = self._all()

        @callback
        def look() -> None:
            nonlocal known
            if (now := self._all()) != known:
                known = now
                changed()

        return self._gate.async_listen_index(look)

    def _all(self) -> _Rights:
        """Return who may do what to which of the things; quick where there are none."""
        never = self._never()
        things = frozenset(
            one for one in self._things() if one.partition(".")[0] not in never
        )
        if not things:
            return frozenset()
        return frozenset(
            (contact.jid, grant.level, grant.dangerous, meant)
            for contact in self._gate.contacts
            for grant, _ in self._gate.rights(contact.jid)
            if grant.uses is None and (meant := self._means(grant, things))
        )

    def _means(self, grant: Grant, things: frozenset[str]) -> frozenset[str]:
        if grant.all_entities:
            return things
        return things & async_resolve(self._hass, grant.target)
