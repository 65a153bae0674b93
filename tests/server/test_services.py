"""The actions of one house about the nodes of another, on a real server, with all that lies between."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.xmpp_iot.const import DOMAIN
from custom_components.xmpp_iot.remote.hours import whole_hour
from custom_components.xmpp_iot.remote.link import Link
from homeassistant.components.recorder.core import Recorder
from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import (
    async_import_statistics,
    statistics_during_period,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util

from .conftest import House

type Act = Callable[..., Awaitable[Any]]

pytestmark = pytest.mark.parametrize("server", ["prosody"], indirect=True)

LIGHT = "light.kitchen_lights"
METER = "sensor.total_energy_kwh"


@pytest.fixture
def act(hass: HomeAssistant, cabin: MockConfigEntry, link: Link) -> Act:
    """Return what performs an action in the name of the cabin."""

    async def perform(action: str, **data: Any) -> Any:
        if not data.keys() & {"entity_id", "device_id"}:
            data |= {"config_entry_id": cabin.entry_id}
        return await hass.services.async_call(
            DOMAIN, action, data, blocking=True, return_response=True
        )

    return perform


def shown(hass: HomeAssistant, link: Link, entity_id: str) -> str:
    """Return the cabin's entity that shows one of the house's."""
    node = link.store.get(entity_id)
    assert node is not None
    found = er.async_get(hass).async_get_entity_id(
        entity_id.partition(".")[0], DOMAIN, link.unique_id(node)
    )
    assert found is not None
    return found


async def test_nodes_are_read_set_and_commanded(
    hass: HomeAssistant, house: House, link: Link, act: Act
) -> None:
    """By the house's address as by the entity here, and what is refused is said."""
    lamp = shown(hass, link, LIGHT)

    answer = await act("read", jid=house.bare, node=LIGHT, fields=["state"])
    (reading,) = answer["readings"]
    assert reading["node"] == LIGHT
    assert reading["fields"]["state"] == {"value": True, "category": "momentary"}

    answer = await act(
        "control",
        jid=house.jid,
        node=LIGHT,
        parameters={"brightness": 77.0, "rgb_color": [255, 0, 0]},
    )
    assert answer == {"parameters": ["brightness", "rgb_color"]}
    state = hass.states.get(LIGHT)
    assert state is not None
    assert state.attributes["brightness"] == 77
    assert state.attributes["rgb_color"] == (255, 0, 0)

    assert await act("execute", entity_id=lamp, command="turn_off") == {}
    assert house.state(LIGHT) == "off"
    form = {"brightness": 120}
    assert (
        await act("execute", jid=house.jid, node=LIGHT, command="turn_on", form=form)
        == {}
    )
    assert house.state(LIGHT) == "on"

    with pytest.raises(ServiceValidationError, match="no parameter speed"):
        await act("control", jid=house.bare, node=LIGHT, parameters={"speed": 1})
    with pytest.raises(ServiceValidationError, match="Allowed range"):
        await act("control", entity_id=lamp, parameters={"brightness": 256})
    with pytest.raises(ServiceValidationError, match="Home has no such thing"):
        await act("execute", entity_id=lamp, command="open")
    with pytest.raises(HomeAssistantError, match="Home has no such thing"):
        await act("read", jid=house.bare, node="light.none")


async def past(hass: HomeAssistant) -> list[float]:
    """Let the house's meter have three hours of statistics; return their sums."""
    now = whole_hour(dt_util.utcnow())
    metadata = StatisticMetaData(
        mean_type=StatisticMeanType.NONE,
        has_sum=True,
        name=None,
        source="recorder",
        statistic_id=METER,
        unit_class="energy",
        unit_of_measurement="kWh",
    )
    sums = [1.5, 2.5, 4.0]
    async_import_statistics(
        hass,
        metadata,
        [
            StatisticData(start=now - timedelta(hours=3 - at), state=one, sum=one)
            for at, one in enumerate(sums)
        ],
    )
    await async_wait_recording_done(hass)
    return sums


async def test_what_was_there_is_here(
    recorder_mock: Recorder, hass: HomeAssistant, house: House, link: Link, act: Act
) -> None:
    """A house's history is read, reported and imported, all of it by the house's device."""
    sums = await past(hass)

    answer = await act(
        "read",
        jid=house.bare,
        node=METER,
        fields=["hour sum"],
        categories=["historical_hour"],
    )
    said = [one["fields"]["hour sum"]["value"] for one in answer["readings"]]
    assert said == sums

    report = await act("execute", jid=house.bare, node=METER, command="history")
    assert "Total energy 1" in report["title"]
    assert report["tables"]

    answer = await act("import_statistics", device_id=link.devices.house_id, days=2)
    (statistic_id,) = [name for name, count in answer["hours"].items() if count]
    assert answer["hours"][statistic_id] == 3
    await async_wait_recording_done(hass)
    rows = await get_instance(hass).async_add_executor_job(
        statistics_during_period,
        hass,
        dt_util.utcnow() - timedelta(days=1),
        None,
        {statistic_id},
        "hour",
        None,
        {"sum"},
    )
    assert [row["sum"] for row in rows[statistic_id]] == sums
    assert len(answer["hours"]) > 5  # the other sensors have no past yet
