"""What houses say by themselves, sorted by who says it."""

from custom_components.xmpp_iot.wire.happening import Happening, NodeEvent
from custom_components.xmpp_iot.wire.xml import from_text

from .far import FULL, Far
from .far_nodes import DIALECT


def removed(attributes: str) -> str:
    """Return the message that a node was removed."""
    return f"<nodeRemoved xmlns='{DIALECT.concentrator}' {attributes}/>"


async def test_events_go_to_who_follows_the_house(far: Far) -> None:
    """Until it follows no more; what cannot be read, and what others say, goes to nobody."""
    heard: list[NodeEvent] = []
    unfollow = far.neighbourhood.follow(FULL, heard.append)
    good = removed(f"{DIALECT.node_id}='light.lamp' {DIALECT.source}='entities'")

    far.session.receive(FULL, from_text(good))
    far.session.receive("other@example.org/x", from_text(good))
    far.session.receive(FULL, from_text(removed("")))
    unfollow()
    far.session.receive(FULL, from_text(good))

    (event,) = heard
    assert event.kind is Happening.REMOVED
    assert event.node.id == "light.lamp"
