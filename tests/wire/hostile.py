"""A scripted XMPP server on loopback: as well or as badly behaved as its script.

A script is a coroutine that plays one connection with the steps of `Peer`. Everything a client sent, also
inside TLS, stays in `Server.heard`.
"""

import asyncio
from base64 import b64decode, b64encode
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
import hashlib
import hmac
import re
import ssl
from typing import Any, Final

from custom_components.xmpp_iot.wire.account import Account
from custom_components.xmpp_iot.wire.reader import StanzaReader
from custom_components.xmpp_iot.wire.xml import Element, split_tag

DOMAIN: Final = "house.example"
USER: Final = "home"
PASSWORD: Final = "open sesame"
BARE: Final = f"{USER}@{DOMAIN}"
FULL: Final = f"{BARE}/homeassistant"
SASL: Final = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"
TLS: Final = "xmlns='urn:ietf:params:xml:ns:xmpp-tls'"
SM: Final = "xmlns='urn:xmpp:sm:3'"
STARTTLS: Final = f"<starttls {TLS}><required/></starttls>"
BIND: Final = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"
NOBODY: Final = (
    "<error type='cancel'><service-unavailable"
    " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"
)


class Hung(Exception):
    """The client ended the connection."""


@dataclass
class Peer:
    """The server's end of one connection."""

    server: Server
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    buffer: str = ""
    stanzas: list[Element] = field(default_factory=list)
    """What the client sent since it was bound."""
    acknowledgements: list[Element] = field(default_factory=list)
    """What the client says it has got (XEP-0198)."""
    counted: int = 0
    """The number of stanzas since stream management began (XEP-0198)."""
    acknowledges: bool = True
    swallows: bool = False
    """What comes is as lost as in a router that has forgotten the connection."""

    def send(self, text: str) -> None:
        """Send some XML, or something like it."""
        self.writer.write(text.encode())

    async def until(self, pattern: str) -> re.Match[str]:
        """Read until what came matches, and forget everything up to there."""
        while (match := re.search(pattern, self.buffer)) is None:
            self.buffer += (await self._read()).decode(errors="replace")
        self.buffer = self.buffer[match.end() :]
        return match

    async def _read(self) -> bytes:
        data = await self.reader.read(65536)
        if not data:
            raise Hung
        self.server.heard += data
        return data

    async def greet(self, features: str) -> None:
        """Answer the stream header with one of ours, and features."""
        await self.until("<stream:stream [^>]*>")
        self.send(
            "<?xml version='1.0'?><stream:stream xmlns='jabber:client' id='s1'"
            f" xmlns:stream='http://etherx.jabber.org/streams' from='{DOMAIN}'"
            f" version='1.0'><stream:features>{features}</stream:features>"
        )

    async def secure(self) -> None:
        """Offer STARTTLS and do it."""
        await self.greet(STARTTLS)
        await self.until("<starttls [^>]*>")
        self.send(f"<proceed {TLS}/>")
        await self.writer.start_tls(self.server.context)

    async def offer(self, *mechanisms: str) -> None:
        """Offer mechanisms."""
        offered = "".join(f"<mechanism>{one}</mechanism>" for one in mechanisms)
        await self.greet(f"<mechanisms {SASL}>{offered}</mechanisms>")

    async def challenge(self, iterations: int = 4096) -> Exchange:
        """Take the client's first SCRAM message and challenge it."""
        first = await self.until(r"<auth [^>]*mechanism=\"([^\"]*)\"[^>]*>([^<]*)")
        bare = b64decode(first[2]).decode().split(",", 2)[2]
        nonce = re.search("r=(.*)", bare)
        assert nonce is not None
        salt = b64encode(b"salt").decode()
        question = f"r={nonce[1]}more,s={salt},i={iterations}"
        digest = first[1].removeprefix("SCRAM-").replace("-", "").lower()
        self.send(
            f"<challenge {SASL}>{b64encode(question.encode()).decode()}</challenge>"
        )
        return Exchange(bare, question, digest, iterations)

    async def authenticate(self, mechanism: str = "SCRAM-SHA-256") -> bool:
        """Let the client in if it knows the password."""
        await self.offer(mechanism)
        exchange = await self.challenge()
        answer = await self.until(r"<response[^>]*>([^<]*)")
        proof = exchange.verify(b64decode(answer[1]).decode())
        if proof is None:
            self.send(f"<failure {SASL}><not-authorized/></failure>")
            return False
        self.send(f"<success {SASL}>{b64encode(proof).decode()}</success>")
        return True

    async def bind(self, *, managed: bool = False) -> None:
        """Bind the resource the client asks for; a session it wants to resume is forgotten."""
        await self.greet(BIND + (f"<sm {SM}/>" if managed else ""))
        binding = r"<iq [^>]*id=\"([^\"]*)\".*?<resource>([^<]*)</resource>.*?</iq>"
        request = await self.until(f"<resume [^>]*>|{binding}")
        if request[1] is None:
            self.send(f"<failed {SM}/>")
            request = await self.until(binding)
        self.send(
            f"<iq type='result' id='{request[1]}'>"
            "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
            f"<jid>{BARE}/{request[2]}</jid></bind></iq>"
        )
        if managed:
            await self.until("<enable [^>]*>")
            self.counted = 0
            self.send(f"<enabled {SM} id='session' resume='true'/>")

    async def resume(self) -> int:
        """Resume, and return how many stanzas the client says it got."""
        await self.greet(f"{BIND}<sm {SM}/>")
        said = await self.until('<resume [^>]*h="([0-9]+)"[^>]*>')
        self.counted = self.server.peers[-2].counted
        self.send(f"<resumed {SM} previd='session' h='{self.counted}'/>")
        return int(said[1])

    async def admit(self, *, managed: bool = False) -> None:
        """Do everything a good server does until the resource is bound."""
        await self.secure()
        await self.authenticate()
        await self.bind(managed=managed)

    async def serve(self) -> None:
        """Answer what a server answers, until the client hangs up."""
        reader = StanzaReader()
        reader.feed(b"<stream:stream xmlns='jabber:client'")
        reader.feed(b" xmlns:stream='http://etherx.jabber.org/streams'>")
        data = self.buffer.encode()
        while True:
            for received in reader.feed(data):
                self._take(received.element)
            self.server.changed()
            if reader.closed:
                self.send("</stream:stream>")
                return
            data = await self._read()

    def _take(self, stanza: Element) -> None:
        name = split_tag(stanza.tag)[1]
        if self.swallows:
            self.stanzas.append(stanza)
            return
        if name == "r":
            if self.acknowledges:
                self.send(f"<a {SM} h='{self.counted}'/>")
            return
        if name == "a":
            self.acknowledgements.append(stanza)
        if name not in {"iq", "message", "presence"}:
            return
        self.counted += 1
        self.stanzas.append(stanza)
        if name == "iq" and stanza.get("type") in {"get", "set"}:
            self.server.answer(self, stanza)


@dataclass(frozen=True)
class Exchange:
    """A SCRAM exchange under way (RFC 5802)."""

    first: str
    question: str
    digest: str
    iterations: int

    def verify(self, final: str) -> bytes | None:
        """Return our proof if the client's is right."""
        without, _, proof = final.rpartition(",p=")
        digest = self.digest
        salted = hashlib.pbkdf2_hmac(
            digest, PASSWORD.encode(), b"salt", self.iterations
        )
        message = f"{self.first},{self.question},{without}".encode()
        key = hmac.digest(salted, b"Client Key", digest)
        stored = hashlib.new(digest, key).digest()
        signature = hmac.digest(stored, message, digest)
        if bytes(a ^ b for a, b in zip(key, signature, strict=True)) != b64decode(
            proof
        ):
            return None
        server_key = hmac.digest(salted, b"Server Key", digest)
        return b"v=" + b64encode(hmac.digest(server_key, message, digest))


def answer_as_a_server(peer: Peer, request: Element) -> None:
    """Answer for the server and for resources nobody has, and nothing else."""
    to, identifier = request.get("to"), request.get("id")
    if to in {None, DOMAIN}:
        sender = "" if to is None else f" from='{to}'"
        peer.send(f"<iq type='result' id='{identifier}'{sender}/>")
    elif to is not None and to.startswith(BARE):
        peer.send(f"<iq type='error' id='{identifier}' from='{to}'>{NOBODY}</iq>")


@dataclass
class Server:
    """The server itself."""

    context: ssl.SSLContext
    script: Callable[[Peer], Awaitable[None]]
    answer: Callable[[Peer, Element], None] = answer_as_a_server
    port: int = 0
    heard: bytearray = field(default_factory=bytearray)
    peers: list[Peer] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _playing: set[asyncio.Task[None]] = field(default_factory=set)

    def changed(self) -> None:
        """Wake those who wait in `until`."""
        self._news.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something a client does."""
        async with asyncio.timeout(5):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def play(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Play the script for one connection."""
        peer = Peer(self, reader, writer)
        self.peers.append(peer)
        self.changed()
        task = asyncio.current_task()
        assert task is not None
        self._playing.add(task)
        try:
            await self.script(peer)
        except Hung, ConnectionError, ssl.SSLError:
            pass  # that is what clients do to such servers
        finally:
            self._playing.discard(task)
            self.changed()
            writer.close()

    async def stop(self) -> None:
        """End all connections."""
        for task in list(self._playing):
            task.cancel()
        if self._playing:
            await asyncio.wait(self._playing)


@asynccontextmanager
async def hostile(
    context: ssl.SSLContext,
    script: Callable[[Peer], Awaitable[None]],
    *,
    direct: bool = False,
    answer: Callable[[Peer, Element], None] = answer_as_a_server,
) -> AsyncGenerator[Server]:
    """Run a server with this script on a port of its own."""
    server = Server(context, script, answer)
    listener = await asyncio.start_server(
        server.play, "127.0.0.1", ssl=context if direct else None
    )
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        await server.stop()


async def well_behaved(peer: Peer) -> None:
    """Play a good server without stream management."""
    await peer.admit()
    await peer.serve()


def account(port: int | None, trust: ssl.SSLContext, **changes: Any) -> Account:
    """Return the house's account on a server at that port, with changes."""
    given: dict[str, Any] = {"jid": BARE, "password": PASSWORD, "host": "127.0.0.1"}
    return Account(**(given | {"port": port, "ssl_context": trust} | changes))


SECRETS: Final = [
    secret
    for text in (PASSWORD, f"\0{USER}\0{PASSWORD}", f"{BARE}\0{USER}\0{PASSWORD}")
    for secret in (text.encode(), b64encode(text.encode()))
]


def nothing_secret(server: Server) -> bool:
    """Say whether no form of the password, nor the user's name, has left the house."""
    return not any(secret in server.heard for secret in [*SECRETS, b"<auth"])


async def silent(peer: Peer) -> None:
    """Say nothing, ever."""
    await peer.until("never")
