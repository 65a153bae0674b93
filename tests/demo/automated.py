"""What `cabin` does by itself with what it shows of `home`: one automation by entity ids, one by devices.

The first names entities, as most people's do; the second one the registries' ids, as the editor writes it.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from scripts.support.linking import mirrors

from .linked import Houses, Json

GUESTS: Final = "input_boolean.guests_stay"
LIGHT: Final = "light.kitchen_lights"
COOLING: Final = "switch.ac"

_CONFIG: Final = "/api/config/automation/config"
_BY_ENTITIES: Final = "guests_stay"
_BY_DEVICES: Final = "light_goes_out"


async def automate(houses: Houses) -> None:
    """Have `cabin` put the light out when guests stay, and cool when the light goes out: all in `home`."""
    guests, light = houses.mirrors[GUESTS], houses.mirrors[LIGHT]
    registered = {
        one["entity_id"]: one for one in (await mirrors(houses.cabin)).values()
    }

    def device(entity_id: str) -> Mapping[str, Any]:
        entry = registered[entity_id]
        domain = entity_id.partition(".")[0]
        return {
            "device_id": entry["device_id"],
            "entity_id": entry["id"],
            "domain": domain,
        }

    await houses.cabin.post(
        f"{_CONFIG}/{_BY_ENTITIES}",
        {
            "alias": "Guests stay",
            # (not when the house is there again)
            "triggers": [
                {"trigger": "state", "entity_id": guests, "from": "off", "to": "on"}
            ],
            "actions": [{"action": "light.turn_off", "target": {"entity_id": light}}],
        },
    )
    await houses.cabin.post(
        f"{_CONFIG}/{_BY_DEVICES}",
        {
            "alias": "Light goes out",
            "triggers": [{"trigger": "device", "type": "turned_off", **device(light)}],
            "actions": [{"type": "turn_on", **device(houses.mirrors[COOLING])}],
        },
    )


async def automations(houses: Houses) -> Mapping[str, Any]:
    """Return what `cabin` does by itself, as its Home Assistant says."""
    found = {
        name: await houses.cabin.get(f"{_CONFIG}/{name}")
        for name in (_BY_ENTITIES, _BY_DEVICES)
    }
    states = await houses.cabin.get("/api/states")
    found["enabled"] = {
        one["entity_id"]: one["state"]
        for one in states
        if one["entity_id"].startswith("automation.")
    }
    return found


async def let_guests_stay(houses: Houses) -> None:
    """Return when both automations have done their work; TimeoutError where they do not.

    Everything is set in `home` first, such that each of them has something to do.
    """
    for entity_id, state in ((LIGHT, "on"), (GUESTS, "off"), (COOLING, "off")):
        await houses.home.action("homeassistant", f"turn_{state}", entity_id=entity_id)
        await houses.at_cabin(entity_id, partial(_is, state))

    await houses.home.action("homeassistant", "turn_on", entity_id=GUESTS)

    await houses.at_home(LIGHT, partial(_is, "off"))
    await houses.at_home(COOLING, partial(_is, "on"))
    await houses.home.action("homeassistant", "turn_on", entity_id=LIGHT)
    await houses.at_cabin(LIGHT, partial(_is, "on"))


def _is(state: str, one: Json) -> bool:
    return bool(one["state"] == state)
