"""Updates of other houses."""

from typing import Any

import pytest

from custom_components.xmpp_iot.update import XmppIotUpdate
from homeassistant.exceptions import HomeAssistantError

from .conftest import Cabin

SOFTWARE: dict[str, Any] = {
    "installed_version": "1.0",
    "latest_version": "1.1",
    "release_summary": "A fix.",
    "supported_features": 31,
}


async def test_what_is_skipped_there_is_no_news_here(cabin: Cabin) -> None:
    """An update that the other house skips is off here too, and not skipped here."""
    node = cabin.node("update.bulb", "off", **SOFTWARE, skipped_version="1.1")

    shown = await cabin.show(node, XmppIotUpdate)

    assert shown.state == "off"
    assert shown.attributes["skipped_version"] is None

    cabin.change(node, "on", skipped_version=None)
    assert cabin.state(shown.entity_id).state == "on"


async def test_what_is_skipped_here_is_skipped_here_only(cabin: Cabin) -> None:
    """Skipping is Home Assistant's own, and each house's for itself."""
    node = cabin.node("update.bulb", "on", **SOFTWARE)
    shown = await cabin.show(node, XmppIotUpdate)

    assert await cabin.act("update.skip", shown.entity_id) == []
    assert cabin.state(shown.entity_id).state == "off"
    assert cabin.state(shown.entity_id).attributes["skipped_version"] == "1.1"

    cabin.change(node, "on", latest_version="1.2")
    assert cabin.state(shown.entity_id).state == "on"


async def test_a_refused_installation_is_over(cabin: Cabin) -> None:
    """An installation that the other house refuses does not look as if it were going on."""
    shown = await cabin.show(cabin.node("update.bulb", "on", **SOFTWARE), XmppIotUpdate)
    cabin.house.refusal = HomeAssistantError("Only an administrator.")

    with pytest.raises(HomeAssistantError, match="administrator"):
        await cabin.act("update.install", shown.entity_id)

    state = cabin.state(shown.entity_id)
    assert (state.state, state.attributes["in_progress"]) == ("on", False)


async def test_its_notes_are_its_summary(cabin: Cabin) -> None:
    """The full notes never leave the other house, the summary does."""
    node = cabin.node("update.bulb", "on", **SOFTWARE)

    assert await XmppIotUpdate(cabin.house, node).async_release_notes() == "A fix."
