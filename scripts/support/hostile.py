"""A client that says whatever it is told to: XML of its own on a stream of its own.

A proper library would refuse most of it. It counts what it gets back, and keeps little of that.
"""

import asyncio
from base64 import b64encode
from collections import Counter, deque
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
import itertools
import ssl
from typing import Any, Final, Self
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from .servers import ServerAccount

PING: Final = "<ping xmlns='urn:xmpp:ping'/>"
PATIENCE: Final = 20.0  # seconds for anything that has to happen

_TLS: Final = "urn:ietf:params:xml:ns:xmpp-tls"
_SASL: Final = "urn:ietf:params:xml:ns:xmpp-sasl"
_BIND: Final = "urn:ietf:params:xml:ns:xmpp-bind"
_STANZAS: Final = "{urn:ietf:params:xml:ns:xmpp-stanzas}"
_STREAMS: Final = "{http://etherx.jabber.org/streams}"
_CLIENT: Final = "{jabber:client}"
_ENOUGH: Final = 65_536  # bytes that are read at a time
_KEPT: Final = 200  # messages and requests that came, the latest


def _header(domain: str) -> str:
    return (
        f"<?xml version='1.0'?><stream:stream to='{domain}' version='1.0' "
        "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
    )


def condition(stanza: Element) -> str:
    """Return the condition of an error stanza; empty where it is none."""
    error = stanza.find(f"{_CLIENT}error")
    names = () if error is None else (one.tag for one in error)
    return next(
        (name.removeprefix(_STANZAS) for name in names if name.startswith(_STANZAS)),
        "",
    )


@dataclass(slots=True, eq=False)
class Hostile:
    """One stream; `log_in` opens it. Nothing it sends is looked at by us."""

    bare: str
    domain: str
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    jid: str = ""
    """Full, once logged in."""
    heard: Counter[str] = field(default_factory=Counter)
    """How many came of each kind: 'result', the condition of an error, 'get', 'message' ..."""
    latest: deque[Element] = field(default_factory=lambda: deque(maxlen=_KEPT))
    """Messages and requests."""
    ended: str = ""
    """Why the server has ended the stream."""
    _answers: dict[str, asyncio.Future[Element]] = field(default_factory=dict)
    _ids: itertools.count[int] = field(default_factory=itertools.count)

    @classmethod
    @asynccontextmanager
    async def logged_in(
        cls, facts: Mapping[str, Any], user: str, resource: str = "dark"
    ) -> AsyncGenerator[Self]:
        """Log in as a user of a running demo (`facts` is its ready file), and hang up at the end."""
        xmpp = facts["xmpp"]
        account = ServerAccount(**facts["accounts"][user])
        reader, writer = await asyncio.open_connection(xmpp["host"], xmpp["port"])
        client = cls(account.jid, xmpp["domain"], reader, writer)
        async with asyncio.timeout(PATIENCE):
            await client._log_in(account, resource, xmpp["ca_file"])
        listening = asyncio.create_task(client._listen())
        try:
            yield client
        finally:
            listening.cancel()
            await asyncio.wait([listening])
            client._end("by ourselves")
            writer.close()
            with suppress(OSError):  # (the server may have ended it first)
                await writer.wait_closed()

    async def _log_in(self, account: ServerAccount, resource: str, ca: str) -> None:
        """Open the stream: STARTTLS, PLAIN, a resource."""
        await self._say(_header(self.domain), "</stream:features>")
        await self._say(f"<starttls xmlns='{_TLS}'/>", "/>")
        context = ssl.create_default_context(cafile=ca)
        await self.writer.start_tls(context, server_hostname=self.domain)
        await self._say(_header(self.domain), "</stream:features>")
        user = account.jid.partition("@")[0]
        secret = b64encode(f"\0{user}\0{account.password}".encode()).decode()
        plain = f"<auth xmlns='{_SASL}' mechanism='PLAIN'>{secret}</auth>"
        await self._say(plain, "success")
        await self._say(_header(self.domain), "</stream:features>")
        wish = f"<bind xmlns='{_BIND}'><resource>{resource}</resource></bind>"
        await self._say(f"<iq type='set' id='bind'>{wish}</iq>", "</iq>")
        self.jid = f"{self.bare}/{resource}"

    async def _say(self, text: str, end: str) -> None:
        """Send a step of the log-in, and read until its answer has ended."""
        self.writer.write(text.encode())
        said = b""
        while end.encode() not in said:
            said += await self.reader.readuntil(b">")

    async def _listen(self) -> None:
        """Take what comes until the stream ends."""
        parser: XMLPullParser[Element] = XMLPullParser(("start", "end"))
        parser.feed(_header(self.domain))
        depth = 0
        try:
            while data := await self.reader.read(_ENOUGH):
                parser.feed(data)
                for kind, *found in parser.read_events():
                    depth += 1 if kind == "start" else -1
                    if kind == "end" and depth == 1:
                        (stanza,) = found
                        assert isinstance(stanza, Element)
                        self._take(stanza)
        except OSError, ParseError:
            pass  # the stream has ended without a word
        self._end("without a word")

    def _end(self, why: str) -> None:
        self.ended = self.ended or why
        while self._answers:
            _, answer = self._answers.popitem()
            if not answer.done():
                answer.set_exception(ConnectionResetError(self.ended))

    def _take(self, stanza: Element) -> None:
        name = stanza.tag.removeprefix(_CLIENT)
        kind = stanza.get("type", "")
        if stanza.tag == f"{_STREAMS}error":
            self._end(stanza[0].tag.rpartition("}")[2] if len(stanza) else "error")
        elif name == "iq" and kind in {"result", "error"}:
            self.heard[condition(stanza) or kind] += 1
            answer = self._answers.pop(stanza.get("id", ""), None)
            if answer is not None and not answer.done():
                answer.set_result(stanza)
        else:
            self.heard[kind if name == "iq" else name] += 1
            self.latest.append(stanza)

    async def send(self, text: str | bytes) -> None:
        """Send anything; nothing where the server has ended the stream."""
        if self.ended:
            return
        self.writer.write(text.encode() if isinstance(text, str) else text)
        with suppress(OSError):
            await self.writer.drain()

    async def ask(self, to: str, payload: str, kind: str = "get") -> Element:
        """Send a request, and return its answer; ConnectionResetError where the stream ends, TimeoutError."""
        identifier = f"ask-{next(self._ids)}"
        answer: asyncio.Future[Element] = asyncio.get_running_loop().create_future()
        self._answers[identifier] = answer
        await self.send(f"<iq type='{kind}' id='{identifier}' to='{to}'>{payload}</iq>")
        async with asyncio.timeout(PATIENCE):
            return await answer

    async def settled(self) -> bool:
        """Return when the server has passed on all that was sent; False where it has ended the stream."""
        if self.ended:
            return False
        try:
            await self.ask(self.domain, PING)
        except ConnectionResetError:
            return False
        return True
