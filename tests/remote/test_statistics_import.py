"""When statistics are imported: once a day from the houses it is switched on for, and when asked for."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import logging

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.xmpp_iot.const import DOMAIN, SUBENTRY_CONCENTRATOR
from custom_components.xmpp_iot.remote.selection import CONF_STATISTICS
from custom_components.xmpp_iot.remote.statistics_import import StatisticsImport
from custom_components.xmpp_iot.wire.errors import NoAnswer, NotConnected, RemoteError
from custom_components.xmpp_iot.wire.model import NodeInfo, Reading, ReadRequest
from homeassistant.components.recorder.core import Recorder
from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from .asked import Line, LinkedHouse, LinkedHouses, Somebody, metered, reading
from .street import HOME, node

NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
NIGHT = datetime(2026, 11, 22, 2, tzinfo=UTC)  # when the hour of the import is over
FIRST = NOW.replace(minute=0) - timedelta(hours=3)


def meter(name: str) -> NodeInfo:
    """Return an energy meter."""
    return node(f"sensor.{name}", name.title(), uid=name, state_class="total")


@dataclass
class Cabin:
    """This house: it imports what the other has."""

    hass: HomeAssistant
    entry: MockConfigEntry
    home: LinkedHouse
    line: Line
    importer: StatisticsImport

    @property
    def somebody(self) -> Somebody:
        """Who is asked."""
        return self.line.somebody

    async def pass_a_night(
        self, freezer: FrozenDateTimeFactory, night: int = 0
    ) -> None:
        """Let the time of the import pass."""
        moment = NIGHT + timedelta(days=night)
        freezer.move_to(moment)
        async_fire_time_changed(self.hass, moment)
        await self.hass.async_block_till_done(wait_background_tasks=True)


@pytest.fixture
async def cabin(
    request: pytest.FixtureRequest, hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> AsyncGenerator[Cabin]:
    """Return this house, which links another one with a meter and a light."""
    freezer.move_to(NOW)
    await hass.config.async_set_time_zone("UTC")
    entry = MockConfigEntry(
        domain=DOMAIN,
        subentries_data=[
            ConfigSubentryData(
                data={"jid": HOME, CONF_STATISTICS: getattr(request, "param", True)},
                subentry_type=SUBENTRY_CONCENTRATOR,
                title="Home",
                unique_id=HOME,
            )
        ],
    )
    entry.add_to_hass(hass)
    somebody = Somebody(readings=metered(FIRST))
    home = LinkedHouse(meter("power"), node("light.lamp", "Lamp"))
    line = Line(somebody)
    links = LinkedHouses(line, [home])
    importer = StatisticsImport(hass, entry, links.links)
    importer.start()
    yield Cabin(hass, entry, home, line, importer)
    await importer.stop()


async def test_the_day_is_imported_in_the_night(
    recorder_mock: Recorder, cabin: Cabin, freezer: FrozenDateTimeFactory
) -> None:
    """Every night again, of those nodes that have statistics."""
    await cabin.pass_a_night(freezer)
    assert len(cabin.somebody.reads) == 1

    await cabin.pass_a_night(freezer, 1)
    assert len(cabin.somebody.reads) == 2
    assert {one.nodes[0].id for one in cabin.somebody.reads} == {"sensor.power"}


@pytest.mark.parametrize("cabin", [False], indirect=True)
async def test_it_must_be_switched_on(
    recorder_mock: Recorder, cabin: Cabin, freezer: FrozenDateTimeFactory
) -> None:
    """For each house by itself."""
    await cabin.pass_a_night(freezer)

    assert cabin.somebody.reads == []


async def test_without_a_recorder_nothing_is_imported(
    cabin: Cabin, freezer: FrozenDateTimeFactory
) -> None:
    """There is nothing to import into."""
    await cabin.pass_a_night(freezer)

    assert not cabin.importer.possible
    assert cabin.somebody.reads == []


async def test_a_house_that_is_away_is_asked_when_it_comes(
    recorder_mock: Recorder, cabin: Cabin, freezer: FrozenDateTimeFactory
) -> None:
    """Once, however many nights it was away."""
    cabin.home.go(online=False)
    await cabin.pass_a_night(freezer)
    await cabin.pass_a_night(freezer, 1)
    assert cabin.somebody.reads == []
    cabin.home.go(online=False)  # somebody else's change
    assert len(cabin.home.listeners) == 1

    cabin.home.go(online=True)
    await cabin.hass.async_block_till_done(wait_background_tasks=True)
    assert len(cabin.somebody.reads) == 1
    assert cabin.home.listeners == []


async def test_a_house_that_is_not_linked_any_more_is_not_waited_for(
    recorder_mock: Recorder, cabin: Cabin, freezer: FrozenDateTimeFactory
) -> None:
    """From the next night on."""
    cabin.home.go(online=False)
    await cabin.pass_a_night(freezer)
    (subentry_id,) = cabin.entry.subentries
    cabin.hass.config_entries.async_remove_subentry(cabin.entry, subentry_id)
    await cabin.pass_a_night(freezer, 1)

    assert cabin.home.listeners == []


async def test_nothing_outlives_the_end(
    recorder_mock: Recorder, cabin: Cabin, freezer: FrozenDateTimeFactory
) -> None:
    """No timer, no import under way, nobody waited for."""
    begun = asyncio.Event()
    read = cabin.somebody.read

    async def slow(request: ReadRequest) -> AsyncGenerator[tuple[Reading, ...]]:
        begun.set()
        await asyncio.Event().wait()
        async for one in read(request):
            yield one

    cabin.somebody.read = slow  # type: ignore[method-assign]
    freezer.move_to(NIGHT)
    async_fire_time_changed(cabin.hass, NIGHT)
    await begun.wait()
    cabin.home.go(online=False)
    async_fire_time_changed(cabin.hass, NIGHT + timedelta(days=1))
    await cabin.hass.async_block_till_done()

    await cabin.importer.stop()

    assert cabin.home.listeners == []
    begun.clear()
    cabin.home.go(online=True)
    await cabin.pass_a_night(freezer, 2)
    assert not begun.is_set()


async def test_what_is_refused_of_one_sensor_does_not_keep_the_others_out(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    cabin: Cabin,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is in the log, and in what is answered to who asked."""
    cabin.home.store.put(meter("gas"))
    say = metered(FIRST)

    def not_the_first(request: ReadRequest) -> list[Reading]:
        if request.nodes[0].id == "sensor.power":
            return [reading("sensor.power", NOW, error="No recorder.")]
        return list(say(request))

    cabin.somebody.readings = not_the_first

    done = await cabin.importer.import_now(cabin.home.link, cabin.home.store)
    assert list(done.hours.values()) == [3]
    assert done.refused == {"Home Power": "No recorder."}

    await cabin.pass_a_night(freezer)
    assert "The statistics of Home Power were not imported: No recorder." in caplog.text


async def test_a_house_that_does_not_answer_is_left(
    recorder_mock: Recorder,
    cabin: Cabin,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is in the log at night, and an error to who asked."""
    cabin.somebody.refusal = NoAnswer("Silence.")

    with pytest.raises(HomeAssistantError) as failure:
        await cabin.importer.import_now(cabin.home.link, cabin.home.store)
    assert failure.value.translation_key == "remote_no_answer"

    await cabin.pass_a_night(freezer)
    (logged,) = [
        one
        for one in caplog.records
        if one.levelno == logging.WARNING and DOMAIN in one.name
    ]
    assert "could not be imported" in logged.message


async def test_a_house_that_goes_away_is_not_asked_on(
    recorder_mock: Recorder, cabin: Cabin
) -> None:
    """What came before is kept."""
    cabin.home.store.put(meter("gas"))
    say = metered(FIRST)

    def and_go(request: ReadRequest) -> list[Reading]:
        cabin.home.go(online=False)
        return list(say(request))

    cabin.somebody.readings = and_go

    with pytest.raises(HomeAssistantError) as failure:
        await cabin.importer.import_now(cabin.home.link, cabin.home.store)
    assert failure.value.translation_key == "not_connected"
    assert isinstance(failure.value.__cause__, NotConnected)
    assert len(cabin.somebody.reads) == 1


async def test_a_refusal_of_all_is_of_each(
    recorder_mock: Recorder, cabin: Cabin
) -> None:
    """With the house's words."""
    cabin.somebody.refusal = RemoteError("forbidden", "auth", "Not you.")

    done = await cabin.importer.import_now(cabin.home.link, cabin.home.store)

    assert done.hours == {}
    assert done.refused == {"Home Power": "Not you."}


async def test_a_silent_house_does_not_keep_the_others_waiting(
    recorder_mock: Recorder, cabin: Cabin
) -> None:
    """Only another import of its own does."""
    silent = LinkedHouse(meter("gas"))
    silent.devices.house = "barn@example.org"
    cabin.line.online["barn@example.org"] = ("barn@example.org/homeassistant",)
    asked = asyncio.Event()
    read = cabin.somebody.read

    async def slow(request: ReadRequest) -> AsyncGenerator[tuple[Reading, ...]]:
        if request.nodes[0].id == "sensor.gas":
            asked.set()
            await asyncio.Event().wait()
        async for one in read(request):
            yield one

    cabin.somebody.read = slow  # type: ignore[method-assign]
    waiting = [
        asyncio.create_task(cabin.importer.import_now(silent.link, silent.store))
        for _ in range(2)
    ]
    await asked.wait()

    done = await cabin.importer.import_now(cabin.home.link, cabin.home.store)

    assert list(done.hours.values()) == [3]
    asked.clear()
    await asyncio.sleep(0)
    assert not asked.is_set()  # by the second one of its imports
    for task in waiting:
        task.cancel()
    await asyncio.wait(waiting)
