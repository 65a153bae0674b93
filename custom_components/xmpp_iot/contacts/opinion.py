"""A second opinion: what the gate has allowed, a provisioning server may still narrow or forbid.

People may name such a server (XEP-0324). It is asked last, so it can only ever take away: what is denied here
is denied, whatever it says. One that does not answer has not agreed. Without a named server nothing is
asked, and nothing takes longer.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
import logging
from typing import Final, Protocol

from homeassistant.core import CALLBACK_TYPE, callback

from ..wire.errors import (
    BadRequest,
    Forbidden,
    NoAnswer,
    NotConnected,
    RemoteError,
    ResourceConstraint,
)
from ..wire.model import NodeRef, ReadRequest
from ..wire.provisioning_client import Courier, ProvisioningServer
from ..wire.provisioning_model import DENIED, Matter, Question, Ruling, narrowed
from .opinion_answers import Answers
from .opinion_pushes import Pushes, PushingSession

_LOGGER = logging.getLogger(__name__)

MOST_ASKED: Final = 64  # questions under way
MOST_ASKED_OF_ONE: Final = 8  # about one contact
_NO: Final = "Access denied."

type Told = Callable[[str], None]
type Troubled = Callable[[str, str | None], None]


class OpinionSession(Courier, PushingSession, Protocol):
    """What this module needs of `wire.session.Session`."""

    @property
    def connected(self) -> bool:
        """Whether the session is up."""
        ...

    def on_online(self, callback: Callable[[bool], None]) -> Callable[[], None]:
        """Call back when the session is up; with whether it is a resumed one."""
        ...

    def on_presence(self, callback: Callable[[str, bool], None]) -> Callable[[], None]:
        """Call back with the full JID of who comes or goes; return how to stop that."""
        ...


def _nobody(_: str) -> None:
    """Have nothing to do about a bare JID."""


class SecondOpinion:
    """Asks the named server, remembers what it rules, and obeys what it pushes.

    `source` is the source of nodes whose callers leave it out. `on_trouble` gets the server and why it has
    no opinion, or None when it has one again. `on_friend` and `on_unfriend` get the bare JID of whom the
    server wants to be a friend of the house, or not to be one: it can only propose, and revoke.
    """

    def __init__(
        self,
        session: OpinionSession,
        *,
        source: str,
        on_trouble: Troubled,
        on_friend: Told = _nobody,
        on_unfriend: Told = _nobody,
    ) -> None:
        """Ask nobody until a server is named."""
        self._session = session
        self._source = source
        self._on_trouble = on_trouble
        self._on_friend, self._on_unfriend = on_friend, on_unfriend
        self._server: ProvisioningServer | None = None
        self._answers = Answers()
        self._asking: dict[Question, asyncio.Task[Ruling]] = {}
        self._running: set[asyncio.Task[Ruling]] = set()
        self._asked_about: Counter[str] = Counter()
        self._troubled = False
        self._listeners: list[Callable[[], None]] = []
        self._pushes = Pushes(
            session,
            trusts=self.trusts,
            forget=self._forget,
            friend=self._befriend,
            unfriend=self._unfriend,
        )
        self._unsubscribe: list[CALLBACK_TYPE] = []

    # Which server, and from when until when

    @property
    def server(self) -> str | None:
        """The bare JID of the named server."""
        return None if self._server is None else self._server.jid

    @property
    def wanted(self) -> Mapping[str, str]:
        """The server's bare JID and name, if its presence is needed to find it: only an account's is."""
        server = self.server
        return {server: server} if server is not None and "@" in server else {}

    def trusts(self, bare: str) -> bool:
        """Return whether a bare JID is the named server's, which may tell the house something."""
        return self._server is not None and bare == self._server.jid

    @callback
    def async_name(self, server: str | None) -> None:
        """Ask that server from now on, and no other; None asks nobody."""
        if server == self.server:
            return
        self._end_trouble()
        self._server = ProvisioningServer(self._session, server) if server else None
        for task in self._running:
            task.cancel()
        self._forget()

    @callback
    def async_start(self) -> None:
        """Begin to hear what the server says."""
        self._pushes.start()
        self._unsubscribe = [
            self._session.on_online(self._online),
            self._session.on_presence(self._presence),
        ]

    async def async_stop(self) -> None:
        """Ask and hear no more, leaving no task behind."""
        self._pushes.stop()
        while self._unsubscribe:
            self._unsubscribe.pop()()
        self._end_trouble()
        if tasks := tuple(self._running):
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    @callback
    def async_listen(self, listener: Callable[[], None]) -> CALLBACK_TYPE:
        """Call `listener` when the server may rule otherwise than before; returns the end of it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    # Asking

    async def async_allows(self, question: Question) -> Question | None:
        """Return what of the question the server allows; None for nothing of it.

        ResourceConstraint where too much is asked about somebody at once.
        """
        if (server := self._server) is None or question.jid == server.jid:
            return question
        canonical = replace(question, nodes=tuple(map(self._named, question.nodes)))
        allowed = narrowed(canonical, await self._ruling(server, canonical))
        if allowed is None or self._server is not server:
            return None
        # In the words of who asked: a node goes by its own spelling there.
        kept = frozenset(allowed.nodes)
        nodes = (node for node in question.nodes if self._named(node) in kept)
        return replace(allowed, nodes=tuple(nodes))

    async def async_befriends(self, contact: str) -> bool:
        """Return whether somebody may see the house's presence."""
        question = Question(matter=Matter.FRIEND, jid=contact)
        return await self.async_allows(question) is not None

    async def async_reads(self, contact: str, request: ReadRequest) -> ReadRequest:
        """Return what of a readout is allowed; Forbidden if nothing is."""
        if self._server is None:
            return request
        allowed = await self.async_allows(
            Question(
                matter=Matter.READ,
                jid=contact,
                nodes=request.nodes,
                names=request.fields,
                categories=request.categories,
            )
        )
        if allowed is None:
            raise Forbidden(_NO)
        return replace(
            request,
            nodes=allowed.nodes,
            fields=allowed.names,
            categories=allowed.categories,
        )

    async def async_controls(
        self, contact: str, nodes: Iterable[NodeRef], parameters: Iterable[str]
    ) -> None:
        """Raise Forbidden unless all of the parameters of all of the nodes may be set.

        Half of an order is none: whoever gives it is told either that all of it is done, or nothing.
        """
        if self._server is None:
            return
        asked = Question(
            matter=Matter.CONTROL,
            jid=contact,
            nodes=tuple(nodes),
            names=frozenset(parameters),
        )
        if await self.async_allows(asked) != asked:
            raise Forbidden(_NO)

    def _named(self, node: NodeRef) -> NodeRef:
        """Return a node as the server knows it: there is one name of it, so there is one rule."""
        return node if node.source else replace(node, source=self._source)

    async def _ruling(self, server: ProvisioningServer, question: Question) -> Ruling:
        """Return what the server rules, asking once however many want to know."""
        if (known := self._answers.get(question)) is not None:
            return known
        if (task := self._asking.get(question)) is None:
            task = self._begin(server, question)
        # Who waits may go away: others wait too. The task may be stopped: that is no yes.
        await asyncio.wait((task,))
        return DENIED if task.cancelled() else task.result()

    def _begin(
        self, server: ProvisioningServer, question: Question
    ) -> asyncio.Task[Ruling]:
        full = len(self._running) >= MOST_ASKED
        if full or self._asked_about[question.jid] >= MOST_ASKED_OF_ONE:
            raise ResourceConstraint("Too many requests are running.")
        task = asyncio.create_task(
            self._ask(server, question), name="xmpp_iot second opinion"
        )
        self._asking[question] = task
        self._running.add(task)
        self._asked_about[question.jid] += 1
        task.add_done_callback(partial(self._ended, question))
        return task

    def _ended(self, question: Question, task: asyncio.Task[Ruling]) -> None:
        self._running.discard(task)
        self._asked_about -= Counter({question.jid: 1})  # drops what is zero
        # What was to be forgotten meanwhile is not remembered, and nobody waits for it any more.
        if self._asking.get(question) is not task:
            return
        del self._asking[question]
        if task.cancelled() or task.exception() is not None:
            return
        if (ruling := task.result()) is not DENIED:
            self._answers.keep(question, ruling)

    async def _ask(self, server: ProvisioningServer, question: Question) -> Ruling:
        """Return what the server rules; DENIED itself, which is not remembered, where it rules nothing."""
        try:
            ruling = await server.ask(question)
        except NotConnected, ResourceConstraint:  # no fault of the server's
            return DENIED
        except (NoAnswer, RemoteError, BadRequest) as error:
            if self._session.connected:
                self._trouble(server.jid, str(error))
            return DENIED
        if self._troubled:
            _LOGGER.info("The provisioning server %s has an opinion again", server.jid)
            self._end_trouble()
            self._tell()
        return ruling

    # Trouble

    def _trouble(self, server: str, reason: str) -> None:
        if not self._troubled:
            self._troubled = True
            _LOGGER.warning(
                "The provisioning server %s has no opinion, so everything is denied: %s",
                server,
                reason,
            )
            self._on_trouble(server, reason)

    def _end_trouble(self) -> None:
        if self._troubled and (server := self.server) is not None:
            self._troubled = False
            self._on_trouble(server, None)

    # What makes answers old

    @callback
    def _online(self, resumed: bool) -> None:
        """Ask anew in a new session: what was pushed between the two is lost."""
        if not resumed and self._server is not None:
            self._server.forget()
            self._forget()

    @callback
    def _presence(self, jid: str, available: bool) -> None:
        """Ask anew when a server that is an account has come: until then it had no opinion."""
        if (
            available
            and self._server is not None
            and self.trusts(jid.partition("/")[0])
        ):
            self._server.forget()
            self._forget()

    @callback
    def _forget(self, about: Callable[[str], bool] = lambda _: True) -> None:
        """Forget what was ruled about some, also what is on its way."""
        self._answers.forget(about)
        for question in [one for one in self._asking if about(one.jid)]:
            del self._asking[question]
        self._tell()

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()

    @callback
    def _befriend(self, jid: str) -> None:
        self._forget(lambda it: it == jid)
        self._on_friend(jid)

    @callback
    def _unfriend(self, jid: str) -> None:
        self._forget(lambda it: it == jid)
        self._on_unfriend(jid)
