"""A feed that is followed: which item is known to be the last."""

from collections.abc import Sequence
from typing import cast

from custom_components.xmpp_iot.remote.follow import Feed, Missed
from custom_components.xmpp_iot.wire.model import Reading
from custom_components.xmpp_iot.wire.peer import Peer
from custom_components.xmpp_iot.wire.subscriber import Subscriber


def feed() -> Feed:
    """Return a feed of which nothing has come."""

    def take(readings: Sequence[Reading], part: bool) -> None:
        """Take nothing."""

    def missed(what: Missed) -> None:
        """Miss nothing."""

    return Feed(cast(Subscriber, None), cast(Peer, None), take, missed)


def test_a_house_that_has_begun_anew_counts_anew() -> None:
    """What it was told of until then is read; within the same life the count goes on."""
    one = feed()
    one.assume("first", 5)
    one.assume("other", 9)
    assert one.has("first", 5)
    assert not one.has("other", 1)

    one.begin_anew("second", 2)
    one.begin_anew("second", 1)
    assert one.has("second", 2)
    assert not one.has("second", 3)
    assert not one.has("first", 1)
