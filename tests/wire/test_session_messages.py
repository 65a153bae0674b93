"""Messages and presence at a session: who is heard, and who is noticed to be gone."""

import ssl

import pytest

from custom_components.xmpp_iot.wire.errors import NotConnected
from custom_components.xmpp_iot.wire.session import MessageNotice
from custom_components.xmpp_iot.wire.xml import Element

from .hostile import BARE, DOMAIN, FULL, Peer, answer_as_a_server
from .online import FRIEND, STRANGER, House, is_down, managed, online

pytestmark = pytest.mark.usefixtures("socket_enabled")

NEWS = "<news xmlns='urn:n'/>"


def listen(house: House) -> None:
    """Have the house write down news, and who is gone."""

    async def take(notice: MessageNotice) -> None:
        house.note(notice.caller.jid)

    house.session.handle_message(["{urn:n}news"], take)
    house.session.on_gone(lambda jid: house.note("gone", jid))


@pytest.mark.parametrize(
    ("sender", "heard"), [(FRIEND, True), (BARE + "/other", True), (STRANGER, False)]
)
async def test_strangers_are_not_heard(
    context: ssl.SSLContext, trust: ssl.SSLContext, sender: str, heard: bool
) -> None:
    """Messages of contacts and of the own account are taken, others are dropped without a word."""
    async with online(context, trust) as house:
        listen(house)
        said = len(house.peer.stanzas)
        house.peer.send(f"<message from='{sender}'>{NEWS}</message>")
        await house.alive()
        assert (sender in house.events) == heard
        assert len(house.peer.stanzas) == said + 1  # the answer to the ping


async def test_who_leaves_is_gone(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """A contact that becomes unavailable or sends a message back is gone, with its full JID."""
    async with online(context, trust) as house:
        listen(house)
        bare = FRIEND.partition("/")[0]
        house.peer.send(
            f"<presence from='{FRIEND}'/><presence from='{FRIEND}' type='unavailable'/>"
            f"<message from='{bare}/tablet' type='error'>{NEWS}</message>"
            f"<message from='{bare}' type='error'/><message from='{DOMAIN}' type='error'/>"
            f"<message from='{STRANGER}' type='error'/>"
            f"<presence from='{STRANGER}' type='unavailable'/>"
            f"<presence from='{FULL}' type='unavailable'/>"
        )
        await house.alive()
        assert house.events[1:] == [("gone", FRIEND), ("gone", f"{bare}/tablet")]


async def test_a_new_session_knows_nobody(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """Everybody is gone when a session begins, before anything of it is worked on."""
    async with online(context, trust) as house:
        listen(house)
        house.peer.writer.transport.abort()
        await house.until(lambda: len(house.events) == 4)
        assert house.events[1:] == ["offline", ("gone", None), ("online", False)]


async def test_a_new_session_gets_nothing_of_the_old_one(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """Until those who wait for their turn know that a session is new, nothing of theirs goes into it."""

    def answer(peer: Peer, request: Element) -> None:
        if peer is peer.server.peers[0]:
            answer_as_a_server(peer, request)

    async with online(context, trust, answer=answer) as house:
        house.peer.writer.transport.abort()
        await house.until(lambda: len(house.server.peers) == 2)
        await house.until(
            lambda: any(asks_for_roster(one) for one in house.peer.stanzas)
        )
        assert house.session._stream.ready
        assert is_down(house.session)
        (roster,) = filter(asks_for_roster, house.peer.stanzas)
        house.peer.send(f"<iq type='result' id='{roster.get('id')}'/>")
        await house.until(lambda: house.events[-1] == ("online", False))
        assert not is_down(house.session)


def asks_for_roster(stanza: Element) -> bool:
    """Return whether a stanza is a request for the roster."""
    return len(stanza) > 0 and stanza[0].tag == "{jabber:iq:roster}query"


async def test_a_resumed_session_knows_everybody(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """Nobody is gone where the session goes on."""
    async with online(context, trust, managed) as house:
        await house.alive()
        listen(house)
        house.peer.writer.transport.abort()
        await house.until(lambda: house.events[-1] == ("online", True))
        await house.alive()
        assert ("gone", None) not in house.events


async def test_closing_ends_messages_under_way(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """No task of a message outlives the session."""
    async with online(context, trust) as house:

        async def never(_: MessageNotice) -> None:
            house.note("begun")
            await house.server.until(lambda: False)

        house.session.handle_message(["{urn:n}news"], never)
        house.peer.send(f"<message from='{FRIEND}'>{NEWS}</message>")
        await house.until(lambda: "begun" in house.events)


async def test_who_is_not_admitted_is_not_written_to(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """Whatever still waits for somebody who was a contact is not sent."""
    async with online(context, trust) as house:
        with pytest.raises(NotConnected, match="not admitted"):
            house.session.send_message(STRANGER, NEWS)
        house.session._company.admits = lambda _: False
        assert is_down(house.session)


async def test_presence_is_known(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """Who shows its presence to the house is there until it leaves."""
    async with online(context, trust) as house:
        assert not house.session.is_present(FRIEND)
        house.peer.send(f"<presence from='{FRIEND}'/>")
        await house.alive()
        assert house.session.is_present(FRIEND)
        assert not house.session.is_present(FRIEND + "-other")
        house.peer.send(f"<presence from='{FRIEND}' type='unavailable'/>")
        await house.alive()
        assert not house.session.is_present(FRIEND)
