"""Publish-subscribe (XEP-0060): nodes on the account's own service (PEP), or in their place headlines.

Both carriers take the same items under the same node names, and a subscriber uses both alike: it
subscribes with its full JID at the address it was told, and gets the same events.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import batched
from typing import Final, Protocol
from urllib.parse import quote

from .errors import BadRequest, FeatureNotImplemented, ItemNotFound, RemoteError
from .requests import Still, always
from .session import IqRequest, Session
from .xml import Element, clark, element, escape

PUBSUB: Final = "http://jabber.org/protocol/pubsub"
OWNER: Final = f"{PUBSUB}#owner"
EVENT: Final = f"{PUBSUB}#event"
DISCO_ITEMS: Final = "http://jabber.org/protocol/disco#items"
PING: Final = "urn:xmpp:ping"

# Seconds, and bytes a second of a server with the limits ejabberd comes with, shared with others' traffic.
ANSWER_WITHIN: Final = 10.0
SLOWEST_SERVER: Final = 1_500
# What a server says that has no such thing for us, and will not change its mind in this session.
UNUSABLE: Final = frozenset(
    {
        "feature-not-implemented",
        "forbidden",
        "not-acceptable",
        "not-allowed",
        "service-unavailable",
    }
)
PORTION: Final = 100  # subscriptions that are ended in one request

_FORM: Final = "jabber:x:data"
# What is asked, and what one is then.
_CHANGES: Final = {
    clark(PUBSUB, "subscribe"): "subscribed",
    clark(PUBSUB, "unsubscribe"): "none",
}
# Nothing is stored: whoever comes late reads a snapshot, and a persisted item costs the server a disk
# write per change.
_CONFIGURATION: Final = (
    ("pubsub#access_model", "whitelist"),
    ("pubsub#persist_items", "0"),
    ("pubsub#max_items", "1"),
    ("pubsub#send_last_published_item", "never"),
    # ejabberd 23 asks itself whether a subscriber is online, and knows that of its own users only: those
    # of other servers would get nothing. Prosody does not know the field.
    ("pubsub#presence_based_delivery", "0"),
)
# A publish to a node that has gone makes it anew with the server's default access: this forbids that.
_PUBLISH_OPTIONS: Final = (
    f"<publish-options><x xmlns='{_FORM}' type='submit'>"
    f"<field var='FORM_TYPE'><value>{PUBSUB}#publish-options</value></field>"
    "<field var='pubsub#access_model'><value>whitelist</value></field>"
    "</x></publish-options>"
)


class Carrier(Protocol):
    """What takes items to those who may have them."""

    def uri(self, node: str) -> str:
        """Return the address of a node to subscribe at (XEP-0060 section 12.21)."""
        ...

    async def nodes(self) -> frozenset[str]:
        """Return the names of the nodes that exist."""
        ...

    async def open(self, node: str, members: Iterable[str]) -> None:
        """Make a node to which exactly the bare JIDs `members` may subscribe."""
        ...

    async def close(self, node: str) -> None:
        """Remove a node and with it every subscription."""
        ...

    async def publish(
        self,
        node: str,
        item_id: str,
        payload: str,
        still: Still = always,
    ) -> None:
        """Send one item, `payload` being XML; return when the server has taken it.

        After the connection was lost it is sent again only if `still` says yes.
        """
        ...


@dataclass(frozen=True, slots=True)
class Subscription:
    """A JID that gets what is published at a node, and the id that some servers give its subscription."""

    jid: str
    subid: str = ""

    @property
    def bare(self) -> str:
        """Whose it is."""
        return self.jid.partition("/")[0]


def _uri(service: str, node: str) -> str:
    return f"xmpp:{quote(service, safe='@/')}?;node={quote(node, safe='')}"


class PubSub:
    """Nodes on the account's own PubSub service (XEP-0163)."""

    def __init__(self, session: Session) -> None:
        """Use the service of the session's account."""
        self._session = session

    def uri(self, node: str) -> str:
        """Return the address of a node to subscribe at."""
        return _uri(self._session.bare, node)

    async def nodes(self) -> frozenset[str]:
        """Return the names of the account's nodes."""
        query = element(clark(DISCO_ITEMS, "query"))
        answer = await self._session.iq(
            self._session.bare, query, timeout=ANSWER_WITHIN
        )
        items = () if answer is None else answer
        return frozenset(node for item in items if (node := item.get("node")))

    async def open(self, node: str, members: Iterable[str]) -> None:
        """Make a whitelisted node, or have the one of that name, and let `members` subscribe."""
        await self._create(node)
        await self._affiliate(node, members, "member")

    async def close(self, node: str) -> None:
        """Delete a node (XEP-0060 section 8.4); one that has gone is no error."""
        try:
            await self._owner(element(clark(OWNER, "delete"), {"node": node}))
        except RemoteError as err:
            if err.remote_condition != "item-not-found":
                raise

    async def publish(
        self,
        node: str,
        item_id: str,
        payload: str,
        still: Still = always,
    ) -> None:
        """Publish one item; servers drop or refuse more than one (XEP-0060 section 7.1)."""
        await self._session.iq_text(
            None,  # the account's own service, as one says to it in fewer words
            f"<pubsub xmlns='{PUBSUB}'><publish node=\"{escape(node)}\">"
            f'<item id="{escape(item_id)}">{payload}</item></publish>'
            f"{_PUBLISH_OPTIONS}</pubsub>",
            timeout=ANSWER_WITHIN + len(payload) / SLOWEST_SERVER,
            still=still,
        )

    async def subscribers(self, node: str) -> tuple[Subscription, ...]:
        """Return who has subscribed, in the server's order (XEP-0060 section 8.8.1).

        RemoteError with one of `UNUSABLE` where the server does not tell (ejabberd 23 to 26 of a PEP node).
        """
        answer = await self._session.iq(
            self._session.bare,
            element(
                clark(OWNER, "pubsub"),
                {},
                element(clark(OWNER, "subscriptions"), {"node": node}),
            ),
            timeout=ANSWER_WITHIN,
        )
        entries = () if answer is None else answer.iter(clark(OWNER, "subscription"))
        return tuple(
            Subscription(jid, entry.get("subid", ""))
            for entry in entries
            if (jid := entry.get("jid")) and entry.get("subscription") != "none"
        )

    async def dismiss(self, node: str, subscriptions: Iterable[Subscription]) -> None:
        """End subscriptions of members (XEP-0060 section 8.8.2), some at a time.

        One that has ended meanwhile is no error.
        """
        for some in batched(subscriptions, PORTION, strict=False):
            try:
                await self._set_subscriptions(node, some, "none")
            except RemoteError as err:
                if err.remote_condition in UNUSABLE:
                    raise
                # Servers leave what comes after one that there is not. And Prosody lists those of a deleted node
                # of that name for ever, unless they are made and ended once more.
                await self._set_subscriptions(node, some, "subscribed", "none")

    async def _set_subscriptions(
        self, node: str, subscriptions: Iterable[Subscription], *states: str
    ) -> None:
        """Have each of them in one state after the other."""
        each = (
            element(
                clark(OWNER, "subscription"),
                {"jid": one.jid, "subscription": state}
                | ({"subid": one.subid} if one.subid else {}),
            )
            for one in subscriptions
            for state in states
        )
        await self._owner(element(clark(OWNER, "subscriptions"), {"node": node}, *each))

    async def expel(self, node: str, bare: str) -> None:
        """Let a member subscribe no more (XEP-0060 section 8.9); what it has goes on until it is dismissed."""
        await self._affiliate(node, (bare,), "none")

    async def _affiliate(self, node: str, jids: Iterable[str], what: str) -> None:
        affiliations = (
            element(clark(OWNER, "affiliation"), {"jid": jid, "affiliation": what})
            for jid in jids
        )
        await self._owner(
            element(clark(OWNER, "affiliations"), {"node": node}, *affiliations)
        )

    async def _create(self, node: str) -> None:
        request = element(
            clark(PUBSUB, "pubsub"),
            {},
            element(clark(PUBSUB, "create"), {"node": node}),
            element(clark(PUBSUB, "configure"), {}, _configuration()),
        )
        try:
            await self._session.iq(
                self._session.bare, request, kind="set", timeout=ANSWER_WITHIN
            )
        except RemoteError as err:
            if err.remote_condition != "conflict":
                raise
            # It is there from an earlier run: whatever became of it, it is whitelisted from now on.
            await self._owner(
                element(clark(OWNER, "configure"), {"node": node}, _configuration())
            )

    async def _owner(self, payload: Element) -> None:
        request = element(clark(OWNER, "pubsub"), {}, payload)
        await self._session.iq(
            self._session.bare, request, kind="set", timeout=ANSWER_WITHIN
        )


class Headlines:
    """The same without a PubSub service: this account takes subscriptions and sends to each itself."""

    def __init__(self, session: Session) -> None:
        """Send over `session`; `start` takes subscriptions."""
        self._session = session
        self._members: dict[str, frozenset[str]] = {}
        self._subscribers: dict[str, set[str]] = {}  # node -> full JIDs
        self._unsubscribe: list[Callable[[], None]] = []

    def start(self) -> None:
        """Answer subscription requests, and notice who leaves."""
        self._unsubscribe = [
            self._session.handle_iq((clark(PUBSUB, "pubsub"),), self._subscription),
            self._session.on_presence(self._presence),
        ]

    def stop(self) -> None:
        """Answer no more requests."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._unsubscribe.clear()

    def uri(self, node: str) -> str:
        """Return the address of a node to subscribe at."""
        return _uri(self._session.jid, node)

    async def nodes(self) -> frozenset[str]:
        """Return the names of the open nodes."""
        return frozenset(self._members)

    async def open(self, node: str, members: Iterable[str]) -> None:
        """Let `members` subscribe."""
        self._members[node] = frozenset(members)
        self._subscribers.setdefault(node, set())

    async def close(self, node: str) -> None:
        """End all subscriptions to a node."""
        self._members.pop(node, None)
        self._subscribers.pop(node, None)

    async def publish(
        self,
        node: str,
        item_id: str,
        payload: str,
        still: Still = always,
    ) -> None:
        """Send one item to each subscriber; return when the server has taken them all.

        After a loss it goes to those who are contacts then.
        """
        event = (
            f"<event xmlns='{EVENT}'><items node=\"{escape(node)}\">"
            f'<item id="{escape(item_id)}">{payload}</item></items></event>'
        )
        online = [
            jid
            for jid in self._subscribers.get(node, ())
            if jid in self._session.resources(jid.partition("/")[0])
        ]
        for jid in online:
            self._session.send_message(jid, event, kind="headline")
        # Servers take stanzas in order: what answers this has taken the messages.
        await self._session.iq(
            self._session.domain,
            element(clark(PING, "ping")),
            timeout=ANSWER_WITHIN + len(online) * len(event) / SLOWEST_SERVER,
        )

    def _presence(self, jid: str, available: bool) -> None:
        if available:
            return
        for subscribers in self._subscribers.values():
            subscribers.discard(jid)

    async def _subscription(self, request: IqRequest) -> Element | None:
        """Answer `subscribe` and `unsubscribe` (XEP-0060 sections 6.1 and 6.2)."""
        for change in request.payload:
            if change.tag in _CHANGES:
                return self._changed(request, change)
        raise FeatureNotImplemented

    def _prune(self, node: str) -> None:
        """Forget subscribers who are not online, so that resources made up do not pile up."""
        self._subscribers[node] = {
            jid
            for jid in self._subscribers[node]
            if jid in self._session.resources(jid.partition("/")[0])
        }

    def _changed(self, request: IqRequest, change: Element) -> Element:
        node, jid = change.get("node", ""), change.get("jid", "")
        if jid != request.caller.jid:
            raise BadRequest("Subscribe with the full JID you ask from.")
        # Somebody else's node does not exist, as on a service that hides what is not for one.
        if request.caller.bare not in self._members.get(node, ()):
            raise ItemNotFound
        state = _CHANGES[change.tag]
        if state == "subscribed":
            self._prune(node)
            self._subscribers[node].add(jid)
        else:
            self._subscribers[node].discard(jid)
        subscription = {"node": node, "jid": jid, "subscription": state}
        return element(
            clark(PUBSUB, "pubsub"),
            {},
            element(clark(PUBSUB, "subscription"), subscription),
        )


def _configuration() -> Element:
    """Return the form that configures a node (XEP-0060 section 8.2)."""
    fields = (
        element(
            clark(_FORM, "field"),
            {"var": var},
            element(clark(_FORM, "value"), text=value),
        )
        for var, value in (("FORM_TYPE", f"{PUBSUB}#node_config"), *_CONFIGURATION)
    )
    return element(clark(_FORM, "x"), {"type": "submit"}, *fields)


def moved(old: str, uri: str) -> str:
    """Return the event that a node was deleted in favour of another (XEP-0060 section 8.4.1)."""
    return (
        f"<event xmlns='{EVENT}'><delete node=\"{escape(old)}\">"
        f'<redirect uri="{escape(uri)}"/></delete></event>'
    )
