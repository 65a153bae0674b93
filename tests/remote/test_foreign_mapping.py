"""What somebody has corrected of what was guessed."""

from typing import Any

import pytest

from custom_components.xmpp_iot.remote.foreign import ForeignEntity
from custom_components.xmpp_iot.remote.foreign_mapping import ForeignMapping
from custom_components.xmpp_iot.remote.foreign_view import ForeignView, ForeignViews
from custom_components.xmpp_iot.remote.node import RemoteNode
from homeassistant.const import Platform

from .foreign_nodes import asked, said, tell, thing


def mapping(**corrections: dict[str, Any]) -> ForeignMapping:
    """Return corrections of the thing; keys have a colon, which is written with an underscore here."""
    return ForeignMapping.from_data(
        {
            "mapping": {
                "thing@things": {
                    key.replace("_", ":"): one for key, one in corrections.items()
                }
            }
        }
    )


@pytest.fixture
def node() -> RemoteNode:
    """Return a thing."""
    return thing(
        said("Level", 3.0, "%"),
        said("Open", True),
        form=[asked("Relay", "xs:boolean"), asked("Note", "xs:string")],
    )


@pytest.mark.parametrize(
    ("key", "correction", "expected"),
    [
        ("field_Level", {}, (Platform.SENSOR, None, "%")),
        ("field_Level", {"device_class": "battery"}, (Platform.SENSOR, "battery", "%")),
        ("field_Level", {"device_class": "nonsense"}, (Platform.SENSOR, None, "%")),
        ("field_Level", {"unit": "cm"}, (Platform.SENSOR, None, "cm")),
        ("field_Level", {"unit": ""}, (Platform.SENSOR, None, None)),
        ("field_Level", {"platform": "light"}, (Platform.SENSOR, None, "%")),
        ("field_Open", {}, (Platform.BINARY_SENSOR, "opening", None)),
        ("field_Open", {"device_class": ""}, (Platform.BINARY_SENSOR, None, None)),
        ("field_Open", {"platform": "sensor"}, (Platform.SENSOR, None, None)),
        ("field_Open", {"unit": "m"}, (Platform.BINARY_SENSOR, "opening", None)),
        ("parameter_Relay", {"platform": "light"}, (Platform.LIGHT, None, None)),
        (
            "parameter_Relay",
            {"device_class": "outlet"},
            (Platform.SWITCH, "outlet", None),
        ),
        (
            "parameter_Note",
            {"platform": "sensor", "device_class": "timestamp"},
            (Platform.SENSOR, "timestamp", None),
        ),
    ],
)
def test_it_is_what_it_should_be(
    node: RemoteNode,
    key: str,
    correction: dict[str, Any],
    expected: tuple[Platform, str | None, str | None],
) -> None:
    """A correction counts as far as it fits."""
    found = {one.key: one for one in mapping(**{key: correction}).entities(node)}

    one = found[key.replace("_", ":")]
    assert (one.platform, one.device_class, one.unit) == expected
    assert len(found) == 4


def test_what_is_not_wanted_is_not_there(node: RemoteNode) -> None:
    """What is hidden is not shown."""
    found = mapping(field_Open={"hidden": True}).entities(node)

    assert {one.key for one in found} == {
        "field:Level",
        "parameter:Relay",
        "parameter:Note",
    }


def test_without_corrections_it_is_as_guessed(node: RemoteNode) -> None:
    """A house of which nothing was corrected has no mapping."""
    assert len(ForeignMapping.from_data({}).entities(node)) == 4


class Stage:
    """Who shows what appears."""

    def __init__(self, corrections: ForeignMapping) -> None:
        """Show nothing yet."""
        self.seen: list[tuple[str, str]] = []
        self.views = ForeignViews(corrections, self.appeared)

    def appeared(self, view: ForeignView, entity: ForeignEntity) -> None:
        """Remember what appeared."""
        assert view.entities[entity.key] is entity
        self.seen.append((entity.key, entity.platform))


def test_what_a_node_says_later_appears(node: RemoteNode) -> None:
    """Whatever a node says for the first time appears once."""
    stage = Stage(mapping())
    stage.views.add(node)
    stage.seen.clear()

    tell(node, said("Open", False))
    tell(node, said("Count", 1))
    tell(node, said("Count", 2))
    assert stage.views.add(node) in list(stage.views)

    assert stage.seen == [("field:Count", "sensor")]


def test_a_node_that_went_is_not_looked_at(node: RemoteNode) -> None:
    """Nothing appears of a node that is shown no more."""
    stage = Stage(mapping())
    stage.views.add(node)
    stage.views.remove(node)
    stage.views.remove(node)
    stage.seen.clear()

    tell(node, said("Count", 1))

    assert stage.seen == []


def test_a_correction_shows_it_anew(node: RemoteNode) -> None:
    """What is corrected appears on its new platform, and is not wanted on the old one."""
    stage = Stage(mapping())
    view = stage.views.add(node)
    stage.seen.clear()

    stage.views.adapt(
        mapping(parameter_Relay={"platform": "light"}, field_Level={"hidden": True})
    )

    assert stage.seen == [("parameter:Relay", "light")]
    assert view.is_wanted("parameter:Relay", "light")
    assert not view.is_wanted("parameter:Relay", "switch")
    assert not view.is_wanted("field:Level", "sensor")
    assert view.is_wanted("field:Unheard of", "sensor")


def test_parts_of_a_light_are_not_wanted_beside_it() -> None:
    """What was shown by itself goes when it becomes a part of a light."""
    node = thing(form=[asked("Lamp", "xs:boolean"), asked("Brightness", "xs:int")])
    view = ForeignView(node, mapping())

    assert view.is_wanted("light:Lamp", "light")
    assert not view.is_wanted("parameter:Brightness", "number")
