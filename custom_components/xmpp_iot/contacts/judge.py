"""What contacts may do with the devices this house links: what they may do with what shows them here.

A device that has named this house as its provisioning server is no way around the grants: its field is
readable for whom the entity that shows it is. What nothing here shows is nobody's.
"""

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Protocol

from ..wire.provisioning_model import DENIED, DevicePart, Matter, Question, Ruling
from .grants import Level

type May = Callable[[str, Level, str], bool]
"""Whether a contact (bare JID) may do something of that level to an entity, now and as often as it likes."""

_LEVELS = {
    Matter.FRIEND: Level.READ,
    Matter.READ: Level.READ,
    Matter.CONTROL: Level.CONTROL,
}


class Owned(Protocol):
    """The devices of this house."""

    def devices(self) -> frozenset[str]:
        """Return the bare JIDs of those that are linked."""
        ...

    def parts(self, device: str) -> Iterable[DevicePart]:
        """Return what is shown of one, each part with its entity id."""
        ...


class DeviceJudge:
    """Rules by the grants (implements wire.provisioning_service.Judge)."""

    def __init__(
        self,
        owned: Owned,
        may: May,
        follow: Callable[[Callable[[], None]], Callable[[], None]],
    ) -> None:
        """Rule on what `owned` shows as `may` allows; `follow` tells of changes (`LastingRights`)."""
        self._owned = owned
        self._may = may
        self._follow = follow

    def devices(self) -> frozenset[str]:
        """Return the bare JIDs of the devices that may ask."""
        return self._owned.devices()

    def follow(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Call `changed` after a ruling may have become another, until the returned function is called."""
        return self._follow(changed)

    def rule(self, device: str, question: Question) -> Ruling:
        """Return what somebody may do with a device now, no more than is asked.

        A ruling lists nodes and names apart. So a name is in it only if it is allowed on every node that
        is.
        """
        parts = tuple(self._owned.parts(device))
        level = _LEVELS[question.matter]
        allowed = {
            part.thing: self._may(question.jid, level, part.thing) for part in parts
        }
        if question.matter is Matter.FRIEND:
            return Ruling(allowed=any(allowed.values()))
        kept = frozenset(part.node for part in parts if allowed[part.thing])
        if question.nodes:
            kept &= frozenset(question.nodes)
        concerned = [part for part in parts if part.node in kept]
        yes = _names(question.matter, (it for it in concerned if allowed[it.thing]))
        no = _names(question.matter, (it for it in concerned if not allowed[it.thing]))
        names = yes - no
        if question.names:
            names &= question.names
        if not names:
            return DENIED
        nodes = tuple(node for node in question.nodes if node in kept)
        return Ruling(allowed=True, nodes=nodes or None, names=names)


def _names(matter: Matter, parts: Iterable[DevicePart]) -> frozenset[str]:
    """Return the names of what is to be read, or set, of some parts."""
    read = matter is Matter.READ
    return frozenset(
        chain.from_iterable(part.fields if read else part.parameters for part in parts)
    )
