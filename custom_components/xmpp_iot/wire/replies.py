"""Messages that belong to requests of ours: each goes to whoever waits for it, and to nobody else.

A readout or a query is asked for by IQ and told in messages. What a peer sends counts only with an id it
was given, and from the very address that was asked.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from .errors import NoAnswer, ResourceConstraint
from .xml import Element

MAX_WAITING: Final = 2_000  # messages of one request that were not looked at yet
MAX_EARLY: Final = 10  # requests whose messages may come before their id is known

type Topic = tuple[str, str]  # what a message is about: its kind, and the request's id


class Mail:
    """What came for one request, in the order it came."""

    def __init__(self) -> None:
        self._messages: asyncio.Queue[Element | None] = asyncio.Queue()
        self._excessive = False

    def put(self, message: Element) -> None:
        """Take a message; a flood ends it."""
        if self._messages.qsize() >= MAX_WAITING:
            self._excessive = True
            self.end()
        elif not self._excessive:
            self._messages.put_nowait(message)

    def end(self) -> None:
        """Say that no more will come."""
        self._messages.put_nowait(None)

    async def next(self, timeout: float) -> Element:
        """Return the next message.

        NoAnswer where none came in `timeout` seconds or the peer has gone, ResourceConstraint for a flood.
        """
        try:
            async with asyncio.timeout(timeout):
                message = await self._messages.get()
        except TimeoutError:
            raise NoAnswer("The rest of the answer did not come in time.") from None
        if message is not None:
            return message
        if self._excessive:
            raise ResourceConstraint("The peer sends more than was asked for.")
        raise NoAnswer("The peer went away before the end of its answer.")


class Replies:
    """Who waits for messages, by sender and topic."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, Topic], Mail] = {}
        self._early: dict[tuple[str, Topic], Mail] = {}
        self._naming: Counter[tuple[str, str]] = Counter()
        self._followed: dict[tuple[str, Topic], Callable[[Element], None]] = {}

    @contextmanager
    def expected(self, sender: str, topic: Topic) -> Iterator[Mail]:
        """Have what `sender`, a full JID, says about `topic` put into the mail this yields."""
        mail = self._early.pop((sender, topic), None) or Mail()
        self._waiting[sender, topic] = mail
        try:
            yield mail
        finally:
            del self._waiting[sender, topic]

    @contextmanager
    def naming(self, sender: str, kind: str) -> Iterator[None]:
        """Keep what `sender` says of topics of that kind, while it is asked for the id of one.

        Its first message may be read together with the answer that tells the id.
        """
        self._naming[sender, kind] += 1
        try:
            yield
        finally:
            self._naming -= Counter({(sender, kind): 1})
            if not self._naming[sender, kind]:
                for key in [one for one in self._early if one[0] == sender]:
                    del self._early[key]

    def follow(
        self, sender: str, topic: Topic, listener: Callable[[Element], None]
    ) -> Callable[[], None]:
        """Tell `listener` whatever `sender` says about a topic without end; return how to stop that."""
        key = sender, topic
        self._followed[key] = listener
        return lambda: self._followed.pop(key, None) and None

    def deliver(self, sender: str, topic: Topic, message: Element) -> None:
        """Hand over a message; one that nobody waits for is dropped."""
        if (listener := self._followed.get((sender, topic))) is not None:
            listener(message)
        elif (mail := self._waiting.get((sender, topic))) is not None:
            mail.put(message)
        elif self._naming[sender, topic[0]] and len(self._early) < MAX_EARLY:
            self._early.setdefault((sender, topic), Mail()).put(message)

    def abandon(self, sender: str | None) -> None:
        """End what `sender` was to say (None: everybody), for it has gone."""
        for (expected, _), mail in self._waiting.items():
            if sender in {None, expected}:
                mail.end()
