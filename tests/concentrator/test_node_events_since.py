"""What happened to nodes is remembered for those who come back, as far as they may still know."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.xmpp_iot.concentrator import node_events
from custom_components.xmpp_iot.concentrator.nodes import SOURCE
from custom_components.xmpp_iot.contacts.grants import Level
from custom_components.xmpp_iot.wire.happening import Happening
from homeassistant.const import Platform
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from tests.people import contact

from .conftest import NEIGHBOUR, Actor, Home

LIGHT = "light.kitchen_lights"
OTHER = "light.bed_light"


@pytest.fixture
def platforms() -> list[Platform]:
    """Want lights."""
    return [Platform.LIGHT]


async def test_what_happened_is_remembered(
    home: Home, friend: Actor, freezer: FrozenDateTimeFactory
) -> None:
    """From the first follower on, also while nobody follows; from the time asked for on, included."""
    events, unfollow = friend.follow()
    begun = dt_util.utcnow()
    er.async_get(home.hass).async_update_entity(LIGHT, name="Spots")
    await home.settle(freezer)
    unfollow()
    er.async_get(home.hass).async_update_entity(OTHER, name="Bed")
    await home.settle(freezer)

    def since(moment: timedelta) -> list[str]:
        found = friend.house.happened_since(
            friend.caller(), SOURCE, events[0].at + moment
        )
        return [one.node.id for one in found or ()]

    assert since(timedelta()) == [LIGHT, OTHER]
    assert since(timedelta(microseconds=1)) == [OTHER]
    before = begun - timedelta(seconds=1)
    assert friend.house.happened_since(friend.caller(), SOURCE, before) is None


async def test_too_much_is_not_remembered(
    home: Home,
    friend: Actor,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the oldest is forgotten, nobody says that everything is known."""
    monkeypatch.setattr(node_events, "MOST_KEPT", 2)
    friend.follow()
    begun = dt_util.utcnow()
    ats = []
    for name in ("One", "Two", "Three"):
        er.async_get(home.hass).async_update_entity(LIGHT, name=name)
        await home.settle(freezer)
        ats.append(dt_util.utcnow())
    caller = friend.caller()
    assert friend.house.happened_since(caller, SOURCE, begun) is None
    kept = friend.house.happened_since(caller, SOURCE, ats[0])
    assert kept is not None
    assert [one.info.display_name for one in kept if one.info] == ["Two", "Three"]


async def test_what_is_out_of_sight_is_not_told_afterwards(
    home: Home, neighbour: Actor, freezer: FrozenDateTimeFactory
) -> None:
    """What happened to a node that the contact sees no more is not told, but that it is gone."""
    neighbour.follow()
    begun = dt_util.utcnow()
    er.async_get(home.hass).async_update_entity(LIGHT, name="Spots")
    await home.settle(freezer)
    home.grant(
        contact(
            jid=NEIGHBOUR.jid,
            name="N",
            level=Level.CONTROL,
            target={"entity_id": [OTHER]},
        )
    )
    found = neighbour.house.happened_since(neighbour.caller(), SOURCE, begun)
    assert found == ()
    await home.settle(freezer)
    found = neighbour.house.happened_since(neighbour.caller(), SOURCE, begun)
    assert found is not None
    told = {(event.kind, event.node.id) for event in found}
    assert (Happening.REMOVED, LIGHT) in told
    assert (Happening.UPDATED, LIGHT) not in told
