"""Messages and presence at a session: who is heard, and who is noticed to be gone."""

import ssl

import pytest

from custom_components.xmpp_iot.wire.session import MessageNotice

from .hostile import BARE, DOMAIN, FULL
from .online import FRIEND, STRANGER, House, managed, online

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
