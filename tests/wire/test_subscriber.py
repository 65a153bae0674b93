"""A subscriber of other people's PubSub nodes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pytest

from custom_components.xmpp_iot.wire.errors import BadRequest, NoAnswer, RemoteError
from custom_components.xmpp_iot.wire.stanzas import Kind
from custom_components.xmpp_iot.wire.subscriber import (
    EVENT,
    Address,
    Item,
    Moved,
    Subscriber,
)
from custom_components.xmpp_iot.wire.xml import Element, from_text, to_text

PUBSUB = "http://jabber.org/protocol/pubsub"
HOME = "home@example.org"
ADDRESS = Address(HOME, "feed")


@dataclass
class Session:
    """A session that answers what it was told to."""

    answer: str | Exception | None = None
    asked: list[tuple[str | None, str, Kind]] = field(default_factory=list)
    handler: Callable[[str, Element], None] | None = None
    jid: str = "cabin@example.org/homeassistant"

    async def iq(
        self,
        to: str | None,
        payload: Element,
        *,
        kind: Kind = "get",
        timeout: float = 10,
    ) -> Element | None:
        """Answer."""
        self.asked.append((to, to_text(payload), kind))
        if isinstance(self.answer, Exception):
            raise self.answer
        return from_text(self.answer) if self.answer else None

    def handle_reply(
        self, tags: Iterable[str], handler: Callable[[str, Element], None]
    ) -> Callable[[], None]:
        """Keep the handler until it is taken back."""
        assert list(tags) == [EVENT]
        self.handler = handler

        def take_back() -> None:
            self.handler = None

        return take_back

    def say(self, content: str, sender: str = HOME) -> None:
        """Send an event."""
        assert self.handler is not None
        self.handler(
            sender, from_text(f"<event xmlns='{PUBSUB}#event'>{content}</event>")
        )


@pytest.fixture
def session() -> Session:
    """Return a session."""
    return Session()


@pytest.fixture
def subscriber(session: Session) -> Subscriber:
    """Return a subscriber that takes events."""
    subscriber = Subscriber(session)
    subscriber.start()
    return subscriber


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("xmpp:home@example.org?;node=feed", ADDRESS),
        ("XMPP:home@example.org?pubsub;action=subscribe;node=feed", ADDRESS),
        (
            "xmpp:pubsub.example.org?;node=a%20b%2Fc+d",
            Address("pubsub.example.org", "a b/c+d"),
        ),
    ],
)
def test_an_address_is_read(uri: str, address: Address) -> None:
    """Service and node, as XEP-0060 section 12.21 writes them."""
    assert Address.parse(uri) == address


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "http://example.org?;node=feed",
        "xmpp:home@example.org",
        "xmpp:home@example.org?;node=",
        "xmpp:?;node=feed",
        "xmpp:home@example.org?;node=a;node=b",
        "xmpp:@?;node=feed",
    ],
)
def test_what_is_no_address_is_refused(uri: str) -> None:
    """A clear error, and no other."""
    with pytest.raises(BadRequest):
        Address.parse(uri)


async def test_items_go_to_who_subscribed(
    session: Session, subscriber: Subscriber
) -> None:
    """With the number of each, where its id has one, and whether it is a part."""
    heard: list[Item | Moved] = []
    await subscriber.subscribe(ADDRESS, heard.append)

    session.say(
        "<items node='feed'><item id='e1-7'><a/></item><item id='other'><b/></item>"
        "<item id='e1-8p'><c/></item><item id='e1-9q'><d/></item>"
        "<item id='e1-8'/><retract id='x'/></items>"
    )

    ((to, asked, kind),) = session.asked
    assert (to, kind) == (HOME, "set")
    assert f"jid='{session.jid}'" in asked.replace('"', "'")
    items = [one for one in heard if isinstance(one, Item)]
    assert [(one.epoch, one.number, one.part) for one in items] == [
        ("e1", 7, False),
        ("", 0, False),
        ("e1", 8, True),
        ("", 0, False),
    ]
    assert [one.payload.tag.rpartition("}")[2] for one in items] == list("abcd")


async def test_others_are_not_heard(session: Session, subscriber: Subscriber) -> None:
    """Neither another service, nor another node, nor after the end."""
    heard: list[Item | Moved] = []
    await subscriber.subscribe(ADDRESS, heard.append)
    item = "<items node='feed'><item id='1'><a/></item></items>"

    session.say(item, "other@example.org")
    session.say(item.replace("feed", "other"))
    session.say("<purge node='feed'/>")
    await subscriber.unsubscribe(ADDRESS)
    session.say(item)

    assert heard == []
    assert "unsubscribe" in session.asked[-1][1]


async def test_a_node_that_goes_says_where_it_goes_on(
    session: Session, subscriber: Subscriber
) -> None:
    """The service says it, or the house itself by its full JID."""
    heard: list[Item | Moved] = []
    await subscriber.subscribe(ADDRESS, heard.append)

    session.say("<delete node='feed'/>")
    session.say(
        "<delete node='feed'><redirect uri='xmpp:home@example.org?;node=2'/></delete>",
        f"{HOME}/homeassistant",
    )

    assert heard == [Moved(), Moved("xmpp:home@example.org?;node=2")]


async def test_who_is_refused_hears_nothing(
    session: Session, subscriber: Subscriber
) -> None:
    """Whatever the service sends."""
    heard: list[Item | Moved] = []
    session.answer = RemoteError("forbidden", "auth")

    with pytest.raises(RemoteError):
        await subscriber.subscribe(ADDRESS, heard.append)
    session.say("<items node='feed'><item id='1'><a/></item></items>")

    assert heard == []


def _subscription(jid: str, state: str = "subscribed", node: str = "feed") -> str:
    return (
        f"<pubsub xmlns='{PUBSUB}'><subscriptions>"
        f"<subscription node='{node}' jid='{jid}' subscription='{state}'/>"
        "</subscriptions></pubsub>"
    )


@pytest.mark.parametrize(
    ("answer", "known"),
    [
        (_subscription("cabin@example.org/homeassistant"), True),
        (_subscription("cabin@example.org/homeassistant", "none"), False),
        (_subscription("cabin@example.org/homeassistant", node="other"), False),
        (_subscription("cabin@example.org/phone"), False),
        (f"<pubsub xmlns='{PUBSUB}'><subscriptions/></pubsub>", False),
        (f"<pubsub xmlns='{PUBSUB}'/>", None),
        (None, None),
        (RemoteError("item-not-found", "cancel"), False),
        (RemoteError("feature-not-implemented", "cancel"), None),
    ],
)
async def test_a_service_is_asked_whether_it_knows_us(
    session: Session,
    subscriber: Subscriber,
    answer: str | Exception | None,
    known: bool | None,
) -> None:
    """None is a service that does not say."""
    session.answer = answer

    assert await subscriber.is_subscribed(ADDRESS) is known


async def test_a_service_that_does_not_answer_is_an_error(
    session: Session, subscriber: Subscriber
) -> None:
    """As in everything else."""
    session.answer = NoAnswer("Not in time.")

    with pytest.raises(NoAnswer):
        await subscriber.is_subscribed(ADDRESS)


async def test_nothing_is_left_at_the_end(
    session: Session, subscriber: Subscriber
) -> None:
    """However often it is ended."""
    await subscriber.subscribe(ADDRESS, lambda _: None)

    subscriber.stop()
    subscriber.stop()

    assert session.handler is None
    assert not subscriber._listeners


async def test_nobody_takes_a_node_from_another(
    session: Session, subscriber: Subscriber
) -> None:
    """A house may say that it can be followed where another one is."""
    first: list[Item | Moved] = []
    second: list[Item | Moved] = []
    hear_first, hear_second = first.append, second.append
    await subscriber.subscribe(ADDRESS, hear_first)
    await subscriber.subscribe(ADDRESS, hear_second)

    session.say("<items node='feed'><item id='1'><a/></item></items>")
    subscriber.forget(ADDRESS, hear_second)
    subscriber.forget(ADDRESS, hear_second)
    session.say("<items node='feed'><item id='2'><a/></item></items>")
    subscriber.forget(ADDRESS, hear_first)
    session.say("<items node='feed'><item id='3'><a/></item></items>")

    assert (len(first), len(second)) == (2, 1)
