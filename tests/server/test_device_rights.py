"""A device that has named the house as its provisioning server asks it what others may do."""

import asyncio
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from custom_components.xmpp_iot.const import SUBENTRY_CONTACT
from custom_components.xmpp_iot.wire.xml import from_text
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from scripts.support.servers import Prosody

from .conftest import contact
from .foreign import Element, Foreign
from .foreign_things import XSF_CONTROL, XSF_DATA, Device
from .test_foreign import Cabin, linking

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("socket_enabled")]

PROVISIONING = "urn:xmpp:iot:provisioning"
RELAY = "switch.pump_relay"


class Pump(Device):
    """A device that asks, and remembers what it is told until it is told to forget it."""

    def __init__(self) -> None:
        """Know nothing."""
        super().__init__()
        self.cleared = asyncio.Event()
        self.answers["clearCache"] = self.clear

    def clear(self, request: Element) -> str:
        """Forget."""
        self.cleared.set()
        return f"<clearCacheResponse xmlns='{PROVISIONING}'/>"

    async def forgets(self) -> None:
        """Wait until it is told to, again."""
        async with asyncio.timeout(10):
            await self.cleared.wait()
        self.cleared.clear()


async def ask(foreign: Foreign, matter: str, jid: str, more: str = "") -> Element:
    """Return what the house answers to a device's question."""
    iq: Any = foreign.xmpp.make_iq_get(ito=foreign.peer)
    text = f"<{matter} xmlns='{PROVISIONING}' jid='{jid}' {more}/>"
    foreign.texts.append(text)
    iq.append(from_text(text))
    answer: Element = (await iq.send(timeout=10)).xml[0]
    foreign.texts.append(ET.tostring(answer, encoding="unicode"))
    assert answer.tag == f"{{{PROVISIONING}}}{matter}Response"
    assert answer.get("jid") == jid
    return answer


async def allows(foreign: Foreign, matter: str, jid: str, more: str = "") -> bool:
    """Return whether the house says yes."""
    answer = await ask(foreign, matter, jid, more)
    return answer.get("result") in {"true", "1"}


def grant(cabin: Cabin, server: Prosody, level: str) -> ConfigSubentry:
    """Let the guest do something with the relay."""
    data = contact(server, "guest", level, RELAY)
    subentry = ConfigSubentry(
        data=data["data"],  # type: ignore[arg-type]
        subentry_type=SUBENTRY_CONTACT,
        title="Guest",
        unique_id=data["unique_id"],
    )
    cabin.hass.config_entries.async_add_subentry(cabin.entry, subentry)
    return subentry


async def test_a_device_is_told_what_a_contact_may_do(
    hass: HomeAssistant, prosody: Prosody
) -> None:
    """By the grants of what shows it here; and to forget it when they change."""
    pump = Pump()
    guest = prosody.accounts["guest"].jid
    features = (XSF_DATA, XSF_CONTROL, PROVISIONING)
    async with (
        Foreign.logged_in(prosody, "stranger", features, pump.answers) as foreign,
        linking(hass, prosody, foreign.bare, "Pump") as cabin,
    ):
        await cabin.until(RELAY)
        assert not await allows(foreign, "isFriend", guest)
        assert not await allows(foreign, "canRead", guest, "momentary='true'")

        reading = grant(cabin, prosody, "read")
        await pump.forgets()
        assert await allows(foreign, "isFriend", guest)
        answer = await ask(foreign, "canRead", guest, "momentary='true'")
        assert [one.get("name") for one in answer] == ["Relay"]
        assert not await allows(foreign, "canControl", guest)

        hass.config_entries.async_remove_subentry(cabin.entry, reading.subentry_id)
        await pump.forgets()
        grant(cabin, prosody, "control")
        await pump.forgets()
        answer = await ask(foreign, "canControl", guest)
        assert answer.get("result") == "true"
        assert [one.get("name") for one in answer] == ["Relay"]

        for subentry in cabin.entry.get_subentries_of_type(SUBENTRY_CONTACT):
            hass.config_entries.async_remove_subentry(cabin.entry, subentry.subentry_id)
        await pump.forgets()
        assert not await allows(foreign, "canControl", guest)
        assert not await allows(foreign, "isFriend", guest)
