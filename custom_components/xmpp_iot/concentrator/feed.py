"""One feed: its name, who may follow it, what they see, and what has yet to go out."""

import asyncio
import base64
from collections.abc import Iterable, Set as AbstractSet
from dataclasses import dataclass, field
import hashlib
import hmac
from itertools import islice
from typing import Final
import uuid

from ..wire.dialects import Dialect
from .changes import NOTHING

type Audience = frozenset[str]  # bare JIDs

_HALF: Final = 14  # characters: 80 bits
_AT_A_TIME: Final = 500  # entities that are looked at for one batch; fewer fit in


@dataclass(slots=True, eq=False)
class Crowd:
    """What is known of those who have subscribed to a feed; `subscribers` looks after them."""

    task: asyncio.Task[None] | None = None
    due: float = 0.0  # the loop's time from which on it may be looked at again
    unheard: int = 0  # how often in a row the server was asked, and no answer came
    is_beyond: bool = False  # the server cannot say who they are
    found: dict[str, list[float]] = field(default_factory=dict)
    """When each member was found with too many subscriptions, within the last hour."""
    expelled: set[str] = field(default_factory=set)
    """Members who may not subscribe any more, in this session."""


@dataclass(slots=True, eq=False)
class Feed:
    """The stream of state changes for one audience, in one dialect."""

    name: str
    dialect: Dialect
    members: Audience
    view: frozenset[str]
    dirty: dict[str, AbstractSet[str]] = field(default_factory=dict)
    """What has yet to go out, oldest first: the state of each, and these of its attributes if it is `told`."""
    told: set[str] = field(default_factory=set)
    """The entities of which everybody who follows knows the rest."""
    task: asyncio.Task[None] | None = None
    pause: asyncio.TimerHandle | None = None
    failures: int = 0  # in a row
    is_open: bool = True  # in this session, as far as the server has said
    crowd: Crowd = field(default_factory=Crowd)
    _epoch: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    _sequence: int = 0

    @property
    def welcome(self) -> Audience:
        """The members who may subscribe now."""
        return self.members - self.crowd.expelled

    def next_item_id(self, *, part: bool) -> str:
        """Return `<epoch>-<sequence>`: a subscriber sees what it missed, and when to begin anew.

        A `p` behind it says that the item has only a `part` of each entity: what has changed.
        """
        self._sequence += 1
        return f"{self._epoch}-{self._sequence}{'p' if part else ''}"

    def note(self, entity_id: str, names: AbstractSet[str] | None) -> None:
        """Have an entity's state go out, and what of its attributes has changed; None: all of it."""
        if names is None:
            self.told.discard(entity_id)
            names = NOTHING
        if already := self.dirty.get(entity_id):
            names = already | names
        self.dirty[entity_id] = names

    def view_has(self, entities: Iterable[str]) -> bool:
        """Return whether all of these may be seen now."""
        return self.view.issuperset(entities)

    def oldest(self) -> list[tuple[str, AbstractSet[str] | None]]:
        """Return what is to go out first, as `note` takes it; what nobody may see any more goes nowhere."""
        found = []
        for entity_id, names in list(islice(self.dirty.items(), _AT_A_TIME)):
            if entity_id not in self.view:
                del self.dirty[entity_id]
            else:
                found.append((entity_id, names if entity_id in self.told else None))
        return found

    def sent(self, entities: Iterable[str]) -> None:
        """Have entities on their way, as they are now."""
        for entity_id in entities:
            del self.dirty[entity_id]
            self.told.add(entity_id)

    def last_item(self, bare: str) -> str:
        """Return the `<epoch>-<sequence>` of the newest item, for a member; empty for anybody else."""
        return f"{self._epoch}-{self._sequence}" if bare in self.members else ""

    def restore(self, entities: Iterable[str]) -> None:
        """Have what may not have arrived go out again, as a whole and before what has changed since."""
        newer, self.dirty = self.dirty, dict.fromkeys(entities, NOTHING)
        self.told.difference_update(self.dirty)
        self.dirty |= newer

    def forget(self) -> None:
        """Tell all of each entity the next time: there may be somebody who knows nothing."""
        self.told.clear()


class FeedNames:
    """Names of nodes that say nothing to others and everything to this account.

    A whitelisted node's name is visible to everybody. It is made of the audience, so that it changes when
    somebody is taken off, and it can be recognised as ours after a restart without being stored.
    """

    def __init__(self, secret: str) -> None:
        """Make names that nobody without `secret` can make or tell apart."""
        self._secret = secret.encode()

    def name(self, audience: Audience, dialect: Dialect) -> str:
        """Return the name of an audience's node."""
        half = self._digest("\n".join((dialect.name, *sorted(audience))))
        return half + self._digest(half)

    def is_ours(self, name: str) -> bool:
        """Return whether this account made the name."""
        half, mark = name[:_HALF], name[_HALF:]
        return hmac.compare_digest(mark.encode(), self._digest(half).encode())

    def _digest(self, text: str) -> str:
        digest = hmac.digest(self._secret, text.encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).decode()[:_HALF]
