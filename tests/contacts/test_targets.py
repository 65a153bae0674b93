"""What nobody is ever granted."""

from custom_components.xmpp_iot.contacts.targets import NOT_SHARED, async_shareable
from homeassistant.core import HomeAssistant


async def test_the_houses_ears_and_mouth_are_shared_with_nobody(
    hass: HomeAssistant,
) -> None:
    """Some domains are for the house itself, whatever was granted."""
    for domain in {"light", *NOT_SHARED}:
        hass.states.async_set(f"{domain}.any", "on")
    assert async_shareable(hass) == {"light.any"}
