"""What is dangerous, and what is as dangerous as that."""

import pytest

from custom_components.xmpp_iot.contacts.danger import async_is_dangerous
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar, entity_registry as er
from homeassistant.setup import async_setup_component


@pytest.mark.parametrize(
    ("entity_id", "device_class", "action", "dangerous"),
    [
        ("lock.door", None, "unlock", True),
        ("lock.door", None, "open", True),
        ("lock.door", None, "lock", False),
        ("alarm_control_panel.alarm", None, "alarm_disarm", True),
        ("alarm_control_panel.alarm", None, "alarm_arm_away", False),
        ("cover.garage", "garage", "open_cover", True),
        ("cover.garage", "garage", "close_cover", True),
        ("cover.garage", "garage", "set_cover_position", True),
        ("cover.garage", "garage", "toggle", True),
        ("cover.garage", "garage", "stop_cover", False),
        ("cover.door", "door", "open_cover", True),
        ("cover.gate", "gate", "open_cover", True),
        ("cover.blind", "blind", "open_cover", False),
        ("cover.plain", None, "open_cover", False),
        ("valve.water", "water", "open_valve", True),
        ("valve.water", None, "close_valve", True),
        ("valve.water", None, "stop_valve", False),
        ("siren.siren", None, "turn_on", True),
        ("siren.siren", None, "turn_off", True),
        ("light.lamp", None, "turn_on", False),
        ("switch.pump", None, "toggle", False),
    ],
)
def test_what_lets_somebody_in_is_dangerous(
    hass: HomeAssistant,
    entity_id: str,
    device_class: str | None,
    action: str,
    dangerous: bool,
) -> None:
    """Unlocking, opening, disarming, whatever moves an entrance or water, and noise."""
    hass.states.async_set(entity_id, "on", {"device_class": device_class})
    assert async_is_dangerous(hass, entity_id, action) is dangerous


def test_a_group_is_as_dangerous_as_its_members(hass: HomeAssistant) -> None:
    """However deep they are in it, and also when it has itself as a member."""
    hass.states.async_set("cover.garage", "closed", {"device_class": "garage"})
    hass.states.async_set("cover.inner", "closed", {"entity_id": ["cover.garage"]})
    hass.states.async_set(
        "cover.outer", "closed", {"entity_id": ["cover.inner", "cover.outer", 7]}
    )
    hass.states.async_set("cover.blinds", "closed", {"entity_id": ["cover.blind"]})

    assert async_is_dangerous(hass, "cover.outer", "open_cover")
    assert not async_is_dangerous(hass, "cover.outer", "stop_cover")
    assert not async_is_dangerous(hass, "cover.blinds", "open_cover")


def test_a_scene_is_as_dangerous_as_what_it_sets(hass: HomeAssistant) -> None:
    """A scene that locks may unlock as well: nobody looks into it."""
    hass.states.async_set("lock.door", "locked")
    hass.states.async_set("scene.home", "", {"entity_id": ["light.a", "lock.door"]})
    hass.states.async_set("scene.cosy", "", {"entity_id": ["light.a"]})

    assert async_is_dangerous(hass, "scene.home", "turn_on")
    assert not async_is_dangerous(hass, "scene.cosy", "turn_on")


async def test_a_script_is_as_dangerous_as_what_it_names(hass: HomeAssistant) -> None:
    """By entity or by area; to stop it is not dangerous."""
    kitchen = ar.async_get(hass).async_create("Kitchen")
    entry = er.async_get(hass).async_get_or_create("lock", "demo", "back")
    er.async_get(hass).async_update_entity(entry.entity_id, area_id=kitchen.id)
    hass.states.async_set(entry.entity_id, "locked")
    hass.states.async_set("lock.front", "locked")

    def calling(target: dict[str, str]) -> dict[str, object]:
        return {"sequence": [{"action": "lock.unlock", "target": target}]}

    assert await async_setup_component(
        hass,
        "script",
        {
            "script": {
                "by_entity": calling({"entity_id": "lock.front"}),
                "by_area": calling({"area_id": kitchen.id}),
                "harmless": calling({"entity_id": "light.lamp"}),
            }
        },
    )

    assert async_is_dangerous(hass, "script.by_entity", "turn_on")
    assert async_is_dangerous(hass, "script.by_area", "toggle")
    assert not async_is_dangerous(hass, "script.by_area", "turn_off")
    assert not async_is_dangerous(hass, "script.harmless", "turn_on")


async def test_an_automation_is_as_dangerous_as_what_it_names(
    hass: HomeAssistant,
) -> None:
    """Whoever may trigger it could have what it does."""
    hass.states.async_set("lock.front", "locked")
    assert await async_setup_component(
        hass,
        "automation",
        {
            "automation": {
                "id": "welcome",
                "alias": "Welcome",
                "triggers": [],
                "actions": [
                    {"action": "lock.unlock", "target": {"entity_id": "lock.front"}}
                ],
            }
        },
    )

    assert async_is_dangerous(hass, "automation.welcome", "trigger")
    assert not async_is_dangerous(hass, "automation.welcome", "turn_off")
