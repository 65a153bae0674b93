"""One feed: its name, who may follow it, what they see, and what has yet to go out."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
import hashlib
import hmac
from typing import Final
import uuid

from ..wire.dialects import Dialect

type Audience = frozenset[str]  # bare JIDs

_HALF: Final = 20  # characters


@dataclass(slots=True, eq=False)
class Feed:
    """The stream of state changes for one audience, in one dialect."""

    name: str
    dialect: Dialect
    members: Audience
    view: frozenset[str]
    dirty: dict[str, None] = field(default_factory=dict)  # ordered: oldest first
    task: asyncio.Task[None] | None = None
    pause: asyncio.TimerHandle | None = None
    failures: int = 0  # in a row
    _epoch: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    _sequence: int = 0

    def next_item_id(self) -> str:
        """Return `<epoch>-<sequence>`: a subscriber sees what it missed, and when to begin anew."""
        self._sequence += 1
        return f"{self._epoch}-{self._sequence}"

    def restore(self, entities: Iterable[str]) -> None:
        """Make entities dirty again, before those that became so meanwhile."""
        self.dirty = dict.fromkeys(entities) | self.dirty


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
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()[:_HALF]
