"""Batches: what goes out together, and how much of it."""

from typing import Any

import pytest

from custom_components.xmpp_iot.concentrator import batches
from custom_components.xmpp_iot.concentrator.batches import MAX_BYTES, BatchRenderer
from custom_components.xmpp_iot.concentrator.feed import FeedNames
from custom_components.xmpp_iot.concentrator.fields import FieldReader
from custom_components.xmpp_iot.concentrator.nodes import SOURCE
from custom_components.xmpp_iot.wire.dialects import FAMILIES
from custom_components.xmpp_iot.wire.model import Reading
from homeassistant.core import HomeAssistant, State

from ..wire.schemas import assert_valid

NF, _, _, XSF = FAMILIES


@pytest.fixture
def renderer(hass: HomeAssistant) -> BatchRenderer:
    """Return what renders the states of an empty house."""
    return BatchRenderer(hass, FieldReader(hass, SOURCE))


def whole(*entities: str) -> list[tuple[str, None]]:
    """Return entities of which everything is to be told."""
    return [(one, None) for one in entities]


def test_a_batch_is_one_item_of_limited_size(
    hass: HomeAssistant, renderer: BatchRenderer
) -> None:
    """What does not fit waits for the next batch; nothing is left out or sent twice."""
    wanted = [f"sensor.number_{number}" for number in range(1000)]
    for entity_id in wanted:
        hass.states.async_set(entity_id, "å" * 200)
    sent: list[str] = []
    while sent != wanted:
        batch = renderer.render(whole(*wanted[len(sent) :]), NF)
        (item,) = batch.items
        assert 0 < len(item.text.encode()) < MAX_BYTES * 1.01
        sent += batch.entities
    assert_valid(item.text)


@pytest.mark.parametrize("names", [None, frozenset({"list"})])
def test_what_is_larger_than_a_batch_is_left_out(
    hass: HomeAssistant, renderer: BatchRenderer, names: frozenset[str] | None
) -> None:
    """A server might refuse it for ever, and all else would wait; a readout tells it."""
    attributes = {"list": ["x" * 1000] * 150, "small": "one"}
    hass.states.async_set("sensor.large", "x", attributes)
    hass.states.async_set("sensor.small", "x")
    wanted = [("sensor.large", names), ("sensor.small", None)]
    batch = renderer.render(wanted, NF)
    assert batch.entities == ("sensor.large", "sensor.small")
    (item,) = batch.items
    assert not item.part
    assert "small" in item.text
    assert '"list"' not in item.text
    assert len(item.text) < MAX_BYTES


def test_an_entity_that_has_gone_is_passed_over(renderer: BatchRenderer) -> None:
    """Without a state there is nothing to say, and nothing to wait for."""
    batch = renderer.render(whole("sensor.gone"), NF)
    assert (batch.entities, batch.items) == (("sensor.gone",), ())


def test_failures_are_items_of_their_own_where_the_dialect_wants_it(
    hass: HomeAssistant, renderer: BatchRenderer
) -> None:
    """XSF has fields and failures apart, NF has both together."""
    hass.states.async_set("sensor.here", "x")
    hass.states.async_set("sensor.away", "unavailable")
    entities = whole("sensor.away", "sensor.here")
    fields, failure = renderer.render(entities, XSF).items
    assert "sensor.here" in fields.text
    assert "sensor.away" in failure.text
    (both,) = renderer.render(entities, NF).items
    assert_valid(fields.text, failure.text, both.text)
    assert not any(one.part for one in (fields, failure, both))


def test_parts_are_an_item_of_their_own(
    hass: HomeAssistant, renderer: BatchRenderer
) -> None:
    """The state is in it always, and of the attributes what is asked for."""
    hass.states.async_set("sensor.new", "1", {"a": 1, "b": 2})
    hass.states.async_set("sensor.known", "1", {"a": 1, "b": 2})
    wanted = [("sensor.known", frozenset({"b"})), *whole("sensor.new")]

    new, known = renderer.render(wanted, NF).items

    assert (new.part, known.part) == (False, True)
    assert [f'n="{name}"' in known.text for name in ("state", "a", "b")] == [
        True,
        False,
        True,
    ]
    assert_valid(new.text, known.text)


def test_what_is_not_there_is_said_by_the_whole_only(
    hass: HomeAssistant, renderer: BatchRenderer
) -> None:
    """A part cannot say that a field has gone, nor that all of them have."""
    hass.states.async_set("sensor.less", "1", {"a": None})
    hass.states.async_set("sensor.away", "unavailable", {"a": 1})

    for entity_id in ("sensor.less", "sensor.away"):
        (item,) = renderer.render([(entity_id, frozenset({"a"}))], NF).items
        assert not item.part


def test_a_text_is_made_once_for_all_feeds(
    hass: HomeAssistant,
    renderer: BatchRenderer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As long as the entity is in that state, in each dialect, and for what is told of it."""
    made = []
    original = FieldReader.entity

    def counted(self: FieldReader, state: State, **how: Any) -> Reading:
        made.append(state.state)
        return original(self, state, **how)

    monkeypatch.setattr(FieldReader, "entity", counted)
    hass.states.async_set("sensor.one", "1", {"a": 1})
    for _ in range(3):
        renderer.render(whole("sensor.one"), NF)
        renderer.render(whole("sensor.one"), XSF)
        renderer.render([("sensor.one", frozenset({"a"}))], NF)
    hass.states.async_set("sensor.one", "2")
    renderer.render(whole("sensor.one"), NF)

    assert made == ["1", "1", "1", "2"]


def test_texts_are_kept_of_so_many_entities_only(
    hass: HomeAssistant, renderer: BatchRenderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And of none that has gone."""
    monkeypatch.setattr(batches, "MOST_KEPT", 2)
    for name in "abc":
        hass.states.async_set(f"sensor.{name}", "1")
        renderer.render(whole(f"sensor.{name}"), NF)
    assert set(renderer._kept) == {"sensor.c"}

    hass.states.async_remove("sensor.c")
    renderer.render(whole("sensor.c"), NF)
    assert not renderer._kept


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
