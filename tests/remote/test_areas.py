"""Areas that another house suggests: as many as a house has, and no more."""

import pytest

from custom_components.xmpp_iot.remote import areas as module
from custom_components.xmpp_iot.remote.areas import MOST_AREAS, Suggestions
from custom_components.xmpp_iot.remote.devices import Devices
from custom_components.xmpp_iot.remote.nodes import NodeStore

from .far import HOME, described, everything


def test_not_any_number_of_areas_is_suggested(caplog: pytest.LogCaptureFixture) -> None:
    """Those there are already go on to be; that there are too many is said once."""
    suggestions = Suggestions()
    names = [f"Room {number}" for number in range(MOST_AREAS + 2)]

    found = [suggestions.of("home", name) for name in names]

    assert found == [*names[:MOST_AREAS], None, None]
    assert suggestions.of("home", names[0]) == names[0]
    assert caplog.text.count("more than 100 areas") == 1


def test_a_name_is_no_longer_than_people_read() -> None:
    """And one of blanks is none."""
    suggestions = Suggestions()

    assert suggestions.of("home", " Kitchen ") == "Kitchen"
    assert suggestions.of("home", "x" * 1000) == "x" * 100
    assert suggestions.of("home", "  ") is None


def test_a_device_in_one_area_too_many_suggests_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is a device all the same."""
    monkeypatch.setattr(module, "MOST_AREAS", 1)
    store = NodeStore(everything)
    devices = Devices(own="cabin@example.org", house=HOME, store=store)
    devices.adapt("Home", {})
    made = []
    for number in range(2):
        device = described(f"device:{number}", parent=f"area:{number}", uid=str(number))
        area = described(f"area:{number}", name=f"Room {number}", uid=f"a{number}")
        store.replace_all((area, device), final=False)
        made.append(devices.device_info(device))

    assert made[0].get("suggested_area") == "Room 0"
    assert "suggested_area" not in made[1]
    assert made[1]["name"] == "device:1"
