"""Device trackers and persons of other houses."""

from custom_components.xmpp_iot.device_tracker import XmppIotDeviceTracker

from .conftest import Cabin, differences


async def test_home_is_over_there(cabin: Cabin) -> None:
    """Who is at home over there is not in this house's home zone for being connected there."""
    node = cabin.node(
        "device_tracker.tv",
        "home",
        source_type="router",
        tracking_type="connection",
        in_zones=["zone.home"],
    )

    shown = await cabin.show(node, XmppIotDeviceTracker)

    assert shown.state == "home"
    assert differences(cabin.originals[node.id], shown) == {
        "in_zones": (["zone.home"], [])
    }


async def test_zones_are_those_of_this_house(cabin: Cabin) -> None:
    """Who has coordinates is among this house's zones, whatever the other house calls the place."""
    config = cabin.hass.config
    node = cabin.node(
        "device_tracker.phone",
        "The neighbours",
        source_type="gps",
        latitude=config.latitude,
        longitude=config.longitude,
        gps_accuracy=5,
        in_zones=[],
    )
    cabin.hass.states.async_set(
        "zone.home",
        "0",
        {
            "latitude": config.latitude,
            "longitude": config.longitude,
            "radius": 100,
            "passive": False,
        },
    )

    shown = await cabin.show(node, XmppIotDeviceTracker)

    assert shown.state == "The neighbours"
    assert shown.attributes["in_zones"] == ["zone.home"]


async def test_a_person_is_somewhere_too(cabin: Cabin) -> None:
    """A person is shown as what is tracked, with all that is said of them."""
    node = cabin.node(
        "person.anne",
        "not_home",
        latitude=52.1,
        longitude=5.2,
        gps_accuracy=20,
        id="anne",
        device_trackers=["device_tracker.phone"],
        in_zones=[],
        editable=False,
    )

    shown = await cabin.show(node, XmppIotDeviceTracker)

    assert differences(cabin.originals[node.id], shown) == {
        "source_type": (None, "gps")
    }


async def test_there_are_no_such_places(cabin: Cabin) -> None:
    """Coordinates beyond the poles are none."""
    node = cabin.node(
        "device_tracker.phone", "unknown", source_type="gps", latitude=91, longitude=0
    )

    shown = await cabin.show(node, XmppIotDeviceTracker)

    assert shown.state == "unknown"
    assert "latitude" not in shown.attributes
