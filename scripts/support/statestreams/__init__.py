"""A component for benches: Home Assistant's own `mqtt_statestream`, more than once in one house.

Home Assistant takes one configuration of it. This hands each of several on, so that one lane of entities is
published with attributes, as a mirror of them needs it, and another without.
"""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.components import mqtt_statestream
from homeassistant.core import HomeAssistant

DOMAIN: Final = "statestreams"


async def async_setup(hass: HomeAssistant, config: Mapping[str, Any]) -> bool:
    """Set up Home Assistant's own with each of the configurations."""
    name = mqtt_statestream.DOMAIN
    for options in config[DOMAIN]:
        checked = mqtt_statestream.CONFIG_SCHEMA({name: options})
        if not await mqtt_statestream.async_setup(hass, checked):
            return False
    return True
