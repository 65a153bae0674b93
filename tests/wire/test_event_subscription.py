"""Event subscriptions on the wire: every wish is understood, and what makes no sense is refused."""

from datetime import timedelta

import pytest

from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.errors import BadRequest, ResourceConstraint
from custom_components.xmpp_iot.wire.event_subscription import (
    decode_subscribe,
    decode_unsubscribe,
    encode_subscribe,
    encode_unsubscribe,
)
from custom_components.xmpp_iot.wire.happening import EventSubscription, Watched
from custom_components.xmpp_iot.wire.model import Category, NodeRef
from custom_components.xmpp_iot.wire.xml import from_text

from .schemas import assert_valid

NF = FAMILIES[0]
SPEAKING = tuple(dialect for dialect in FAMILIES if dialect.events)
each_dialect = pytest.mark.parametrize("dialect", SPEAKING, ids=lambda one: one.name)

WISH = EventSubscription(
    id="sub-1",
    nodes=(NodeRef("sensor.hall", "entities"), NodeRef("sensor.attic")),
    fields=(
        Watched(name="Temperature", baseline=21.4, by=0.5),
        Watched(name="Pressure", up=1e-05, down=2.0),
        Watched(name="Motion"),
    ),
    categories=frozenset({Category.MOMENTARY, Category.STATUS}),
    max_age=timedelta(hours=1),
    min_interval=timedelta(seconds=5),
    max_interval=timedelta(minutes=15),
    immediately=True,
)


@each_dialect
def test_a_wish_goes_there_and_back(dialect: Dialect) -> None:
    """All of a wish is said, in the words of the schema, and understood again."""
    request = encode_subscribe(WISH, dialect)
    assert request.tag == f"{{{dialect.events}}}subscribe"
    assert_valid(request)
    assert decode_subscribe(request, dialect) == WISH


@each_dialect
def test_an_end_goes_there_and_back(dialect: Dialect) -> None:
    """An end names the subscription."""
    request = encode_unsubscribe("sub-1", dialect)
    assert_valid(request)
    assert decode_unsubscribe(request, dialect) == "sub-1"


def test_the_published_example_is_understood() -> None:
    """Attributes that matter to others (tokens) are no hindrance."""
    request = from_text(
        "<subscribe xmlns='urn:nf:iot:events:1.0' id='s' all='1' ut='t' minInt='PT0S'>"
        "<nd id='a' src='entities'/><nd id='a' src='entities'/><f n='F' v='-1E2'/>"
        "</subscribe>"
    )
    assert decode_subscribe(request, NF) == EventSubscription(
        id="s",
        nodes=(NodeRef("a", "entities"),),
        fields=(Watched(name="F", baseline=-100.0),),
        categories=frozenset(Category),
        min_interval=timedelta(),
    )


@pytest.mark.parametrize(
    ("attributes", "content"),
    [
        ("", ""),
        ("id='s' minInt='-PT1S'", ""),
        ("id='s' maxInt='5'", ""),
        ("id='s' maxAge='P1Y'", ""),
        ("id='s' req='perhaps'", ""),
        ("id='s'", "<nd/>"),
        ("id='s'", "<f/>"),
        ("id='s'", "<f n='F' by='0'/>"),
        ("id='s'", "<f n='F' up='-1'/>"),
        ("id='s'", "<f n='F' dn='NaN'/>"),
        ("id='s'", "<f n='F' by='INF'/>"),
        ("id='s'", "<f n='F' v='INF'/>"),
        ("id='s'", "<f n='F' v='warm'/>"),
        ("id='s'", "<f n='F' by='1'/><f n='F' by='2'/>"),
    ],
)
def test_what_makes_no_sense_is_refused(attributes: str, content: str) -> None:
    """A wish is understood in whole or not at all."""
    request = from_text(
        f"<subscribe xmlns='{NF.events}' {attributes}>{content}</subscribe>"
    )
    with pytest.raises(BadRequest):
        decode_subscribe(request, NF)


@pytest.mark.parametrize("child", ["<nd id='a'/>", "<f n='F'/>"])
def test_there_is_an_end_to_what_one_may_wish(child: str) -> None:
    """A thousand nodes and fields are enough."""
    request = from_text(
        f"<subscribe xmlns='{NF.events}' id='s'>{child * 1001}</subscribe>"
    )
    with pytest.raises(ResourceConstraint):
        decode_subscribe(request, NF)
