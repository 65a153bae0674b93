"""Instant messages: who is heard, and how the house says something that can be answered by a tap."""

import ssl

import pytest

from custom_components.xmpp_iot.wire.chat import Chats, Response, Said, words
from custom_components.xmpp_iot.wire.errors import NotConnected
from custom_components.xmpp_iot.wire.rate import Limit, Limits

from .hostile import BARE, FULL
from .online import FRIEND, PING, STRANGER, House, online

pytestmark = pytest.mark.usefixtures("socket_enabled")

OWNER = "owner@other.example"
PHONE = f"{OWNER}/phone"


def listen(house: House, *owners: str) -> None:
    """Have the house write down what these say."""
    house.session.chats.handle(lambda bare: bare in owners, house.note)


def hear(house: House, text: str, sender: str = PHONE, kind: str = "chat") -> None:
    """Have something said to the house."""
    house.peer.send(
        f"<message from='{sender}' to='{FULL}' type='{kind}'><body>{text}</body></message>"
    )


def test_answers_to_be_tapped_stand_beside_the_words() -> None:
    """With what a tap says, and what the button says (XEP-0439); nothing in the words is a style (XEP-0393)."""
    said = words("One & <all>\x00?", [Response("1 'a'", 'Say "a"')])
    assert said == (
        "<body>One &amp; &lt;all&gt;\ufffd?</body>"
        '<unstyled xmlns="urn:xmpp:styling:0"/>'
        '<response xmlns="urn:xmpp:tmp:quick-response"'
        ' value="1 \'a\'" label="Say &quot;a&quot;"/>'
    )


async def test_who_is_wanted_is_heard(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """Though no contact, and nobody else, though one; the house does not hear itself."""
    async with online(context, trust) as house:
        listen(house, OWNER, BARE)
        for sender in (STRANGER, FRIEND, OWNER, f"{BARE}/other", PHONE):
            hear(house, f"I am {sender}", sender)
        hear(house, "a letter", kind="normal")
        house.peer.send(f"<message from='{PHONE}' type='chat'><other/></message>")
        await house.alive()
        assert house.events[1:] == [Said(OWNER, f"I am {PHONE}")]


async def test_who_is_heard_is_let_do_nothing_by_that(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """To requests they get the answer of an empty place, as any stranger."""
    async with online(context, trust) as house:
        listen(house, OWNER)
        answer = await house.ask(PING, sender=PHONE)
        assert answer.get("type") == "error"


async def test_a_crowd_does_not_keep_an_owner_from_being_heard(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """Of the same server; whoever is heard has a share of their own, and no more than that."""
    async with online(context, trust) as house:
        little = Limit(0.001, 2)
        house.session.set_limits(Limits(little, little, little))
        listen(house, OWNER)
        for _ in range(5):
            hear(house, "noise", STRANGER)
        for number in range(5):
            hear(house, str(number))
        await house.alive()
        assert house.events[1:] == [Said(OWNER, "0"), Said(OWNER, "1")]


async def test_what_is_too_complex_is_not_read(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """Whoever says it."""
    async with online(context, trust) as house:
        listen(house, OWNER)
        deep = "<a>" * 70 + "</a>" * 70
        house.peer.send(
            f"<message from='{PHONE}' type='chat'><body>1</body>{deep}</message>"
        )
        await house.alive()
        assert house.events[1:] == []


async def test_what_is_said_arrives(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """At the bare address, for all clients of a person."""
    async with online(context, trust) as house:
        listen(house, OWNER)
        house.session.chats.send(OWNER, "Well?", [Response("1", "Yes")])
        await house.alive()
        (message,) = (one for one in house.peer.stanzas if one.tag.endswith("}message"))
        assert message.attrib == {"type": "chat", "to": OWNER}
        assert [child.tag.rpartition("}")[2] for child in message] == [
            "body",
            "unstyled",
            "response",
        ]


async def test_without_session_nothing_is_said(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """Nor later."""
    async with online(context, trust) as house:
        listen(house, OWNER)
        await house.session.close()
        with pytest.raises(NotConnected):
            house.session.chats.send(OWNER, "Well?")


async def test_one_listens_and_ends_that() -> None:
    """Then nobody is heard."""

    class Nowhere:
        def send_stanza(self, text: str, *, still: object) -> None:
            raise NotConnected("Nowhere.")

    chats = Chats(BARE, Nowhere())
    assert not chats.hears(OWNER)
    off = chats.handle(lambda bare: bare == OWNER, lambda _: None)
    assert chats.hears(OWNER)
    with pytest.raises(ValueError, match="already"):
        chats.handle(lambda _: True, lambda _: None)
    off()
    assert not chats.hears(OWNER)
