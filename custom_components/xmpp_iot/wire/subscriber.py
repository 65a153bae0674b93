"""Publish-subscribe as a subscriber (XEP-0060 section 6): nodes of others, and the events of theirs.

An event counts when it comes from the service that was subscribed at, for a node that was subscribed to.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
import re
from typing import Final, Protocol
from urllib.parse import parse_qs, unquote

from slixmpp import JID, InvalidJID

from .errors import BadRequest, RemoteError, WireError
from .stanzas import Kind
from .xml import Element, clark, element

_PUBSUB: Final = "http://jabber.org/protocol/pubsub"
_EVENT: Final = f"{_PUBSUB}#event"
EVENT: Final = clark(_EVENT, "event")
_ITEMS: Final = clark(_EVENT, "items")
_ITEM: Final = clark(_EVENT, "item")
_DELETE: Final = clark(_EVENT, "delete")
_REDIRECT: Final = clark(_EVENT, "redirect")
_ITEM_ID: Final = re.compile(r"(?P<epoch>[^-]+)-(?P<number>\d{1,18})(?P<part>p?)")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a node of a PubSub service is."""

    service: str
    node: str

    @classmethod
    def parse(cls, uri: str) -> Address:
        """Return what an `xmpp:` URI says (XEP-0060 section 12.21); BadRequest for another."""
        scheme, _, rest = uri.partition(":")
        path, _, query = rest.partition("?")
        # (a plus sign is a space in forms only)
        values = parse_qs(query.replace("+", "%2B"), separator=";")
        nodes = values.get("node", [])
        if scheme.lower() != "xmpp" or not path or len(nodes) != 1:
            raise BadRequest("This is not the address of a PubSub node.")
        try:
            return cls(JID(unquote(path)).full, nodes[0])
        except InvalidJID as error:
            raise BadRequest("This is not the address of a PubSub node.") from error


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a node: `epoch` and `number` are its id's, where that is `<epoch>-<number>`.

    With a `p` behind it the item has a `part` of what it is about, what has changed; else all of it.
    """

    payload: Element
    epoch: str = ""
    number: int = 0
    part: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """The node has gone; it goes on at another address, or (empty) not at all."""

    uri: str = ""


type Listener = Callable[[Item | Moved], None]


class SubscriberSession(Protocol):
    """What this needs of a session."""

    @property
    def jid(self) -> str:
        """The own full JID."""
        ...

    async def iq(
        self,
        to: str | None,
        payload: Element,
        *,
        kind: Kind = "get",
        timeout: float = 10,
    ) -> Element | None:
        """Ask and return the payload of the answer; RemoteError, NoAnswer or NotConnected else."""
        ...

    def handle_reply(
        self, tags: Iterable[str], handler: Callable[[str, Element], None]
    ) -> Callable[[], None]:
        """Call `handler` with sender and payload of messages of anybody; return how to stop that."""
        ...


class Subscriber:
    """Subscribes with the full JID, so that the server forgets it with the session."""

    def __init__(self, session: SubscriberSession) -> None:
        """Follow nodes over `session`, from `start` until `stop`."""
        self._session = session
        # (two houses may name the same node: neither takes it from the other)
        self._listeners: dict[Address, list[Listener]] = {}
        self._unsubscribe: Callable[[], None] | None = None

    def start(self) -> None:
        """Begin to take events."""
        self._unsubscribe = self._session.handle_reply((EVENT,), self._received)

    def stop(self) -> None:
        """Take no more."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        self._listeners.clear()

    async def subscribe(self, address: Address, listener: Listener) -> None:
        """Have the events of a node go to `listener`, from before the service has answered.

        RemoteError where the service refuses, NoAnswer or NotConnected where nobody answered.
        """
        self._listeners.setdefault(address, []).append(listener)
        try:
            await self._ask(address, "subscribe")
        except WireError:
            self.forget(address, listener)
            raise

    async def unsubscribe(self, address: Address) -> None:
        """Have no more events of a node."""
        self._listeners.pop(address, None)
        await self._ask(address, "unsubscribe")

    def forget(self, address: Address, listener: Listener) -> None:
        """Hand out no more events of a node to `listener`, whatever its service still sends."""
        listeners = self._listeners.get(address, [])
        if listener in listeners:
            listeners.remove(listener)
        if not listeners:
            self._listeners.pop(address, None)

    async def is_subscribed(self, address: Address) -> bool | None:
        """Return whether the service still knows of the subscription (section 5.6); None if it does not say.

        NoAnswer or NotConnected where nobody answered.
        """
        wanted = element(clark(_PUBSUB, "subscriptions"), {"node": address.node})
        request = element(clark(_PUBSUB, "pubsub"), {}, wanted)
        try:
            answer = await self._session.iq(address.service, request)
        except RemoteError as err:
            return False if err.remote_condition == "item-not-found" else None
        if answer is None or answer.find(wanted.tag) is None:
            return None
        return any(
            one.get("jid") == self._session.jid
            and one.get("subscription") == "subscribed"
            and one.get("node", address.node) == address.node
            for one in answer.iter(clark(_PUBSUB, "subscription"))
        )

    async def _ask(self, address: Address, change: str) -> None:
        request = element(
            clark(_PUBSUB, "pubsub"),
            {},
            element(
                clark(_PUBSUB, change),
                {"node": address.node, "jid": self._session.jid},
            ),
        )
        await self._session.iq(address.service, request, kind="set")

    def _received(self, sender: str, event: Element) -> None:
        for change in event:
            node = change.get("node", "")
            # A house says itself, by its full JID, where a node of its account's service has gone.
            listeners = self._listeners.get(
                Address(sender, node)
            ) or self._listeners.get(Address(sender.partition("/")[0], node), [])
            for listener in tuple(listeners):
                _tell(listener, change)


def _tell(listener: Listener, change: Element) -> None:
    if change.tag == _ITEMS:
        for item in change:
            if item.tag == _ITEM and len(item):
                listener(_item(item))
    elif change.tag == _DELETE:
        redirect = change.find(_REDIRECT)
        listener(Moved("" if redirect is None else redirect.get("uri", "")))


def _item(item: Element) -> Item:
    found = _ITEM_ID.fullmatch(item.get("id", ""))
    if found is None:
        return Item(item[0])
    return Item(item[0], found["epoch"], int(found["number"]), bool(found["part"]))
