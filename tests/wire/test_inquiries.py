"""What a session asks others: in its own language, and nothing that their presence says already."""

import asyncio
import ssl

import pytest

from custom_components.xmpp_iot.wire.disco import INFO_QUERY, Disco
from custom_components.xmpp_iot.wire.session import Session
from custom_components.xmpp_iot.wire.xml import XML_LANG, Element, element, to_text

from .hostile import FULL, Peer, account, answer_as_a_server, hostile, well_behaved
from .online import House

pytestmark = pytest.mark.usefixtures("socket_enabled")
ANNA = "anna@other.example"
DISCO = Disco.of("Anna's", ("urn:a",))
QUERY = element(INFO_QUERY)


async def test_it_asks_in_its_language_and_each_thing_once(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """Whoever shows the same capabilities is not asked; whoever shows none is."""
    asked: list[tuple[str, str | None]] = []

    def answer(peer: Peer, request: Element) -> None:
        to = request.get("to") or ""
        if not to.startswith(ANNA):
            answer_as_a_server(peer, request)
            return
        asked.append((to, request.get(XML_LANG)))
        info = to_text(DISCO.info(QUERY))
        peer.send(f"<iq type='result' id='{request.get('id')}' from='{to}'>{info}</iq>")

    async with hostile(context, well_behaved, answer=answer) as server:
        session = Session(
            account(server.port, trust),
            name="Home",
            admits=lambda bare: bare == ANNA,
            language=lambda: "sv",
        )
        house = House(session, server)
        session.on_presence(house.note)
        await session.connect()
        try:
            for name, shown in (
                ("one", to_text(DISCO.capabilities)),
                ("two", to_text(DISCO.capabilities)),
                ("three", ""),
            ):
                house.peer.send(
                    f"<presence from='{ANNA}/{name}' to='{FULL}'>{shown}</presence>"
                )
            await house.until(lambda: len(house.events) == 3)
            for name in ("one", "two", "three", "two"):
                async with asyncio.timeout(5):
                    found = await session.iq(f"{ANNA}/{name}", QUERY)
                assert found is not None
                assert "urn:a" in to_text(found)
        finally:
            await session.close()

    assert asked == [(f"{ANNA}/one", "sv"), (f"{ANNA}/three", "sv")]
