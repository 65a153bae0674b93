"""The repair issue of a provisioning server that has no opinion."""

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot.const import DOMAIN
from custom_components.xmpp_iot.contacts.opinion_issue import async_report_trouble
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

SERVER = "provisioning.example.org"


async def test_an_issue_is_there_as_long_as_the_trouble(hass: HomeAssistant) -> None:
    """It names the account, the server and the reason, and each account has its own."""
    home = MockConfigEntry(domain=DOMAIN, title="Home")
    cabin = MockConfigEntry(domain=DOMAIN, title="Cabin")
    registry = ir.async_get(hass)
    async_report_trouble(hass, home, SERVER, "silence")
    async_report_trouble(hass, cabin, SERVER, "silence")
    issue = registry.async_get_issue(
        DOMAIN, f"provisioning_unreachable_{home.entry_id}"
    )
    assert issue is not None
    assert issue.translation_key == "provisioning_unreachable"
    assert issue.translation_placeholders == {
        "account": "Home",
        "server": SERVER,
        "reason": "silence",
    }
    assert not issue.is_fixable
    async_report_trouble(hass, home, SERVER, None)
    assert list(registry.issues) == [
        (DOMAIN, f"provisioning_unreachable_{cabin.entry_id}")
    ]
