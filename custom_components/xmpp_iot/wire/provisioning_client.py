"""The device side of provisioning: the one server whose word counts, asked in the dialect it speaks."""

import asyncio
from itertools import islice
from typing import Final, Protocol

from .dialects import FAMILIES, Dialect
from .disco import INFO, INFO_QUERY
from .errors import NoAnswer, RemoteError, WireError
from .provisioning import decode_ruling, encode_question
from .provisioning_model import Question, Ruling
from .stanzas import Kind
from .xml import Element, clark, element

ANSWER_WITHIN: Final = 5.0  # seconds, with finding out what the server speaks
_MOST_RESOURCES: Final = 5  # of a server that is an account


class Courier(Protocol):
    """What is needed of a session to ask somebody."""

    async def iq(
        self,
        to: str | None,
        payload: Element,
        *,
        kind: Kind = "get",
        timeout: float = 10,
    ) -> Element | None:
        """Ask and return the payload of the result; RemoteError, NoAnswer or NotConnected."""
        ...

    def resources(self, bare: str) -> tuple[str, ...]:
        """Return the full JIDs with which somebody is online."""
        ...


async def provisioning_dialect(session: Courier, jid: str) -> Dialect | None:
    """Return the preferred dialect in which somebody speaks provisioning; None for who does not.

    RemoteError, NoAnswer and NotConnected as the session raises them.
    """
    answer = await session.iq(jid, element(INFO_QUERY), timeout=ANSWER_WITHIN)
    features = (
        {one.get("var") for one in answer.iterfind(clark(INFO, "feature"))}
        if answer is not None
        else set()
    )
    return next((one for one in FAMILIES if one.provisioning in features), None)


class ProvisioningServer:
    """A provisioning server, asked: a component, or an account that is online."""

    def __init__(self, session: Courier, jid: str) -> None:
        """Ask the server with the bare JID `jid`; what it speaks is found out when it is asked first."""
        self.jid = jid
        self._session = session
        self._found: tuple[str, Dialect] | None = None

    def forget(self) -> None:
        """Find out anew what it speaks: it, or the session, has begun anew."""
        self._found = None

    async def ask(self, question: Question) -> Ruling:
        """Return what the server rules.

        NoAnswer where it says nothing in time, RemoteError where it refuses or is none, BadRequest or
        ResourceConstraint where what it says cannot be read, NotConnected without session.
        """
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                jid, dialect = self._found or await self._find()
                payload = encode_question(question, dialect)
                answer = await self._session.iq(jid, payload, timeout=ANSWER_WITHIN)
        except TimeoutError:
            self.forget()
            raise NoAnswer(f"{self.jid} did not answer in time.") from None
        except WireError:
            self.forget()
            raise
        return decode_ruling(answer, question, dialect)

    async def _find(self) -> tuple[str, Dialect]:
        """Return where the server is, and what it speaks; a component is at its bare JID."""
        trouble: WireError = RemoteError(
            "feature-not-implemented", "cancel", "This is no provisioning server."
        )
        online = islice(self._session.resources(self.jid), _MOST_RESOURCES)
        for jid in tuple(online) or (self.jid,):
            try:
                dialect = await provisioning_dialect(self._session, jid)
            except (RemoteError, NoAnswer) as error:
                trouble = error
                continue
            if dialect is not None:
                self._found = jid, dialect
                return self._found
        raise trouble
