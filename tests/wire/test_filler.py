"""How much white space is said, and when."""

import pytest

from custom_components.xmpp_iot.wire.filler import READ, filler


def tag(size: int) -> str:
    """Return a tag of so many bytes."""
    return f"<a b='{'x' * (size - 9)}'/>"


def text(size: int) -> str:
    """Return so many bytes, in which there is no long tag."""
    return f"<a>{'x' * (size - 7)}</a>"


@pytest.mark.parametrize(
    "stanza", ["", tag(READ), text(100_000), tag(READ) * 3, f"<a b='{'ä' * 1_500}'/>"]
)
def test_without_a_long_tag_there_is_none(stanza: str) -> None:
    """So almost all stanzas are followed by nothing."""
    assert filler(stanza) == ""


def test_a_long_tag_gets_as_much_as_it_has() -> None:
    """Less what is behind it already; the one that lacks most counts."""
    assert len(filler(tag(9_000))) == 9_000
    assert len(filler(tag(9_000) + text(2_000))) == 7_000
    assert len(filler(tag(30_000) + tag(9_000))) == 21_000
    assert filler(tag(9_000) + text(20_000)) == ""


def test_it_is_bytes_that_count() -> None:
    """A character may be several."""
    assert len(filler(f"<a b='{'ä' * 3_000}'/>")) == 6_009
