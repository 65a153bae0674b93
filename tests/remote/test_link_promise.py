"""A linked house: as sure as is wanted, and the truth is shown when it is not known what was done."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from custom_components.xmpp_iot.remote import courier, errands
from custom_components.xmpp_iot.remote.delivery import Delivery
from custom_components.xmpp_iot.wire.errors import NoAnswer, RemoteTimeout
from custom_components.xmpp_iot.wire.model import (
    ControlRequest,
    Operation,
    Reading,
    ReadRequest,
    TreeRequest,
)
from custom_components.xmpp_iot.wire.order_token import ORDER, OrderToken
from homeassistant.exceptions import HomeAssistantError

from .far import described, state, until
from .linked import Linked
from .test_assurance import Assuring

LAMP = "light.lamp"


async def fails(linked: Linked) -> str:
    """Give an order, and return the words for how it ends."""
    with pytest.raises(HomeAssistantError) as refused:
        await linked.link.execute(linked.node(), "turn_off", {})
    return str(refused.value.translation_key)


async def test_what_is_not_known_is_read_before_it_is_told(linked: Linked) -> None:
    """So whoever is told sees how it is."""
    await linked.is_linked()
    linked.far.house.refusal = RemoteTimeout("Not finished.")
    linked.far.house.states[LAMP] = state(LAMP, "off")

    assert await fails(linked) == "remote_unknown"
    assert linked.node().text("state") == "off"


async def test_what_cannot_be_read_at_once_is_read_when_the_connection_is_back(
    linked: Linked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The house is still shown meanwhile: the session may resume."""
    await linked.is_linked()
    far = linked.far

    async def cut(*_: object, **__: object) -> None:
        far.lose_connection()
        raise NoAnswer("The session ended before the answer.")

    monkeypatch.setattr(linked.link.peer(), "tree", cut)
    far.house.states[LAMP] = state(LAMP, "off")
    assert await fails(linked) == "remote_no_answer"
    assert linked.node().text("state") == "on"

    far.come_back(resumed=True)
    await until(lambda: linked.node().text("state") == "off")
    assert linked.told == [True]


async def test_a_house_that_cannot_be_read_then_is_not_shown_as_it_was(
    linked: Linked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows how it is: it is away until it can be."""
    monkeypatch.setattr(errands, "LOOK_WITHIN", 0.01)
    await linked.is_linked()
    linked.far.house.refusal = RemoteTimeout("Not finished.")

    calls: list[ReadRequest] = []

    async def silent(request: ReadRequest) -> AsyncGenerator[tuple[Reading, ...]]:
        calls.append(request)
        if len(calls) > 1:
            raise NoAnswer("Silence.")
        await asyncio.Event().wait()
        yield ()

    monkeypatch.setattr(linked.link.peer(), "read", silent)
    assert await fails(linked) == "remote_unknown"
    await until(lambda: linked.told == [True, False])

    # Where there is no visit there is nothing to be read.
    linked.link.doubt(linked.node())
    assert not linked.link.life


def tokens(linked: Linked) -> list[OrderToken]:
    """Return the tokens of the commands that came."""
    return [
        OrderToken.parse(one.form[ORDER][0])
        for one in linked.far.house.requests
        if isinstance(one, TreeRequest)
        and one.operation is Operation.EXECUTE_NODE_COMMAND
        and one.form
    ]


@pytest.mark.parametrize("assures", [True, False])
async def test_what_is_to_be_sure_goes_again_with_the_same_token(
    linked: Linked, monkeypatch: pytest.MonkeyPatch, assures: bool
) -> None:
    """To a house that remembers what it has done; to another one it goes once."""
    monkeypatch.setattr(courier, "FIRST_PAUSE", 0.01)
    linked.link.devices.delivery = Delivery.EXACTLY_ONCE
    if assures:
        Assuring(linked.far)
    await linked.is_linked()
    assert linked.link.life == ("beef" if assures else "")
    peer = linked.link.peer()
    tree, sent = peer.tree, []

    async def lost_at_first(request: TreeRequest) -> object:
        sent.append(OrderToken.parse((request.form or {})[ORDER][0]))
        if len(sent) == 1:
            raise NoAnswer("Silence.")
        return await tree(request)

    monkeypatch.setattr(peer, "tree", lost_at_first)
    if not assures:
        assert await fails(linked) == "remote_no_answer"
        assert len(sent) == 1
        return
    await linked.link.execute(linked.node(), "turn_off", {})
    first, again = sent
    assert first == again
    assert first.house == "beef"


@pytest.mark.parametrize("is_control", [True, False])
async def test_a_repeat_is_the_same_order_also_after_a_renaming(
    linked: Linked, monkeypatch: pytest.MonkeyPatch, is_control: bool
) -> None:
    """Else the house would take it for another one, and it would be told as refused though it was done."""
    monkeypatch.setattr(courier, "FIRST_PAUSE", 0.01)
    linked.link.devices.delivery = Delivery.EXACTLY_ONCE
    Assuring(linked.far)
    await linked.is_linked()
    node, peer, sent = linked.node(), linked.link.peer(), []

    async def lost_at_first(request: ControlRequest | TreeRequest) -> None:
        sent.append(request)
        if len(sent) == 1:
            new = replace(node.info, ref=replace(node.info.ref, id="light.door"))
            linked.link.store.rename(LAMP, new)
            raise NoAnswer("Silence.")

    monkeypatch.setattr(peer, "control" if is_control else "tree", lost_at_first)
    if is_control:
        await linked.link.control(node, {"power": True})
    else:
        await linked.link.execute(node, "turn_off", {})
    first, again = sent
    assert node.id == "light.door"
    assert first == again


async def test_nobody_waits_for_the_latest(linked: Linked) -> None:
    """It is not told whether it was done; that the house is away is said."""
    linked.link.devices.delivery = Delivery.LATEST
    await linked.is_linked()
    linked.far.house.refusal = RemoteTimeout("Not finished.")
    await linked.link.execute(linked.node(), "turn_off", {})
    linked.far.house.refusal = None
    await linked.link.execute(linked.node(), "turn_off", {"brightness": 7})
    await until(lambda: linked.far.house.commands)

    linked.far.leave()
    assert await fails(linked) == "not_connected"


async def test_of_a_foreign_node_what_is_not_known_is_read_too(
    linked: Linked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has no tokens, so it is never asked twice."""
    pump = described("pump", kind="Pump")
    linked.far.house.have(pump, state("pump", "on"))
    linked.link.devices.delivery = Delivery.EXACTLY_ONCE
    await linked.is_linked()
    node = linked.node("pump")
    linked.far.house.refusal = RemoteTimeout("Not finished.")
    linked.far.house.states["pump"] = state("pump", "off")

    with pytest.raises(HomeAssistantError):
        await linked.link.execute(node, "stop", {})
    assert node.text("state") == "off"
    assert not tokens(linked)
