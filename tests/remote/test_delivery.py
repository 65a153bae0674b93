"""The levels of quality, and what goes with an order."""

from datetime import UTC, datetime

import pytest

from custom_components.xmpp_iot.remote.delivery import Delivery, Stamp


@pytest.mark.parametrize("value", [2, "2", "exactly_once", Delivery.EXACTLY_ONCE])
def test_a_level_has_a_name_and_a_number(value: object) -> None:
    """Either will do."""
    assert Delivery.parse(value) is Delivery.EXACTLY_ONCE
    assert Delivery.parse(0) is Delivery.LATEST


@pytest.mark.parametrize("value", [3, -1, "", "surely", None])
def test_another_level_is_refused(value: object) -> None:
    """There are three."""
    with pytest.raises(ValueError, match="is not a valid"):
        Delivery.parse(value)


def test_a_stamp_says_the_same_in_both_forms() -> None:
    """As parameters, and as fields of a form."""
    stamp = Stamp.new(datetime(2026, 11, 21, 12, tzinfo=UTC), "beef")

    assert stamp.parameters == {
        "expires": datetime(2026, 11, 21, 12, tzinfo=UTC),
        "order_token": f"beef/{stamp.token.text}",
    }
    assert stamp.form == {
        "expires": ("2026-11-21T12:00:00Z",),
        "order_token": (f"beef/{stamp.token.text}",),
    }
