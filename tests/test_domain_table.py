"""The README's table of domains is made, not typed."""

import pytest

from homeassistant.core import HomeAssistant
from scripts.support.domain_table import BEGIN, END, README, async_table, with_table


@pytest.fixture
def expected_lingering_timers() -> bool:
    """Let the timers be of the domains that are set up."""
    return True


async def test_the_table_of_domains_is_current(hass: HomeAssistant) -> None:
    """What scripts/domains would write is what the README says."""
    table = await async_table(hass)
    text = README.read_text()
    assert with_table(text, table) == text, "run scripts/domains"


def test_a_table_stands_between_its_marks() -> None:
    """What was there is replaced; without both marks nothing is."""
    text = f"a\n{BEGIN}\nold\n{END}\nb"
    assert with_table(text, "new") == f"a\n{BEGIN}\nnew\n{END}\nb"
    for wrong in ("a", f"a{BEGIN}b"):
        with pytest.raises(ValueError, match="domains"):
            with_table(wrong, "new")
