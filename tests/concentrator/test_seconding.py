"""A second opinion may take away from what the gate has allowed, whatever the request came by, and nothing else."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot.concentrator.actions import Actions
from custom_components.xmpp_iot.concentrator.fields import FieldReader
from custom_components.xmpp_iot.concentrator.house import Concentrator
from custom_components.xmpp_iot.concentrator.nodes import SOURCE
from custom_components.xmpp_iot.concentrator.uploads import Uploads
from custom_components.xmpp_iot.const import DOMAIN
from custom_components.xmpp_iot.contacts.grants import Level
from custom_components.xmpp_iot.contacts.opinion import SecondOpinion
from custom_components.xmpp_iot.contacts.record import Record
from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    Expired,
    Forbidden,
    ItemNotFound,
    ServiceUnavailable,
)
from custom_components.xmpp_iot.wire.model import HISTORICAL, Category
from custom_components.xmpp_iot.wire.provisioning_model import (
    DENIED,
    PRESENT,
    Matter,
    Question,
    Ruling,
)
from homeassistant.components.recorder.core import Recorder
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
)
from tests.contacts.arbiter import SERVER, YES, Arbiter
from tests.people import contact
from tests.storage import Line

from .actor import Actor
from .conftest import FRIEND, Home
from .past import Past

LIGHT = "light.kitchen_lights"
OTHER = "light.ceiling_lights"
WEATHER = "weather.demo_weather_south"
DAILY = {"type": ("daily",)}
FAR = datetime(2100, 1, 1, tzinfo=UTC)

type Order = Callable[[Actor], Coroutine[Any, Any, object]]


@pytest.fixture
def platforms() -> list[Platform]:
    """Want lights, and the weather, whose forecast is an answer."""
    return [Platform.LIGHT, Platform.WEATHER]


@dataclass
class Pair:
    """The friend, at a house that asks an arbiter."""

    home: Home
    friend: Actor
    arbiter: Arbiter
    opinion: SecondOpinion
    troubles: list[str | None] = field(default_factory=list)

    @property
    def asked(self) -> list[Question]:
        """What the arbiter was asked, since this was asked last."""
        found = list(self.arbiter.asked)
        self.arbiter.asked.clear()
        return found


@pytest.fixture
async def pair(home: Home) -> AsyncGenerator[Pair]:
    """Return them; the arbiter agrees to everything."""
    entry = MockConfigEntry(domain=DOMAIN)
    entry.add_to_hass(home.hass)
    arbiter = Arbiter(rule=lambda _: YES)
    troubles: list[str | None] = []
    opinion = SecondOpinion(
        arbiter, source=SOURCE, on_trouble=lambda _, why: troubles.append(why)
    )
    opinion.async_name(SERVER)
    opinion.async_start()
    record = Record(home.hass, lambda _: home.user_id)
    house = Concentrator(
        home.hass,
        home.grants,
        Actions(home.hass, entry, home.grants, record),
        FieldReader(home.hass, SOURCE),
        feed_address=_nowhere,
        uploads=Uploads(home.hass, Line()),
        opinion=opinion,
    )
    house.start()
    friend = Actor(house, FRIEND.jid)
    yield Pair(home, friend, arbiter, opinion, troubles)
    house.stop()
    record.async_stop()
    await opinion.async_stop()


async def _nowhere(bare: str, namespace: str) -> str | None:
    return None


def errors(readings: list[Any]) -> dict[str, str]:
    """Return why nodes could not be read, by their ids."""
    return {one.node.id: one.error for one in readings}


@pytest.fixture
def past(recorder_mock: Recorder, hass: HomeAssistant) -> Past:
    """Let the house have a recorder."""
    return Past.of(hass)


# Reading


async def test_a_readout_is_narrowed(pair: Pair) -> None:
    """To the nodes and fields that the server lists; why the others are missing is said of each."""
    pair.arbiter.rule = lambda asked: Ruling(
        allowed=True,
        nodes=tuple(one for one in asked.nodes if one.id == LIGHT),
        names=frozenset({"state"}),
    )
    readings = await pair.friend.readings(LIGHT, OTHER, "light.not_there")
    assert errors(readings) == {
        LIGHT: "",
        OTHER: "Access denied.",
        "light.not_there": "There is no such node.",
    }
    (own,) = (one for one in readings if one.node.id == LIGHT)
    assert [one.name for one in own.fields] == ["state"]
    (question,) = pair.asked
    assert question.matter is Matter.READ
    assert question.jid == FRIEND.jid
    assert [one.id for one in question.nodes] == [LIGHT, OTHER]


async def test_a_readout_that_is_denied_is_forbidden(pair: Pair) -> None:
    """And remembered: the server is asked once."""
    pair.arbiter.rule = lambda _: Ruling(allowed=False)
    for _ in range(2):
        with pytest.raises(Forbidden):
            await pair.friend.readings(LIGHT, fields=["state"])
    (question,) = pair.asked
    assert question.names == {"state"}


async def test_what_is_not_seen_is_not_asked_about(pair: Pair) -> None:
    """Local denials win, and the server does not learn of them; neither is an area read."""
    pair.home.grant(
        contact(jid=FRIEND.jid, level=Level.READ, target={"entity_id": [LIGHT]})
    )
    with pytest.raises(ItemNotFound):
        await pair.friend.readings(OTHER)
    stranger = Actor(pair.friend.house, "stranger@example.org")
    with pytest.raises(ServiceUnavailable):
        await stranger.readings(LIGHT)
    assert pair.asked == []
    readings = await pair.friend.readings(OTHER, LIGHT)
    assert errors(readings) == {OTHER: "There is no such node.", LIGHT: ""}
    (question,) = pair.asked
    assert [one.id for one in question.nodes] == [LIGHT]


async def test_what_is_only_to_look_at_is_not_asked_about(
    pair: Pair, freezer: FrozenDateTimeFactory
) -> None:
    """An area has nothing to read, with or without a second opinion."""
    garden = ar.async_get(pair.home.hass).async_create("Garden").id
    entry = er.async_get(pair.home.hass).async_get(LIGHT)
    assert entry is not None
    assert entry.device_id is not None
    dr.async_get(pair.home.hass).async_update_device(entry.device_id, area_id=garden)
    await pair.home.settle(freezer)
    readings = await pair.friend.readings(f"area:{garden}")
    assert errors(readings) == {f"area:{garden}": "Not readable."}
    assert pair.asked == []


async def test_the_past_is_asked_about_as_such(past: Past, pair: Pair) -> None:
    """A server may let somebody read what is, and not what was."""
    pair.arbiter.rule = lambda _: Ruling(
        allowed=True, categories=PRESENT - {Category.IDENTITY}
    )
    with pytest.raises(Forbidden):
        await pair.friend.readings(LIGHT, categories=[Category.HISTORICAL_OTHER])
    categories = [Category.HISTORICAL_OTHER, Category.MOMENTARY]
    readings = await pair.friend.readings(LIGHT, categories=categories)
    found = {one.category for reading in readings for one in reading.fields}
    assert found == {Category.MOMENTARY}


# Orders

ORDERS: dict[str, tuple[Order, set[str]]] = {
    "settings": (lambda it: it.control(LIGHT, power=False), {"power"}),
    "form": (
        lambda it: it.set(
            LIGHT, form={"FORM_TYPE": ("x",), "power": ("false",), "expires": ("",)}
        ),
        {"power"},
    ),
    "command": (lambda it: it.execute(LIGHT, "turn_off"), {"turn_off"}),
    "query": (
        lambda it: it.report(WEATHER, "get_forecasts", DAILY),
        {"get_forecasts"},
    ),
    "edit": (lambda it: it.edit("light.bed_light", name="Reading"), {"name"}),
}


@pytest.mark.parametrize("way", ORDERS)
async def test_an_order_is_carried_out_when_both_agree(pair: Pair, way: str) -> None:
    """What it is called is told to the server; it is asked once, and its answer remembered."""
    order, names = ORDERS[way]
    await order(pair.friend)
    (question,) = pair.asked
    assert question.matter is Matter.CONTROL
    assert question.names == names
    assert len(question.nodes) == 1


@pytest.mark.parametrize("way", ORDERS)
async def test_an_order_that_the_server_denies_is_forbidden(
    pair: Pair, way: str
) -> None:
    """Nothing is done, and nobody's turn is taken."""
    pair.arbiter.rule = lambda _: Ruling(allowed=False)
    with pytest.raises(Forbidden):
        await ORDERS[way][0](pair.friend)
    assert pair.home.state(LIGHT) == "on"
    assert pair.home.commands == []


async def test_half_a_yes_is_a_no(pair: Pair) -> None:
    """Of two nodes, or of two parameters, one alone is not set."""
    pair.arbiter.rule = lambda asked: Ruling(
        allowed=True, nodes=asked.nodes[:1], names=frozenset({"power"})
    )
    with pytest.raises(Forbidden):
        await pair.friend.control(LIGHT, OTHER, power=False)
    with pytest.raises(Forbidden):
        await pair.friend.control(LIGHT, power=True, brightness=3)
    assert pair.home.state(LIGHT) == "on"
    await pair.friend.control(LIGHT, power=False)
    assert pair.home.state(LIGHT) == "off"


LOCAL: dict[str, tuple[Order, type[Exception]]] = {
    "no such parameter": (lambda it: it.control(LIGHT, colour="x"), ItemNotFound),
    "a wrong value": (lambda it: it.control(LIGHT, brightness=True), BadRequest),
    "no such node": (lambda it: it.control("light.no", power=True), ItemNotFound),
    "no such command": (lambda it: it.execute(LIGHT, "burn"), ItemNotFound),
    "no such query": (lambda it: it.report(LIGHT, "turn_off"), BadRequest),
    "no form": (lambda it: it.report(WEATHER, "history_of", DAILY), ItemNotFound),
}


@pytest.mark.parametrize("way", LOCAL)
async def test_what_the_house_refuses_is_not_asked_about(pair: Pair, way: str) -> None:
    """Its own reason is what the asker is told."""
    order, error = LOCAL[way]
    with pytest.raises(error):
        await order(pair.friend)
    assert pair.asked == []


@pytest.mark.parametrize("way", ["settings", "command", "query", "edit"])
async def test_a_server_that_is_slow_keeps_nobody_else_waiting(
    pair: Pair, way: str
) -> None:
    """It is asked before it is anybody's turn; what is taken away meanwhile is not done."""
    free = pair.arbiter.silent = asyncio.Event()
    order = asyncio.create_task(_awaited(ORDERS[way][0](pair.friend)))
    await pair.arbiter.heard.wait()
    # Another at a house that asks nobody has the turn meanwhile.
    turns = cast(Any, pair.friend.house)._orders._turns
    for node in (LIGHT, WEATHER, "light.bed_light"):
        async with asyncio.timeout(1), turns.of([node]):
            pass
    pair.home.grant()
    free.set()
    with pytest.raises(ServiceUnavailable):
        await order
    assert pair.home.state(LIGHT) == "on"


async def test_what_has_expired_meanwhile_is_not_done(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server's time is the request's own."""
    free = pair.arbiter.silent = asyncio.Event()
    order = asyncio.create_task(pair.friend.control(LIGHT, power=False))
    await pair.arbiter.heard.wait()
    monkeypatch.setattr(
        "custom_components.xmpp_iot.concentrator.actions.dt_util.utcnow",
        lambda: FAR,
    )
    free.set()
    with pytest.raises(Expired):
        await order
    assert pair.home.state(LIGHT) == "on"


# Queries


async def test_a_report_of_the_past_is_asked_about_as_reading(
    past: Past, pair: Pair
) -> None:
    """All of it, and of the past only; a server that lists less has not agreed."""
    assert await pair.friend.report(LIGHT, "history")
    (question,) = pair.asked
    assert question.matter is Matter.READ
    assert question.categories == HISTORICAL
    assert [one.id for one in question.nodes] == [LIGHT]

    pair.opinion.async_name(None)
    pair.opinion.async_name(SERVER)
    for ruling in (
        DENIED,
        Ruling(allowed=True, names=frozenset({"state"})),
        Ruling(allowed=True, categories=frozenset({Category.MOMENTARY})),
    ):
        pair.arbiter.rule = lambda _, ruling=ruling: ruling  # type: ignore[misc]
        with pytest.raises(Forbidden):
            await pair.friend.report(LIGHT, "history")
        pair.opinion.async_name(None)
        pair.opinion.async_name(SERVER)


# Nobody to ask


async def test_a_server_that_does_not_answer_has_not_agreed(pair: Pair) -> None:
    """Everything is denied, and the owner told once."""
    pair.arbiter.features = ()
    with pytest.raises(Forbidden):
        await pair.friend.readings(LIGHT)
    with pytest.raises(Forbidden):
        await pair.friend.control(LIGHT, power=False)
    assert len(pair.troubles) == 1


async def test_without_a_server_nobody_is_asked(pair: Pair) -> None:
    """From the moment it is named no more."""
    pair.opinion.async_name(None)
    for order, _ in ORDERS.values():
        await order(pair.friend)
    assert pair.home.state(LIGHT) == "off"
    assert [one.error for one in await pair.friend.readings(LIGHT, OTHER)] == ["", ""]
    assert pair.arbiter.reached == []


async def _awaited[Result](order: Coroutine[Any, Any, Result]) -> Result:
    return await order
