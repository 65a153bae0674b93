"""The owner is told of whoever sends too much, and the limits are the owner's."""

from collections.abc import Callable
import re

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.xmpp_iot.const import DOMAIN
from custom_components.xmpp_iot.contacts.floods import QUIET, Floods
from custom_components.xmpp_iot.wire.rate import Limit, Limits
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

ANNA = "anna@example.org"


class Line:
    """A session that is flooded at will."""

    def __init__(self) -> None:
        """Have no limits yet."""
        self.limits: list[Limits] = []
        self.flood: Callable[[str, bool], None] | None = None

    @property
    def deaf(self) -> bool:
        """Whether nobody listens any more."""
        return self.flood is None

    def set_limits(self, limits: Limits) -> None:
        """Note the limits."""
        self.limits.append(limits)

    def on_flood(self, callback: Callable[[str, bool], None]) -> Callable[[], None]:
        """Let the test flood."""
        self.flood = callback

        def off() -> None:
            self.flood = None

        return off


@pytest.fixture
def entry(hass: HomeAssistant) -> MockConfigEntry:
    """Return an account."""
    entry = MockConfigEntry(domain=DOMAIN, title="home@example.org")
    entry.add_to_hass(hass)
    return entry


def _read(text: str) -> str:
    """Return what Markdown shows of a text in which all that is markup is escaped."""
    assert not re.search(r"(?<!\\)[@._]", text)
    return re.sub(r"\\(?=[@._])", "", text)


def told(hass: HomeAssistant) -> list[tuple[str | None, str]]:
    """Return what the owner is told, and of whom."""
    return [
        (issue.translation_key, _read((issue.translation_placeholders or {})["who"]))
        for issue in ir.async_get(hass).issues.values()
    ]


def test_the_limits_are_as_the_options_say(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Also when they change; the bursts follow the rates, and something is always let through."""
    line = Line()
    floods = Floods(hass, entry, line)
    floods.async_start()
    hass.config_entries.async_update_entry(
        entry, options={"contact_rate": 10.0, "stranger_rate": 0.1}
    )
    floods.async_follow_entry()
    floods.async_stop()

    default = Limits()
    slower = Limits(contact=Limit(10, 100), domain=Limit(0.1, 1))
    assert line.limits == [default, slower]


async def test_whoever_sends_too_much_is_named_until_it_is_quiet(
    hass: HomeAssistant, entry: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    """A contact, a domain of strangers, or a crowd of them; who goes on is named longer."""
    line = Line()
    floods = Floods(hass, entry, line)
    floods.async_start()
    assert line.flood is not None
    line.flood(ANNA, True)
    line.flood("loud.example", False)
    line.flood("", False)
    assert told(hass) == [
        ("flood_contact", ANNA),
        ("flood_strangers", "loud.example"),
        ("flood_crowd", ""),
    ]

    freezer.tick(QUIET - 1)
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    line.flood(ANNA, True)
    freezer.tick(2)
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert told(hass) == [("flood_contact", ANNA)]

    floods.async_stop()
    floods.async_flooded(ANNA, True)
    assert told(hass) == []
    assert line.deaf
    floods.async_stop()


def test_a_crowd_does_not_fill_the_list(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """The rest is in the log."""
    line = Line()
    floods = Floods(hass, entry, line)
    floods.async_start()
    assert line.flood is not None
    for number in range(20):
        line.flood(f"d{number}.example", False)
    assert len(told(hass)) == 5
    floods.async_stop()
