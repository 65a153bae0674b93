"""Two houses on a real server, one of which shows the other's entities as its own."""

from typing import Any, Final

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot.remote.link import Link
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from tests.demo.alike import UNLIKE
from tests.platforms.conftest import differences

from .conftest import EVERYTHING, House, contact
from .linked import (
    concentrator,
    connection,
    entities_of,
    is_linked,
    mirror,
    mirrors,
    until,
)

KITCHEN: Final = "light.kitchen_lights"


@pytest.mark.parametrize("platforms", [EVERYTHING])
@pytest.mark.parametrize("server", ["prosody"], indirect=True)
async def test_every_entity_of_the_demo_is_shown_as_it_is(
    hass: HomeAssistant, house: House, link: Link
) -> None:
    """State and attributes are equal, but for what is listed."""
    await until(hass, lambda: is_complete(hass, link))
    assert len(mirrors(hass, link)) > 100
    assert unlike(hass, link) == {}
    shown = connection(hass, link).attributes["entities"]
    assert shown == len(link.store.announced)


def is_complete(hass: HomeAssistant, link: Link) -> bool:
    """Return whether every node is shown: the demo goes on to have new ones for a while."""
    return {node.id for node in link.store} == mirrors(hass, link).keys()


def unlike(hass: HomeAssistant, link: Link) -> dict[str, Any]:
    """Return what mirrors show in another way, but for what is known."""
    different: dict[str, Any] = {}
    for entity_id, mirrored in mirrors(hass, link).items():
        original, here = hass.states.get(entity_id), hass.states.get(mirrored)
        if original is None or here is None:
            continue  # (the demo's places come and go)
        known = (
            UNLIKE.get(original.domain, {}).keys() | UNLIKE.get(entity_id, {}).keys()
        )
        if found := differences(original, here, *known):
            different[entity_id] = found
    return different


async def test_an_action_here_is_done_over_there(
    hass: HomeAssistant, house: House, link: Link
) -> None:
    """It returns when that has happened; how it is then comes by the feed."""
    lamp = mirror(hass, link, KITCHEN).entity_id

    await hass.services.async_call(
        "light", "turn_on", {"entity_id": lamp, "brightness": 77}, blocking=True
    )

    original = hass.states.get(KITCHEN)
    assert original
    assert original.attributes["brightness"] == 77
    await until(
        hass, lambda: mirror(hass, link, KITCHEN).attributes.get("brightness") == 77
    )


async def test_a_refused_action_says_why(
    hass: HomeAssistant, house: House, link: Link
) -> None:
    """With the other house's reason, as an error that Home Assistant shows."""
    lamp = mirror(hass, link, KITCHEN).entity_id
    (cabin,) = (one for one in house.entry.subentries.values() if one.title == "Cabin")
    rows = [{**row, "level": "read"} for row in cabin.data["grants"]]
    read_only = {**cabin.data, "grants": rows}
    hass.config_entries.async_update_subentry(house.entry, cabin, data=read_only)
    await hass.async_block_till_done()

    with pytest.raises(HomeAssistantError) as refused:
        await hass.services.async_call(
            "light", "turn_off", {"entity_id": lamp}, blocking=True
        )

    assert refused.value.translation_key == "remote_forbidden"
    assert house.state(KITCHEN) == "on"


async def test_a_change_is_followed(
    hass: HomeAssistant, house: House, link: Link
) -> None:
    """On both servers."""
    assert mirror(hass, link, KITCHEN).state == "on"

    hass.states.async_set(KITCHEN, "off", {"friendly_name": "Kitchen Lights"})

    await until(hass, lambda: mirror(hass, link, KITCHEN).state == "off")


@pytest.mark.parametrize("server", ["prosody"], indirect=True)
async def test_what_is_unavailable_over_there_is_unavailable_here(
    hass: HomeAssistant, house: House, link: Link
) -> None:
    """And back."""
    hass.states.async_set(KITCHEN, "unavailable")
    await until(hass, lambda: mirror(hass, link, KITCHEN).state == "unavailable")

    hass.states.async_set(KITCHEN, "on")
    await until(hass, lambda: mirror(hass, link, KITCHEN).state == "on")


@pytest.mark.parametrize("server", ["prosody"], indirect=True)
async def test_what_is_renamed_over_there_stays_the_same_here(
    hass: HomeAssistant, house: House, link: Link
) -> None:
    """Another id changes nothing; another name of a device is its name here."""
    before, shown = mirror(hass, link, KITCHEN), mirrors(hass, link)
    registry = er.async_get(hass)
    original = registry.async_get(KITCHEN)
    assert original
    assert original.device_id

    # (the other id changes no state here: the other name does, and is told after it)
    registry.async_update_entity(KITCHEN, new_entity_id="light.galley")
    dr.async_get(hass).async_update_device(original.device_id, name_by_user="Galley")
    here = registry.async_get(before.entity_id)
    assert here
    assert here.device_id

    def name() -> str | None:
        device = dr.async_get(hass).async_get(here.device_id or "")
        return device.name if device else None

    await until(
        hass, lambda: name() == "Galley" and "light.galley" in mirrors(hass, link)
    )
    await hass.async_block_till_done()
    assert mirror(hass, link, "light.galley").entity_id == before.entity_id
    assert set(mirrors(hass, link).values()) >= set(shown.values())


@pytest.mark.parametrize("server", ["prosody"], indirect=True)
async def test_a_device_here_is_like_the_one_over_there(
    hass: HomeAssistant, house: House, link: Link
) -> None:
    """By way of the house, in the area of that name."""
    devices, entities = dr.async_get(hass), er.async_get(hass)
    entity = entities.async_get(mirror(hass, link, KITCHEN).entity_id)
    assert entity
    device = devices.async_get(entity.device_id or "")
    assert device

    assert device.name == "Kitchen Lights"
    assert isinstance(device, dr.DeviceEntry)
    assert device.via_device_id == link.devices.house_id
    home = devices.async_get(link.devices.house_id)
    assert isinstance(home, dr.DeviceEntry)
    assert home.name == "Home"
    assert home.entry_type is dr.DeviceEntryType.SERVICE


@pytest.mark.parametrize("server", ["prosody"], indirect=True)
async def test_what_is_removed_over_there_is_removed_here(
    hass: HomeAssistant, house: House, link: Link
) -> None:
    """With its device, if that has nothing else."""
    lamp = mirror(hass, link, KITCHEN).entity_id
    registry = er.async_get(hass)
    entry = registry.async_get(lamp)
    assert entry
    assert entry.device_id

    registry.async_remove(KITCHEN)

    await until(hass, lambda: registry.async_get(lamp) is None)
    await hass.async_block_till_done()
    assert hass.states.get(lamp) is None
    assert dr.async_get(hass).async_get(entry.device_id) is None


@pytest.mark.parametrize("server", ["prosody"], indirect=True)
async def test_another_choice_shows_other_entities(
    hass: HomeAssistant, house: House, cabin: MockConfigEntry, link: Link
) -> None:
    """Those that stay stay as they are; all names go with the prefix."""
    (subentry,) = cabin.subentries.values()
    lamp = mirror(hass, link, KITCHEN).entity_id

    def choose(**data: object) -> None:
        chosen = {"jid": house.bare, **data}
        hass.config_entries.async_update_subentry(cabin, subentry, data=chosen)

    choose(everything=False, domains=["light"], prefix="Far ")
    await hass.async_block_till_done()
    assert {node.partition(".")[0] for node in mirrors(hass, link)} == {"light"}
    assert mirror(hass, link, KITCHEN).entity_id == lamp
    assert mirror(hass, link, KITCHEN).name == "Far Kitchen Lights"

    choose(everything=False, domains=["lock"])
    await until(hass, lambda: "lock.front_door" in mirrors(hass, link))
    await hass.async_block_till_done()
    assert KITCHEN not in mirrors(hass, link)
    assert hass.states.get(lamp) is None
    assert mirror(hass, link, "lock.front_door").state == "locked"


@pytest.mark.parametrize("server", ["prosody"], indirect=True)
async def test_a_house_that_is_unlinked_leaves_nothing(
    hass: HomeAssistant, house: House, cabin: MockConfigEntry, link: Link
) -> None:
    """No entity, no device, and no subscription of presence; linking it again shows it again."""
    (subentry_id,) = cabin.subentries
    names = set(mirrors(hass, link).values())

    hass.config_entries.async_remove_subentry(cabin, subentry_id)
    await hass.async_block_till_done()

    assert entities_of(hass, cabin) == set()
    assert not [name for name in names if hass.states.get(name)]
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), cabin.entry_id)
    assert [one.model for one in devices] == ["Account"]

    again: ConfigSubentry = concentrator(house.bare, "Home")
    hass.config_entries.async_add_subentry(cabin, again)
    await hass.async_block_till_done()
    (link,) = cabin.runtime_data.links
    await is_linked(hass, link)
    assert set(mirrors(hass, link).values()) >= names


@pytest.mark.parametrize("server", ["prosody"], indirect=True)
@pytest.mark.parametrize("platforms", [[Platform.LIGHT]])
async def test_two_houses_link_each_other(
    hass: HomeAssistant, house: House, cabin: MockConfigEntry, link: Link
) -> None:
    """What one shows of the other is never shown back: nothing loops."""
    guest = contact(house.server, "home", "command")
    hass.config_entries.async_add_subentry(
        cabin,
        ConfigSubentry(
            data=guest["data"],  # type: ignore[arg-type]
            subentry_type=guest["subentry_type"],
            title=guest["title"],
            unique_id=guest["unique_id"],
        ),
    )
    other = concentrator(house.server.accounts["cabin"].jid, "Cabin")
    hass.config_entries.async_add_subentry(house.entry, other)
    await hass.async_block_till_done()
    (back,) = house.entry.runtime_data.links
    await is_linked(hass, back)

    def nodes(one: Link) -> set[str]:
        return {node.id for node in one.store}

    await until(hass, lambda: nodes(link) == nodes(back))
    ours = nodes(link)
    registry = er.async_get(hass)
    assert not [
        one
        for one in ours
        if (e := registry.async_get(one)) and e.platform == "xmpp_iot"
    ]

    hass.states.async_set(KITCHEN, "off")
    await until(hass, lambda: mirror(hass, link, KITCHEN).state == "off")
    await until(hass, lambda: mirror(hass, back, KITCHEN).state == "off")


@pytest.mark.parametrize("platforms", [[Platform.LIGHT]])
async def test_the_service_says_whether_it_knows_us(link: Link) -> None:
    """Both servers say so, to a subscriber from elsewhere too."""
    visit = link._visit
    assert visit is not None
    address = visit._feed.address
    assert address is not None
    subscriber = visit.neighbourhood.subscriber
    assert await subscriber.is_subscribed(address) is True

    await subscriber.unsubscribe(address)

    assert await subscriber.is_subscribed(address) is False


@pytest.mark.parametrize("server", ["prosody"], indirect=True)
async def test_an_entity_moves_to_another_device_as_it_does_over_there(
    hass: HomeAssistant, house: House, link: Link
) -> None:
    """And the device it leaves goes with the last one."""
    registry, lamp = er.async_get(hass), mirror(hass, link, KITCHEN).entity_id
    bed = registry.async_get("light.bed_light")
    before = registry.async_get(lamp)
    assert bed
    assert before

    registry.async_update_entity(KITCHEN, device_id=bed.device_id)

    def device() -> str | None:
        entry = registry.async_get(lamp)
        return entry.device_id if entry else None

    await until(hass, lambda: device() != before.device_id)
    mirrored = registry.async_get(mirror(hass, link, "light.bed_light").entity_id)
    assert mirrored
    assert device() == mirrored.device_id
    assert dr.async_get(hass).async_get(before.device_id or "") is None


@pytest.mark.parametrize("server", ["prosody"], indirect=True)
@pytest.mark.parametrize("platforms", [[Platform.LIGHT]])
async def test_a_house_at_another_address_is_another_house(
    hass: HomeAssistant, house: House, cabin: MockConfigEntry, link: Link
) -> None:
    """Nothing of the first is left; who is not there is waited for."""
    (subentry,) = cabin.subentries.values()
    data = {"jid": house.server.accounts["stranger"].jid}

    hass.config_entries.async_update_subentry(cabin, subentry, data=data)
    await hass.async_block_till_done()

    (other,) = cabin.runtime_data.links
    assert other is not link
    assert connection(hass, other).state == "waiting"  # nobody there has said yes
    entities = entities_of(hass, cabin)
    assert entities == {connection(hass, other).entity_id}
