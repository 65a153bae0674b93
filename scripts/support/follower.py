"""A plain client that follows and controls a house, written from the protocol alone.

It shares no code with the component, so that a mistake is not made on both sides.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final, Literal, NamedTuple, Protocol
from urllib.parse import parse_qs, urlsplit
from xml.etree.ElementTree import Element, SubElement

from slixmpp.stanza import Iq
from slixmpp.xmlstream import StanzaBase
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from .friends import PlainClient

CONCENTRATOR: Final = "urn:nf:iot:concentrator:1.0"
SENSOR_DATA: Final = "urn:nf:iot:sd:1.0"
CONTROL: Final = "urn:nf:iot:ctr:1.0"
PUBSUB: Final = "http://jabber.org/protocol/pubsub"
EVENT: Final = f"{PUBSUB}#event"
SOURCE: Final = "entities"

_EVENT_PATH: Final = f"{{jabber:client}}message/{{{EVENT}}}event"
_TIMEOUT: Final = 10  # seconds


class Listener(Protocol):
    """What is told of an event."""

    def __call__(self, nodes: frozenset[str], /) -> None:
        """Take the ids of the nodes the event is about."""


class Feed(NamedTuple):
    """Where a house publishes what its contact may see."""

    service: str
    node: str


async def ask(
    client: PlainClient, to: str, kind: Literal["get", "set"], payload: Element
) -> Element:
    """Send an IQ of the kind (get or set), and return the answer; IqError, IqTimeout."""
    iq = client.make_iq(ito=to, itype=kind)
    iq.append(payload)
    send: Callable[..., Awaitable[Iq]] = iq.send  # (slixmpp does not annotate it)
    return (await send(timeout=_TIMEOUT)).xml


async def find_feed(client: PlainClient, house: str) -> Feed:
    """Return the feed that the house names in its root nodes."""
    question = Element(
        f"{{{CONCENTRATOR}}}getRootNodes", {"src": SOURCE, "parameters": "true"}
    )
    answer = await ask(client, house, "get", question)
    for parameter in answer.iter(f"{{{CONCENTRATOR}}}string"):
        if parameter.get("id") == "pubsub":
            # 'xmpp:SERVICE?;node=NODE' (XEP-0060 section 12.22)
            uri = urlsplit(parameter.get("value", ""))
            (node,) = parse_qs(uri.query.removeprefix(";"))["node"]
            return Feed(uri.path, node)
    raise LookupError(f"{house} names no feed")


@asynccontextmanager
async def following(
    client: PlainClient, feed: Feed, listener: Listener
) -> AsyncGenerator[None]:
    """Subscribe to the feed, and unsubscribe at the end."""

    def receive(message: StanzaBase) -> None:
        nodes = message.xml.iter(f"{{{SENSOR_DATA}}}nd")
        listener(frozenset(node.get("id", "") for node in nodes))

    client.register_handler(Callback("follower", MatchXPath(_EVENT_PATH), receive))
    await _subscription(client, feed, "subscribe")
    try:
        yield
    finally:
        client.remove_handler("follower")
        await _subscription(client, feed, "unsubscribe")


async def _subscription(client: PlainClient, feed: Feed, what: str) -> None:
    """Subscribe to the feed or unsubscribe from it, with the full JID."""
    pubsub = Element(f"{{{PUBSUB}}}pubsub")
    attributes = {"node": feed.node, "jid": client.boundjid.full}
    SubElement(pubsub, f"{{{PUBSUB}}}{what}", attributes)
    await ask(client, feed.service, "set", pubsub)


async def switch(client: PlainClient, house: str, node: str, *, on: bool) -> None:
    """Set the parameter 'power' of a node; returns when the house has done it."""
    request = Element(f"{{{CONTROL}}}set")
    SubElement(request, f"{{{CONTROL}}}nd", {"id": node, "src": SOURCE})
    value = {"n": "power", "v": "true" if on else "false"}
    SubElement(request, f"{{{CONTROL}}}b", value)
    await ask(client, house, "set", request)


class Expectation:
    """Waits for the next event about one node."""

    def __init__(self, node: str) -> None:
        """Expect events about the node."""
        self._node = node
        self._seen = asyncio.Event()

    def __call__(self, nodes: frozenset[str], /) -> None:
        """Take an event."""
        if self._node in nodes:
            self._seen.set()

    async def met(self) -> None:
        """Return when the event is there, and expect the next one; TimeoutError."""
        async with asyncio.timeout(_TIMEOUT):
            await self._seen.wait()
        self._seen.clear()
