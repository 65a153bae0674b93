"""What Home Assistant shows of nodes that are none of its kin, and what becomes of its actions."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from custom_components.xmpp_iot.remote.foreign_mapping import ForeignMapping
from custom_components.xmpp_iot.remote.foreign_platforms import SHOWN_BY
from custom_components.xmpp_iot.remote.foreign_view import ForeignView
from custom_components.xmpp_iot.remote.node import RemoteNode
from custom_components.xmpp_iot.wire.form_model import FormFieldType
from custom_components.xmpp_iot.wire.model import Command, ValueType
from homeassistant.core import State
from homeassistant.exceptions import HomeAssistantError
from tests.remote.foreign_nodes import asked, offer, said, tell, thing

from .conftest import Cabin

LAMP = asked("Lamp", "xs:boolean")
BRIGHTNESS = asked("Brightness", "xs:int", limits=("0", "100"))
LEVEL = asked("Level", "xs:double", limits=("1", "5"))
COLOR = asked("Color", "xdc:Color")


@dataclass
class Bench:
    """A house that shows foreign nodes."""

    cabin: Cabin

    async def show(self, node: RemoteNode, key: str, **correction: Any) -> State:
        """Show what has that key of a node, corrected."""
        mapping = ForeignMapping({node.uid: {key: correction}})
        view = ForeignView(node, mapping)
        kind = SHOWN_BY[view.entities[key].platform]
        return await self.cabin.show(node, lambda house, _: kind(house, view, key))

    def now(self, shown: State) -> State:
        """Return how it is now."""
        return self.cabin.state(shown.entity_id)

    async def act(self, action: str, shown: State, **data: Any) -> dict[str, Any]:
        """Perform an action, and return what was set for it."""
        self.cabin.house.settings.clear()
        await self.cabin.act(action, shown.entity_id, **data)
        ((_, parameters),) = self.cabin.house.settings
        return parameters


@pytest.fixture
def bench(cabin: Cabin) -> Bench:
    """Return it."""
    return Bench(cabin)


async def test_a_sensor_shows_a_number(bench: Bench) -> None:
    """A number has its unit, its class, and is counted."""
    node = thing(said("Temperature", 20.5, "C"))

    shown = await bench.show(node, "field:Temperature")

    assert shown.state == "20.5"
    assert shown.name == "Home Temperature"
    assert shown.attributes["unit_of_measurement"] == "°C"
    assert shown.attributes["device_class"] == "temperature"
    assert shown.attributes["state_class"] == "measurement"
    tell(node, said("Temperature", 21.0, "C"))
    assert bench.now(shown).state == "21.0"


@pytest.mark.parametrize(
    ("value", "kind", "state"),
    [
        ("open", ValueType.STRING, "open"),
        (date(2026, 12, 24), ValueType.DATE, "2026-12-24"),
        (
            datetime(2026, 1, 1, tzinfo=UTC),
            ValueType.DATE_TIME,
            "2026-01-01T00:00:00+00:00",
        ),
        (time(6, 30), ValueType.TIME, "06:30:00"),
        (timedelta(minutes=2), ValueType.DURATION, "120.0"),
        (float("inf"), ValueType.DOUBLE, "unknown"),
    ],
)
async def test_a_sensor_shows_anything(
    bench: Bench, value: Any, kind: ValueType, state: str
) -> None:
    """Whatever a node says has a state."""
    shown = await bench.show(thing(said("It", value, type=kind)), "field:It")

    assert shown.state == state


async def test_a_wrong_correction_breaks_nothing(bench: Bench) -> None:
    """A text that somebody takes for a moment is not known."""
    node = thing(said("It", "soon"))

    shown = await bench.show(node, "field:It", device_class="timestamp", unit="s")

    assert shown.state == "unknown"
    assert "unit_of_measurement" not in shown.attributes


async def test_a_binary_sensor_shows_a_yes_or_no(bench: Bench) -> None:
    """A yes or no is on or off; anything else it may say is not known."""
    node = thing(said("Door", True))
    shown = await bench.show(node, "field:Door")

    assert (shown.state, shown.attributes["device_class"]) == ("on", "door")
    tell(node, said("Door", False))
    assert bench.now(shown).state == "off"


async def test_a_switch_is_turned(bench: Bench) -> None:
    """A switch sets its parameter, and shows what it is told."""
    node = thing(said("Relay", False), form=[asked("Relay", "xs:boolean")])
    shown = await bench.show(node, "parameter:Relay")

    assert await bench.act("switch.turn_on", shown) == {"Relay": True}
    assert await bench.act("switch.turn_off", shown) == {"Relay": False}
    assert bench.now(shown).state == "off"
    tell(node, said("Relay", True))
    assert bench.now(shown).state == "on"


async def test_a_number_is_set(bench: Bench) -> None:
    """A number is set within its range, whole where it is whole."""
    node = thing(said("Count", 3), form=[asked("Count", "xs:int", limits=("0", "9"))])
    shown = await bench.show(node, "parameter:Count")

    assert shown.state == "3"
    assert (shown.attributes["min"], shown.attributes["max"]) == (0, 9)
    assert (shown.attributes["step"], shown.attributes["mode"]) == (1, "auto")
    parameters = await bench.act("number.set_value", shown, value=5)
    assert parameters == {"Count": 5}
    assert type(parameters["Count"]) is int


async def test_a_duration_is_set_in_seconds(bench: Bench) -> None:
    """A span of time is a number of seconds, without a range where none is said."""
    node = thing(form=[asked("Delay", "xs:duration", "PT1M")])
    shown = await bench.show(node, "parameter:Delay")

    assert (shown.state, shown.attributes["mode"]) == ("60.0", "box")
    assert await bench.act("number.set_value", shown, value=90) == {
        "Delay": timedelta(seconds=90)
    }


async def test_a_choice_is_made_by_its_label(bench: Bench) -> None:
    """A select has the labels of its choices, and sets what they stand for."""
    options = [("1", "Eco"), ("2", "Comfort")]
    node = thing(said("Mode", 1), form=[asked("Mode", options=options)])
    shown = await bench.show(node, "parameter:Mode")

    assert shown.state == "Eco"
    assert shown.attributes["options"] == ["Eco", "Comfort"]
    assert await bench.act("select.select_option", shown, option="Comfort") == {
        "Mode": "2"
    }
    tell(node, said("Mode", 3))
    assert bench.now(shown).state == "unknown"


async def test_labels_that_are_alike_do_not_count(bench: Bench) -> None:
    """Choices whose labels are the same are told apart by their values."""
    node = thing(form=[asked("Mode", "", "b", options=[("a", "On"), ("b", "On")])])
    shown = await bench.show(node, "parameter:Mode")

    assert shown.state == "b"
    assert shown.attributes["options"] == ["a", "b"]


async def test_a_text_is_set(bench: Bench) -> None:
    """A text is shown as far as it fits, and set."""
    node = thing(
        said("Note", "abc"), form=[asked("Note", "xs:string", pattern="[a-z]*")]
    )
    shown = await bench.show(node, "parameter:Note")

    assert shown.state == "abc"
    assert await bench.act("text.set_value", shown, value="xyz") == {"Note": "xyz"}
    tell(node, said("Note", "A" * 300))
    assert bench.now(shown).state == "unknown"


async def test_what_is_private_is_not_shown(bench: Bench) -> None:
    """What is typed with nobody looking is not shown either."""
    field = asked("Pin", "", "1234", type=FormFieldType.TEXT_PRIVATE)
    shown = await bench.show(thing(form=[field]), "parameter:Pin")

    assert (shown.state, shown.attributes["mode"]) == ("unknown", "password")


@pytest.mark.parametrize(
    ("datatype", "told", "state", "action", "data", "value"),
    [
        (
            "xs:date",
            "2026-12-24",
            "2026-12-24",
            "date.set_value",
            {"date": "2026-12-25"},
            date(2026, 12, 25),
        ),
        (
            "xs:time",
            "06:30:00",
            "06:30:00",
            "time.set_value",
            {"time": "07:00:00"},
            time(7),
        ),
        (
            "xs:dateTime",
            "2026-01-01T00:00:00Z",
            "2026-01-01T00:00:00+00:00",
            "datetime.set_value",
            {"datetime": "2026-01-02T00:00:00+00:00"},
            datetime(2026, 1, 2, tzinfo=UTC),
        ),
    ],
)
async def test_days_and_times_are_set(
    bench: Bench,
    datatype: str,
    told: str,
    state: str,
    action: str,
    data: dict[str, str],
    value: object,
) -> None:
    """What only the form says is shown too, and set as what it is."""
    shown = await bench.show(
        thing(form=[asked("When", datatype, told)]), "parameter:When"
    )

    assert shown.state == state
    assert await bench.act(action, shown, **data) == {"When": value}


async def test_a_button_is_a_command(bench: Bench) -> None:
    """Pressing a button carries its command out, of a node that cannot be read too."""
    node = thing(commands=[Command(id="wink", name="Wink")])
    shown = await bench.show(node, "command:wink")

    assert shown.state == "unknown"
    assert await bench.cabin.act("button.press", shown.entity_id) == [
        ("thing", "wink", {})
    ]


async def test_a_light_has_all_three(bench: Bench) -> None:
    """A light is turned on, as bright and in the colour that is wanted, in the order of the form."""
    node = thing(
        said("Lamp", True),
        said("Brightness", 40),
        said("Color", "FF8800"),
        form=[BRIGHTNESS, COLOR, LAMP],
    )
    shown = await bench.show(node, "light:Lamp")

    assert shown.state == "on"
    assert shown.attributes["brightness"] == 102
    assert shown.attributes["rgb_color"] == (255, 136, 0)
    parameters = await bench.act(
        "light.turn_on", shown, brightness=128, rgb_color=[0, 0, 255]
    )
    assert list(parameters.items()) == [
        ("Brightness", 50),
        ("Color", "0000FF"),
        ("Lamp", True),
    ]
    assert await bench.act("light.turn_on", shown) == {"Lamp": True}
    assert await bench.act("light.turn_off", shown) == {"Lamp": False}


async def test_a_light_can_be_dimmed_only(bench: Bench) -> None:
    """A brightness goes from one end of its range to the other."""
    node = thing(said("Lamp", True), said("Level", 5.0), form=[LAMP, LEVEL])
    shown = await bench.show(node, "light:Lamp")

    assert shown.attributes["brightness"] == 255
    assert shown.attributes["supported_color_modes"] == ["brightness"]
    assert await bench.act("light.turn_on", shown, brightness=51) == {
        "Lamp": True,
        "Level": pytest.approx(1.8),
    }
    tell(node, said("Level", "high"))
    assert bench.now(shown).attributes["brightness"] is None


async def test_a_colour_may_be_all_there_is(bench: Bench) -> None:
    """A light without a brightness is as bright as its colour."""
    node = thing(said("Lamp", True), said("Color", "800000"), form=[LAMP, COLOR])
    shown = await bench.show(node, "light:Lamp")

    assert shown.attributes["brightness"] == 128
    assert shown.attributes["rgb_color"] == (255, 0, 0)
    assert await bench.act("light.turn_on", shown, brightness=64) == {
        "Lamp": True,
        "Color": "400000",
    }
    assert await bench.act("light.turn_on", shown, rgb_color=[0, 255, 0]) == {
        "Lamp": True,
        "Color": "008000",
    }
    tell(node, said("Color", "000000"))
    assert bench.now(shown).attributes["brightness"] == 0
    assert (await bench.act("light.turn_on", shown, brightness=255))[
        "Color"
    ] == "FFFFFF"
    tell(node, said("Color", "blue"))
    assert bench.now(shown).attributes["rgb_color"] is None


async def test_a_switch_may_be_a_light(bench: Bench) -> None:
    """Somebody may say that a switch is a light."""
    node = thing(said("Relay", True), form=[asked("Relay", "xs:boolean")])
    shown = await bench.show(node, "parameter:Relay", platform="light")

    assert shown.attributes["supported_color_modes"] == ["onoff"]
    assert await bench.act("light.turn_off", shown) == {"Relay": False}


async def test_a_refusal_is_raised(bench: Bench) -> None:
    """What the node refuses fails here."""
    node = thing(form=[asked("Relay", "xs:boolean")])
    shown = await bench.show(node, "parameter:Relay")
    bench.cabin.house.refusal = HomeAssistantError("Stuck.")

    with pytest.raises(HomeAssistantError, match="Stuck"):
        await bench.cabin.act("switch.turn_on", shown.entity_id)


async def test_it_is_there_as_long_as_the_node_is(bench: Bench) -> None:
    """What cannot be read, is offered no more or is away is unavailable, until it is there again."""
    node = thing(said("Relay", True), form=[asked("Relay", "xs:boolean")])
    shown = await bench.show(node, "parameter:Relay")

    tell(node, error="Out of reach.")
    assert bench.now(shown).state == "unavailable"
    tell(node, said("Relay", True))
    assert bench.now(shown).state == "on"
    offer(node)
    assert bench.now(shown).state == "unavailable"
    offer(node, asked("Relay", "xs:boolean"))
    assert bench.now(shown).state == "on"
    bench.cabin.house.go(online=False)
    assert bench.now(shown).state == "unavailable"
