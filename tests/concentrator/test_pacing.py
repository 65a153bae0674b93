"""Pacing: what goes out at once, what at the end of an interval, and what waits for something that matters."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot.concentrator.pacing import Names, Pacing
from custom_components.xmpp_iot.const import DOMAIN
from homeassistant.core import HomeAssistant, State
from homeassistant.setup import async_setup_component

RAIN = "sensor.rain"
LAMP = "light.lamp"


@dataclass
class Road:
    """What holds changes back, and what went out."""

    hass: HomeAssistant
    entry: MockConfigEntry
    out: list[tuple[str, Names]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Hold nothing back."""
        self.pacing = Pacing(self.hass, self.entry, lambda *what: self.out.append(what))

    def choose(self, **traffic: Any) -> None:
        """Have other options."""
        self.hass.config_entries.async_update_entry(
            self.entry, options={"traffic": traffic}
        )

    def change(
        self, entity_id: str, state: str | None, *names: str, **more: Any
    ) -> None:
        """Have an entity change."""
        new = None if state is None else State(entity_id, state, more)
        self.pacing.offer(entity_id, new, set(names) if state else None)

    def went(self) -> list[tuple[str, Names]]:
        """Return what went out until now, and forget it."""
        out, self.out[:] = list(self.out), []
        return out


@pytest.fixture
async def road(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Road]:
    """Return a house with no options, whose clock only the test moves."""
    entry = MockConfigEntry(domain=DOMAIN)
    entry.add_to_hass(hass)
    road = Road(hass, entry)
    yield road
    road.pacing.stop()
    assert not road.pacing._timers


class Clock:
    """The time of the event loop, for those who ask it."""

    def __init__(self, hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
        """Begin now."""
        self.ahead = 0.0
        real = hass.loop.time
        monkeypatch.setattr(hass.loop, "time", lambda: real() + self.ahead)


@pytest.fixture
def clock(road: Road, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return the clock of the house's event loop."""
    return Clock(road.hass, monkeypatch)


async def passes(road: Road, clock: Clock, seconds: float) -> None:
    """Let time pass."""
    clock.ahead += seconds
    await road.hass.async_block_till_done()
    for timer in tuple(road.pacing._timers.values()):
        if timer.when() <= road.hass.loop.time():
            timer._run()
            timer.cancel()


async def test_by_default_everything_goes_at_once(road: Road) -> None:
    """And is not even looked at."""
    road.change(RAIN, "1", "a")
    road.change(RAIN, None)
    assert road.went() == [(RAIN, {"a"}), (RAIN, None)]


@pytest.mark.parametrize(
    "chosen", [{"slow_entities": [RAIN]}, {"slow_domains": ["sensor"]}]
)
async def test_of_a_slow_entity_goes_one_change_in_an_interval(
    road: Road, clock: Clock, chosen: dict[str, list[str]]
) -> None:
    """The first at once; at the end of it the newest, with all that has changed meanwhile."""
    road.choose(interval=10, **chosen)
    road.change(RAIN, "1", "a")
    road.change(RAIN, "2", "b")
    road.change(RAIN, "3", "c")
    road.change(LAMP, "on")
    assert road.went() == [(RAIN, {"a"}), (LAMP, set())]

    await passes(road, clock, 11)
    assert road.went() == [(RAIN, {"b", "c"})]
    road.change(RAIN, "4")
    assert road.went() == []
    await passes(road, clock, 11)
    assert road.went() == [(RAIN, set())]

    await passes(road, clock, 11)
    road.change(RAIN, "5")
    assert road.went() == [(RAIN, set())]


async def test_an_entity_that_goes_takes_what_was_held_with_it(
    road: Road, clock: Clock
) -> None:
    """At once, and nothing comes after it; when it is back it begins anew."""
    road.choose(interval=10, slow_entities=[RAIN], significant=[RAIN])
    road.change(RAIN, "1")
    road.change(RAIN, "2", "a")
    road.change(RAIN, None)
    assert road.went() == [(RAIN, set()), (RAIN, None)]

    await passes(road, clock, 11)
    assert road.went() == []
    road.change(RAIN, "1")
    assert road.went() == [(RAIN, set())]


async def test_judges_are_called_once(road: Road) -> None:
    """However much changes until they are there."""
    road.choose(significant=[RAIN])
    road.pacing._making = road.hass.async_create_task(asyncio.sleep(0))
    road.change(RAIN, "1")
    road.change(RAIN, "2")
    assert len(road.went()) == 2


async def test_an_entity_that_goes_while_nothing_is_held(road: Road) -> None:
    """That it has gone is told at once."""
    road.choose(interval=10, slow_entities=[RAIN])
    road.change(RAIN, None)
    assert road.went() == [(RAIN, None)]


async def test_what_does_not_matter_waits_for_what_does(
    road: Road, hass: HomeAssistant
) -> None:
    """Everything matters until Home Assistant's judges are there; then it is as they say."""
    assert await async_setup_component(hass, "sensor", {})
    road.choose(significant=[RAIN])
    warm = {"device_class": "temperature", "unit_of_measurement": "°C"}
    road.change(RAIN, "20", **warm)
    road.change(RAIN, "20.01", **warm)
    assert len(road.went()) == 2
    await hass.async_block_till_done(wait_background_tasks=True)

    for state, name in (("20.1", "a"), ("20.2", "b"), ("25", "c"), ("25.1", "d")):
        road.change(RAIN, state, name, **warm)
    assert road.went() == [(RAIN, {"a", "b", "c"})]

    road.change(RAIN, None)
    road.change(RAIN, "25.1", **warm)
    assert len(road.went()) == 2


async def test_other_options_let_go_what_waited(
    road: Road, hass: HomeAssistant
) -> None:
    """With the next change of anything."""
    assert await async_setup_component(hass, "sensor", {})
    road.choose(significant=[RAIN])
    warm = {"device_class": "temperature", "unit_of_measurement": "°C"}
    road.change(RAIN, "20", **warm)
    await hass.async_block_till_done(wait_background_tasks=True)
    road.change(RAIN, "20", **warm)
    road.change(RAIN, "20.1", "a", **warm)
    assert len(road.went()) == 2

    road.choose()
    road.change(LAMP, "on")
    assert road.went() == [(RAIN, {"a"}), (LAMP, set())]


async def test_a_shorter_interval_is_for_what_is_held_too(
    road: Road, clock: Clock
) -> None:
    """It does not wait for the end of the one there was."""
    road.choose(interval=200, slow_entities=[RAIN])
    road.change(RAIN, "1", "a")
    road.change(RAIN, "2", "b")
    assert road.went() == [(RAIN, {"a"})]

    road.choose()
    road.change(LAMP, "on")
    assert road.went() == [(RAIN, {"b"}), (LAMP, set())]


async def judged(road: Road, hass: HomeAssistant) -> dict[str, str]:
    """Have Home Assistant judge a temperature of 20, which went out; return what it is."""
    assert await async_setup_component(hass, "sensor", {})
    road.choose(significant=[RAIN])
    warm = {"device_class": "temperature", "unit_of_measurement": "°C"}
    road.change(RAIN, "20", **warm)
    await hass.async_block_till_done(wait_background_tasks=True)
    road.change(RAIN, "20", **warm)
    road.went()
    return warm


async def test_what_is_seen_anew_is_judged_anew(
    road: Road, hass: HomeAssistant
) -> None:
    """Whoever sees it has read it meanwhile: what went out long ago is no measure."""
    warm = await judged(road, hass)
    road.change(RAIN, "20.1", "a", **warm)
    assert road.went() == []

    road.pacing.begin(RAIN)
    road.change(RAIN, "20.2", "b", **warm)
    assert road.went() == [(RAIN, {"a", "b"})]


async def test_where_the_judge_fails_everything_matters(
    road: Road, hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be any integration's."""
    warm = await judged(road, hass)

    def fail(_: State) -> bool:
        raise ValueError("no number")

    assert road.pacing._checker is not None
    monkeypatch.setattr(road.pacing._checker, "async_is_significant_change", fail)
    road.change(RAIN, "20.1", "a", **warm)
    assert road.went() == [(RAIN, {"a"})]


async def test_what_is_stopped_lets_nothing_go(road: Road, clock: Clock) -> None:
    """Nor is anything under way any more."""
    road.choose(interval=10, slow_entities=[RAIN], significant=[LAMP])
    road.change(LAMP, "on")
    road.change(RAIN, "1")
    road.change(RAIN, "2")
    road.went()
    road.pacing.stop()
    await passes(road, clock, 11)
    assert road.went() == []
