"""Whom the actions are about, and who may use them."""

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
import voluptuous as vol

from custom_components.xmpp_iot.const import DOMAIN
from custom_components.xmpp_iot.wire.model import NodeRef
from homeassistant.auth.const import GROUP_ID_READ_ONLY, GROUP_ID_USER
from homeassistant.auth.permissions.const import CAT_ENTITIES
from homeassistant.exceptions import HomeAssistantError, Unauthorized
from homeassistant.helpers import entity_registry as er
from tests.remote.asked import FULL
from tests.remote.street import CABIN, HOME

from .conftest import FRIEND, Cabin


async def test_an_account_that_is_not_loaded_cannot_ask(cabin: Cabin) -> None:
    """Nor one that does not exist, or is of another integration."""
    other = MockConfigEntry(domain="other")
    other.add_to_hass(cabin.hass)
    away = MockConfigEntry(domain=DOMAIN)
    away.add_to_hass(cabin.hass)

    for entry_id in ("none", other.entry_id, away.entry_id):
        key = await cabin.refuses("read", jid=HOME, config_entry_id=entry_id)
        assert key.startswith("service_config_entry_")


@pytest.mark.parametrize("jid", [FULL, "meter.example.org", "stranger@example.org/x"])
async def test_a_full_address_is_asked_as_it_is(cabin: Cabin, jid: str) -> None:
    """Also one without a name, which is a component's, and one nobody knows."""
    await cabin.act("read", jid=jid)

    assert cabin.line.asked == [jid]


async def test_a_contact_can_be_asked(cabin: Cabin) -> None:
    """If it is online, and speaks our protocols."""
    with pytest.raises(HomeAssistantError) as failure:
        await cabin.act("read", jid=FRIEND)
    assert failure.value.translation_key == "not_connected"
    assert failure.value.translation_placeholders is not None
    assert failure.value.translation_placeholders["house"] == "Friend"

    cabin.line.online[FRIEND] = (f"{FRIEND}/phone",)
    await cabin.act("read", jid=FRIEND)
    assert cabin.line.asked == [f"{FRIEND}/phone"]


@pytest.mark.parametrize(
    ("jid", "key"),
    [
        ("stranger@example.org", "unknown_address"),
        ("@example.org", "invalid_jid"),
        ("a b@@c", "invalid_jid"),
        ("", "invalid_jid"),
    ],
)
async def test_an_address_that_leads_nowhere_is_refused(
    cabin: Cabin, jid: str, key: str
) -> None:
    """Before anybody is asked."""
    assert await cabin.refuses("read", jid=jid) == key
    assert cabin.line.asked == []


async def test_a_node_can_be_named_by_its_entity(cabin: Cabin) -> None:
    """Or by that of a part of it."""
    lamp = cabin.shows("light", f"{CABIN}:{HOME}:lamp")
    level = cabin.shows("number", f"{CABIN}:{HOME}:pump@entities:parameter:level")

    await cabin.act("read", entity_id=lamp)
    await cabin.act("read", entity_id=level)

    asked = [one.nodes for one in cabin.somebody.reads]
    assert asked == [
        (NodeRef("light.lamp", "entities"),),
        (NodeRef("pump", "entities"),),
    ]


@pytest.mark.parametrize("where", [{}, {"jid": HOME, "node": "light.other"}])
async def test_a_device_of_the_same_account_is_not_the_house(
    cabin: Cabin, where: dict[str, str]
) -> None:
    """While the house is away a thermostat would take for itself what is meant for the house's lamp."""
    thermostat = f"{HOME}/thermostat"
    cabin.home.go(online=False)
    cabin.line.online[HOME] = (thermostat,)
    cabin.line.of = {thermostat: ("urn:nf:iot:sd:1.0", "urn:nf:iot:ctr:1.0")}
    lamp = {"entity_id": cabin.shows("light", f"{CABIN}:{HOME}:lamp")}

    for data in (where or lamp, {**(where or lamp), "keep_for": {"seconds": 1}}):
        with pytest.raises(HomeAssistantError) as refused:
            await cabin.act("control", **data, parameters={"power": True})
        assert refused.value.translation_key in {"not_connected", "order_expired"}
    assert cabin.somebody.controls == []


async def test_an_entity_of_a_node_that_has_gone_is_not_that_of_another(
    cabin: Cabin,
) -> None:
    """Also where its id begins like the other one's: of another Home Assistant it is all of the id or nothing."""
    gone = cabin.shows("light", f"{CABIN}:{HOME}:lamp:parameter:level")
    longer = cabin.shows("number", f"{CABIN}:{HOME}:pump@entities:else")

    for entity_id in (gone, longer):
        assert await cabin.refuses("read", entity_id=entity_id) == "not_mirrored"
    assert cabin.somebody.reads == []


async def test_an_entity_that_shows_no_node_is_refused(cabin: Cabin) -> None:
    """One of our own, one that shows the house itself, and one that is not there."""
    registry = er.async_get(cabin.hass)
    other = registry.async_get_or_create("light", "other", "1").entity_id
    house = cabin.shows("sensor", f"{CABIN}:{HOME}")

    for entity_id in (other, house, "light.none"):
        assert await cabin.refuses("read", entity_id=entity_id) == "not_mirrored"


@pytest.mark.parametrize("data", [{}, {"jid": HOME, "entity_id": "light.lamp"}])
async def test_either_an_address_or_an_entity_is_needed(
    cabin: Cabin, data: dict[str, str]
) -> None:
    """Not both of them."""
    with pytest.raises(vol.Invalid):
        await cabin.act("read", **data)


async def test_who_may_only_look_may_only_read(cabin: Cabin) -> None:
    """And who may not use an entity here may not use its node by any other way."""
    lamp = cabin.shows("light", f"{CABIN}:{HOME}:lamp")
    groups = {
        group: await cabin.hass.auth.async_get_group(group)
        for group in (GROUP_ID_READ_ONLY, GROUP_ID_USER)
    }
    guest, user = (
        MockUser(groups=[group]).add_to_hass(cabin.hass) for group in groups.values()
    )
    of_the_lamp = MockUser().add_to_hass(cabin.hass)
    of_the_lamp.mock_policy({CAT_ENTITIES: {"entity_ids": {lamp: True}}})
    setting = {"parameters": {"power": True}}

    await cabin.act("read", user=guest, jid=HOME)
    await cabin.act("control", user=user, jid=HOME, node="pump", **setting)
    await cabin.act("control", user=of_the_lamp, entity_id=lamp, **setting)

    for who, where in (
        (guest, {"entity_id": lamp}),
        (guest, {"jid": HOME, "node": "light.lamp"}),
        (of_the_lamp, {"jid": HOME, "node": "light.lamp"}),
        (MockUser(id="gone"), {"entity_id": lamp}),
    ):
        with pytest.raises(Unauthorized):
            await cabin.act("control", user=who, **where, **setting)
    with pytest.raises(Unauthorized):
        await cabin.act("import_statistics", user=user, entity_id=lamp)
