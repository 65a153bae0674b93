"""What another house has, counted."""

from custom_components.xmpp_iot.remote.tally import tally

from .street import Neighbour, area, node


def test_nodes_are_counted_by_what_they_can_be_chosen_by() -> None:
    """By area, also where a device is between, by domain and by label; only what can be shown is."""
    counted = tally(Neighbour().nodes)

    assert counted.count == 4
    assert counted.areas == {"kitchen": ("Kitchen", 2)}
    assert counted.domains == {"light": 2, "sensor": 1, "": 1}
    assert counted.labels == {"Cosy": 1}
    assert counted.nodes == {
        "lamp": "Lamp (light.lamp)",
        "ceiling": "Ceiling (light.ceiling)",
        "rain": "Rain (sensor.rain)",
        "pump@entities": "Pump (pump)",
    }


def test_what_has_no_name_is_called_by_its_id() -> None:
    """Once, and an area too; one in which nothing is counts none."""
    counted = tally((area("attic", ""), node("light.a", ""), node("b", "b", kind="B")))

    assert counted.nodes == {"light.a": "light.a", "b@entities": "b"}
    assert counted.areas == {"attic": ("attic", 0)}


def test_a_house_without_anything() -> None:
    """Has nothing to choose."""
    counted = tally(())

    assert counted.count == 0
    assert not counted.areas
    assert not counted.domains
