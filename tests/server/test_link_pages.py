"""A house whose lists are too large for one answer, linked page by page over a real server."""

import pytest

from custom_components.xmpp_iot.remote import inquiry
from custom_components.xmpp_iot.remote.link import Link
from custom_components.xmpp_iot.wire import answers
from custom_components.xmpp_iot.wire.model import Operation, TreeAnswer, TreeRequest
from custom_components.xmpp_iot.wire.peer import Peer
from homeassistant.core import HomeAssistant

from .conftest import House
from .linked import mirror, mirrors, until


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> list[TreeRequest]:
    """Have every list too large for one answer, and small pages; return what is asked for."""
    monkeypatch.setattr(answers, "MAX_SIZE", 500)
    monkeypatch.setattr(inquiry, "PAGE", 4)
    asked: list[TreeRequest] = []
    tree = Peer.tree

    async def noted(
        peer: Peer, request: TreeRequest, *, timeout: float = 10
    ) -> TreeAnswer:
        asked.append(request)
        return await tree(peer, request, timeout=timeout)

    monkeypatch.setattr(Peer, "tree", noted)
    return asked


@pytest.mark.parametrize("server", ["prosody"], indirect=True)
async def test_a_house_of_many_pages_is_linked(
    hass: HomeAssistant, house: House, link: Link, small: list[TreeRequest]
) -> None:
    """All of it is shown, in as many requests as there are pages."""
    nodes = {node.id for node in link.store}
    await until(hass, lambda: mirrors(hass, link).keys() == nodes)
    assert mirror(hass, link, "light.kitchen_lights").state == "on"
    shown = mirrors(hass, link)
    assert len(shown) > 8
    assert len([one for one in small if one.page]) > 3
    assert {one.operation for one in small if one.page} == {Operation.GET_ALL_NODES}
    assert len([one for one in small if not one.page]) <= 5
