"""The owner side of provisioning: this house rules on what others may do with the devices it links.

Only those devices may ask. They keep what they are told until they are told to forget it, so whenever rights
change each of them is: at once if it is online, else as soon as it is.
"""

import asyncio
from collections.abc import Callable
import logging
from typing import Protocol

from .call import Call, Routes
from .dialects import Dialect
from .errors import BadRequest, Forbidden, NoAnswer, NotConnected, RemoteError
from .provisioning import decode_question, encode_clear, encode_ruling, question_tag
from .provisioning_client import Courier, provisioning_dialect
from .provisioning_model import Matter, Question, Ruling
from .xml import Element

_LOGGER = logging.getLogger(__name__)


class Judge(Protocol):
    """Who says what others may do with the house's devices."""

    def devices(self) -> frozenset[str]:
        """Return the bare JIDs of the devices that may ask."""
        ...

    def rule(self, device: str, question: Question) -> Ruling:
        """Return what somebody may do with a device now, no more than is asked."""
        ...

    def follow(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Call `changed` after a ruling may have become another, until the returned function is called."""
        ...


class PresentCourier(Courier, Protocol):
    """What the service needs of a session."""

    def on_presence(self, callback: Callable[[str, bool], None]) -> Callable[[], None]:
        """Call back with the full JID of who comes or goes; return how to stop that."""
        ...


class ProvisioningService:
    """Answers the questions of the house's devices (a `Part`)."""

    def __init__(self, judge: Judge, session: PresentCourier) -> None:
        """Rule as `judge` does; tell devices over `session` that it may rule otherwise now."""
        self._judge = judge
        self._session = session
        self._spoken: dict[str, Dialect | None] = {}
        """What each device speaks; None for one that asks nobody."""
        self._owed: set[str] = set()  # devices that are to forget and do not know it
        self._telling: dict[str, asyncio.Task[bool]] = {}
        self._unsubscribe: list[Callable[[], None]] = []

    def routes(self, dialect: Dialect) -> Routes:
        """Return who answers."""
        return {question_tag(matter, dialect): self._rule for matter in Matter}

    def start(self) -> None:
        """Begin to follow the rights, and who is there."""
        self._unsubscribe = [
            self._judge.follow(self._changed),
            self._session.on_presence(self._presence),
        ]

    async def stop(self) -> None:
        """Tell nobody any more."""
        while self._unsubscribe:
            self._unsubscribe.pop()()
        if tasks := tuple(self._telling.values()):
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def _rule(self, call: Call) -> Element:
        device = call.caller.bare
        if device not in self._judge.devices():
            raise Forbidden("Access denied.")
        if call.kind != "get":
            raise BadRequest("A question is an IQ of type get.")
        self._spoken[device] = call.dialect
        question = decode_question(call.payload, call.dialect)
        return encode_ruling(question, self._judge.rule(device, question), call.dialect)

    def _changed(self) -> None:
        """Have every device ask anew."""
        devices = self._judge.devices()
        for gone in self._spoken.keys() - devices:
            del self._spoken[gone]
        deaf = {one for one, dialect in self._spoken.items() if dialect is None}
        self._owed = set(devices - deaf)
        for device in tuple(self._owed):
            self._tell(device)

    def _presence(self, jid: str, available: bool) -> None:
        device = jid.partition("/")[0]
        if available and device in self._owed:
            self._tell(device)

    def _tell(self, device: str) -> None:
        """Begin to tell a device, unless that is under way."""
        if device in self._telling or not self._session.resources(device):
            return
        task = asyncio.create_task(
            self._have_forgotten(device), name="xmpp_iot provisioning"
        )
        self._telling[device] = task
        task.add_done_callback(lambda task: self._told(device, task))

    def _told(self, device: str, task: asyncio.Task[bool]) -> None:
        del self._telling[device]
        # Rights may have changed after the task had looked for the last time.
        if not task.cancelled() and task.result() and device in self._owed:
            self._tell(device)

    async def _have_forgotten(self, device: str) -> bool:
        """Tell a device until it knows; return False if it is out of reach: it is told when it is back."""
        while device in self._owed:
            self._owed.discard(device)
            try:
                for jid in self._session.resources(device):
                    await self._clear(device, jid)
            except (NoAnswer, NotConnected) as error:
                self._owed.add(device)
                _LOGGER.debug("%s is not told to ask anew: %s", device, error)
                return False
        return True

    async def _clear(self, device: str, jid: str) -> None:
        try:
            if device not in self._spoken:
                # It may have asked an earlier run of this house.
                self._spoken[device] = await provisioning_dialect(self._session, jid)
            if (dialect := self._spoken[device]) is not None:
                await self._session.iq(jid, encode_clear(dialect), kind="set")
        except RemoteError as error:
            # It has heard, and will not hear anything else the next time.
            _LOGGER.debug("%s keeps what it was told: %s", jid, error)
