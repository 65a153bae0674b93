"""Batches: what goes out together, and how much of it."""

import pytest

from custom_components.xmpp_iot.concentrator.batches import MAX_BYTES, BatchRenderer
from custom_components.xmpp_iot.concentrator.feed import FeedNames
from custom_components.xmpp_iot.concentrator.fields import FieldReader
from custom_components.xmpp_iot.concentrator.nodes import SOURCE
from custom_components.xmpp_iot.wire.dialects import FAMILIES
from homeassistant.core import HomeAssistant

from ..wire.schemas import assert_valid

NF, _, _, XSF = FAMILIES


@pytest.fixture
def renderer(hass: HomeAssistant) -> BatchRenderer:
    """Return what renders the states of an empty house."""
    return BatchRenderer(hass, FieldReader(hass, SOURCE))


def test_a_batch_is_one_item_of_limited_size(
    hass: HomeAssistant, renderer: BatchRenderer
) -> None:
    """What does not fit waits for the next batch; nothing is left out or sent twice."""
    wanted = [f"sensor.number_{number}" for number in range(1000)]
    for entity_id in wanted:
        hass.states.async_set(entity_id, "å" * 200)
    sent: list[str] = []
    while sent != wanted:
        batch = renderer.render(wanted[len(sent) :], NF)
        (item,) = batch.items
        assert 0 < len(item.encode()) < MAX_BYTES * 1.01
        sent += batch.entities
    assert_valid(item)


def test_an_entity_larger_than_a_batch_goes_alone(
    hass: HomeAssistant, renderer: BatchRenderer
) -> None:
    """One entity always fits, so that nothing waits for ever."""
    hass.states.async_set("sensor.large", "x", {"list": ["x" * 1000] * 150})
    hass.states.async_set("sensor.small", "x")
    batch = renderer.render(["sensor.large", "sensor.small"], NF)
    assert batch.entities == ("sensor.large",)


def test_an_entity_that_has_gone_is_passed_over(renderer: BatchRenderer) -> None:
    """Without a state there is nothing to say, and nothing to wait for."""
    batch = renderer.render(["sensor.gone"], NF)
    assert (batch.entities, batch.items) == (("sensor.gone",), ())


def test_failures_are_items_of_their_own_where_the_dialect_wants_it(
    hass: HomeAssistant, renderer: BatchRenderer
) -> None:
    """XSF has fields and failures apart, NF has both together."""
    hass.states.async_set("sensor.here", "x")
    hass.states.async_set("sensor.away", "unavailable")
    entities = ["sensor.away", "sensor.here"]
    fields, failure = renderer.render(entities, XSF).items
    assert "sensor.here" in fields
    assert "sensor.away" in failure
    (both,) = renderer.render(entities, NF).items
    assert_valid(fields, failure, both)


def test_a_name_says_nothing_to_others_and_is_known_to_us() -> None:
    """Names differ by audience, dialect and account, and ours can be told from others."""
    ours, theirs = FeedNames("a"), FeedNames("b")
    audience = frozenset({"anna@example.org", "bert@example.org"})
    names = [
        ours.name(audience, NF),
        ours.name(audience, XSF),
        ours.name(frozenset({"anna@example.org"}), NF),
        theirs.name(audience, NF),
    ]
    assert len(set(names)) == 4
    assert [ours.is_ours(name) for name in names] == [True, True, True, False]
    assert not ours.is_ours("urn:xmpp:avatar:data")
    assert not ours.is_ours("")
    assert "anna" not in names[0]
