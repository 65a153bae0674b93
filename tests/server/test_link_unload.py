"""An account that is unloaded or removed in the middle of a visit, also where that fails: nothing goes on."""

import asyncio
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot.remote import visit as visit_module
from custom_components.xmpp_iot.remote.link import Link
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STOP, Platform
from homeassistant.core import HomeAssistant

from .conftest import House
from .linked import connection, entities_of, is_linked, link_of, mirror, open_cabin

pytestmark = pytest.mark.parametrize("server", ["prosody"], indirect=True)
KITCHEN = "light.kitchen_lights"


@pytest.fixture
def platforms() -> list[Platform]:
    """Return what is enough here."""
    return [Platform.LIGHT]


async def cannot_unload(*_: Any) -> bool:
    """Fail to unload a platform."""
    return False


def left(link: Link) -> list[str]:
    """Return the tasks that visit, import or speak, and the timers that would."""
    names = (
        "xmpp_iot link",
        "xmpp_iot unlink",
        "xmpp_iot statistics",
        "xmpp_iot farewell",
    )
    tasks = [
        task.get_name()
        for task in asyncio.all_tasks()
        if task.get_name().startswith(names) and not task.done()
    ]
    timers = [
        repr(timer)
        for timer in asyncio.get_running_loop()._scheduled  # type: ignore[attr-defined]
        if not timer.cancelled() and "custom_components/xmpp_iot/remote" in repr(timer)
    ]
    return tasks + timers


async def in_the_middle(
    house: House, cabin: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> Link:
    """Return a link that reads a house, which will not be done with that."""
    begun = asyncio.Event()

    async def slow(*_: Any, **__: Any) -> None:
        begun.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(visit_module, "read_all", slow)
    assert await house.hass.config_entries.async_reload(cabin.entry_id)
    async with asyncio.timeout(10):
        await begun.wait()
    return link_of(cabin)


@pytest.mark.parametrize("is_reading", [True, False])
async def test_an_account_is_unloaded_in_the_middle_of_a_visit(
    hass: HomeAssistant,
    house: House,
    monkeypatch: pytest.MonkeyPatch,
    is_reading: bool,
) -> None:
    """While it is read, and while it is followed."""
    async with open_cabin(house) as cabin:
        link = link_of(cabin)
        await is_linked(hass, link)
        if is_reading:
            link = await in_the_middle(house, cabin, monkeypatch)

        assert await hass.config_entries.async_unload(cabin.entry_id)

        assert left(link) == []
        assert link._task is None
        assert link._unsubscribe == []


async def test_what_cannot_be_unloaded_goes_on(
    hass: HomeAssistant, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its entities are shown still, and they are not those of a house that nobody visits any more."""
    async with open_cabin(house) as cabin:
        link = link_of(cabin)
        await is_linked(hass, link)
        with monkeypatch.context() as patch:
            patch.setattr(
                cabin.runtime_data.links, "async_unload_platforms", cannot_unload
            )
            assert not await hass.config_entries.async_unload(cabin.entry_id)
        assert cabin.state is ConfigEntryState.FAILED_UNLOAD
        assert link.online
        assert mirror(hass, link, KITCHEN).state == "on"

        # Somebody takes it away all the same.
        result = await hass.config_entries.async_remove(cabin.entry_id)

        assert result["require_restart"]
        assert left(link) == []
        assert entities_of(hass, cabin) == set()
        hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)  # ends what has ended already
        await hass.async_block_till_done()
        assert left(link) == []


@pytest.mark.parametrize("is_reading", [True, False])
async def test_an_account_is_removed_in_the_middle_of_a_visit(
    hass: HomeAssistant,
    house: House,
    monkeypatch: pytest.MonkeyPatch,
    is_reading: bool,
) -> None:
    """Nothing of the other house is left here."""
    async with open_cabin(house) as cabin:
        link = link_of(cabin)
        await is_linked(hass, link)
        if is_reading:
            link = await in_the_middle(house, cabin, monkeypatch)

        result = await hass.config_entries.async_remove(cabin.entry_id)
        await hass.async_block_till_done()

        assert not result["require_restart"]
        assert left(link) == []
        assert entities_of(hass, cabin) == set()


async def test_a_reload_remembers_what_all_entities_were(
    hass: HomeAssistant, house: House
) -> None:
    """Also of those that went before the house's own sensor did, should the house be away afterwards."""
    async with open_cabin(house) as cabin:
        link = link_of(cabin)
        await is_linked(hass, link)
        lamps = {
            one: state.state
            for one in entities_of(hass, cabin)
            if one.startswith("light.") and (state := hass.states.get(one))
        }
        assert lamps
        assert await hass.config_entries.async_unload(cabin.entry_id)
        assert await hass.config_entries.async_unload(house.entry.entry_id)

        assert await hass.config_entries.async_setup(cabin.entry_id)
        await hass.async_block_till_done()

        said = connection(hass, link_of(cabin))
        assert said.state == "away"
        assert said.attributes["last_seen"]
        kept = said.attributes["last_value"]
        assert {one: kept.get(one) for one in lamps} == lamps


async def test_the_house_is_asked_in_this_houses_language_and_not_what_it_shows(
    hass: HomeAssistant, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it says of itself it has said before."""
    languages: set[str | None] = set()
    tree = house.entry.runtime_data.house.tree

    async def heard(caller: Any, request: Any) -> Any:
        languages.add(caller.language)
        return await tree(caller, request)

    monkeypatch.setattr(house.entry.runtime_data.house, "tree", heard)
    hass.config.language = "sv"
    async with open_cabin(house) as cabin:
        link = link_of(cabin)
        await is_linked(hass, link)
        assert languages == {"sv"}

        session = cabin.runtime_data.session
        known = session._inquiries.capabilities
        assert known._known[known._versions[house.jid]] is not None
