"""Ids that nobody can guess."""

from itertools import pairwise

from custom_components.xmpp_iot.wire.unguessable import new_id


def test_no_id_comes_twice() -> None:
    """Each has 64 bits."""
    found = [new_id() for _ in range(1000)]
    assert len(set(found)) == 1000
    assert all(len(bytes.fromhex(one)) == 8 for one in found)


def test_an_id_says_nothing_of_the_next() -> None:
    """About half of the bits are others each time, as where each is by chance."""
    found = [int(new_id(), 16) for _ in range(1000)]
    changed = [(one ^ other).bit_count() for one, other in pairwise(found)]
    assert 30 < sum(changed) / len(changed) < 34
    assert min(changed) > 8
