"""One feed: what is to go out, in which order, and what of it."""

from custom_components.xmpp_iot.concentrator.feed import Feed
from custom_components.xmpp_iot.wire.dialects import FAMILIES


def feed(*view: str) -> Feed:
    """Return a feed of which somebody sees these entities."""
    return Feed("name", FAMILIES[0], frozenset({"a@example.org"}), frozenset(view))


def test_what_was_told_before_is_told_in_part() -> None:
    """All that has changed since, even where it was written down in several steps; the oldest first."""
    one = feed("a", "b")
    one.note("a", {"x"})
    one.note("b", None)
    assert one.oldest() == [("a", None), ("b", None)]
    one.sent(["a", "b"])
    assert one.oldest() == []

    one.note("b", {"x"})
    one.note("a", set())
    one.note("b", {"y"})
    assert one.oldest() == [("b", {"x", "y"}), ("a", set())]

    one.note("b", None)
    assert one.oldest() == [("b", None), ("a", set())]


def test_what_may_not_have_arrived_is_told_as_a_whole() -> None:
    """Before what has changed since."""
    one = feed("a", "b")
    one.note("a", None)
    one.note("b", None)
    one.sent(["a", "b"])
    one.note("b", {"x"})
    one.sent(["b"])
    one.note("a", {"x"})

    one.restore(["b"])

    assert one.oldest() == [("b", None), ("a", {"x"})]


def test_whoever_knows_nothing_is_told_everything() -> None:
    """Of each entity, as it changes."""
    one = feed("a")
    one.note("a", None)
    one.sent(["a"])
    one.note("a", {"x"})
    one.forget()
    assert one.oldest() == [("a", None)]


def test_what_is_out_of_sight_goes_nowhere() -> None:
    """And does not wait either."""
    one = feed("a")
    one.note("b", None)
    one.note("a", None)
    assert one.oldest() == [("a", None)]
    assert list(one.dirty) == ["a"]


def test_an_item_says_whether_it_is_a_part() -> None:
    """Behind its number, which goes on."""
    one = feed()
    first, second = one.next_item_id(part=False), one.next_item_id(part=True)
    assert first.endswith("-1")
    assert second == f"{first[:-1]}2p"
