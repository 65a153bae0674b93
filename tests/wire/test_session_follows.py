"""Those whose presence is of interest and who get nothing: the houses that this one links."""

import ssl

import pytest

from custom_components.xmpp_iot.wire.session import Session
from custom_components.xmpp_iot.wire.xml import Element

from .hostile import FULL, account, hostile, well_behaved
from .online import House, online

pytestmark = pytest.mark.usefixtures("socket_enabled")
LINKED = "linked@other.example/homeassistant"


async def test_one_who_is_followed_is_noticed_and_gets_nothing(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """Presence is told; requests get the answer of an empty place; replies reach who asked."""
    async with hostile(context, well_behaved) as server:
        session = Session(
            account(server.port, trust),
            name="Home",
            admits=lambda _: False,
            follows=lambda bare: bare == LINKED.partition("/")[0],
        )
        house = House(session, server)
        session.on_presence(house.note)
        heard: list[tuple[str, Element]] = []
        session.handle_reply(["{urn:r}done"], lambda *what: heard.append(what))
        await session.connect()
        try:
            house.peer.send(f"<presence from='{LINKED}' to='{FULL}'/>")
            await house.until(lambda: house.events)
            assert house.events == [(LINKED, True)]
            assert session.resources(LINKED.partition("/")[0]) == (LINKED,)
            assert session.is_present(LINKED)

            answer = await house.ask("<ping xmlns='urn:xmpp:ping'/>", sender=LINKED)
            assert answer.get("type") == "error"

            house.peer.send(
                f"<message from='{LINKED}' to='{FULL}'><done xmlns='urn:r'/></message>"
            )
            await house.ask("<ping xmlns='urn:xmpp:ping'/>", sender=LINKED)
            assert [sender for sender, _ in heard] == [LINKED]
        finally:
            await session.close()


async def test_nobody_is_followed_unless_somebody_says_so(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """A stranger's presence is nothing."""
    async with online(context, trust) as house:
        house.peer.send(f"<presence from='{LINKED}' to='{FULL}'/>")
        await house.alive()

        assert house.session.resources(LINKED.partition("/")[0]) == ()
