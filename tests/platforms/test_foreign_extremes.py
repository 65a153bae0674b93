"""What foreign nodes say at the ends of what can be said: it is shown, or nothing is, and it never fails."""

from datetime import UTC, date, datetime, timedelta
import math
from typing import Any

import pytest

from custom_components.xmpp_iot.remote.foreign_mapping import ForeignMapping
from custom_components.xmpp_iot.remote.foreign_parameters import parameters
from custom_components.xmpp_iot.remote.foreign_platforms import SHOWN_BY
from custom_components.xmpp_iot.remote.foreign_view import ForeignView
from custom_components.xmpp_iot.remote.node import RemoteNode
from custom_components.xmpp_iot.wire.model import Value, ValueType
from homeassistant.core import State
from homeassistant.exceptions import HomeAssistantError
from tests.remote.foreign_nodes import asked, said, tell, thing

from .conftest import Cabin

HUGE = "1" + "0" * 90
LAMP = asked("Lamp", "xs:boolean")
NUMBERS = [
    math.nan,
    math.inf,
    -math.inf,
    1.7e308,
    -1.7e308,
    5e-324,
    2**63 - 1,
    -(2**63),
]


async def show(cabin: Cabin, node: RemoteNode, key: str) -> State:
    """Show what has that key of a node."""
    view = ForeignView(node, ForeignMapping({}))
    kind = SHOWN_BY[view.entities[key].platform]
    return await cabin.show(node, lambda house, _: kind(house, view, key))


@pytest.mark.parametrize("number", NUMBERS)
async def test_a_light_is_as_bright_as_can_be_told(
    cabin: Cabin, number: float, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever the brightness and its range are."""
    for limits in (("0", "100"), ("-1.7E308", "1.7E308"), ("0", "5E-324")):
        node = thing(
            said("Lamp", True),
            said("Brightness", number, type=ValueType.DOUBLE),
            form=(LAMP, asked("Brightness", "xs:double", limits=limits)),
            node_id=f"lamp {limits}",
        )
        shown = await show(cabin, node, "light:Lamp")
        assert shown.state == "on"
        assert shown.attributes["brightness"] in {None, *range(256)}
        await cabin.act("light.turn_on", shown.entity_id, brightness=128)
        ((_, settings),) = cabin.house.settings
        assert math.isfinite(settings["Brightness"])
        cabin.house.settings.clear()
        tell(node, said("Brightness", number, type=ValueType.DOUBLE))
    assert "Error" not in caplog.text


@pytest.mark.parametrize("number", NUMBERS)
async def test_a_sensor_shows_a_number_that_is_one(cabin: Cabin, number: float) -> None:
    """Else nothing."""
    node = thing(said("Value", number, "°C", type=ValueType.DOUBLE))

    shown = await show(cabin, node, "field:Value")

    assert shown.state == "unknown" or math.isfinite(float(shown.state))


@pytest.mark.parametrize(
    "limits",
    [
        ("0", "5E-324"),
        ("0", "1E-200"),
        ("-1.7E308", "1.7E308"),
        ("INF", "-INF"),
        ("NaN", "NaN"),
        ("1E300", ""),
        ("", "-1E300"),
        (HUGE, HUGE),
        ("7", "3"),
        ("0", "0"),
    ],
)
async def test_a_number_has_a_range_that_can_be_set(
    cabin: Cabin, limits: tuple[str, str]
) -> None:
    """And a step that is more than nothing."""
    node = thing(
        said("Level", 1.5, type=ValueType.DOUBLE),
        form=(asked("Level", "xs:double", limits=limits),),
    )

    shown = await show(cabin, node, "parameter:Level")

    low, high = shown.attributes["min"], shown.attributes["max"]
    assert low >= -(2**53)
    assert high <= 2**53
    assert 0 < shown.attributes["step"] <= 1


@pytest.mark.parametrize("seconds", [-86399999913600.0, 86399999913600.0, 7.5])
async def test_a_duration_is_set_as_long_as_there_are_any(
    cabin: Cabin, seconds: float
) -> None:
    """Longer ones are not to be set here."""
    node = thing(
        said("Time", timedelta(0), type=ValueType.DURATION),
        form=(asked("Time", "xs:duration"),),
    )
    shown = await show(cabin, node, "parameter:Time")

    await cabin.act("number.set_value", shown.entity_id, value=seconds)
    ((_, settings),) = cabin.house.settings
    assert settings == {"Time": timedelta(seconds=seconds)}
    with pytest.raises(HomeAssistantError):
        await cabin.act("number.set_value", shown.entity_id, value=86399999913601.0)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (ValueType.DURATION, timedelta.max),
        (ValueType.DURATION, timedelta.min),
        (ValueType.DATE_TIME, datetime.min.replace(tzinfo=UTC)),
        (ValueType.DATE_TIME, datetime.max.replace(tzinfo=UTC)),
        (ValueType.DATE, date.min),
        (ValueType.DATE, date.max),
    ],
)
async def test_the_ends_of_time_are_shown(
    cabin: Cabin, kind: ValueType, value: Value, caplog: pytest.LogCaptureFixture
) -> None:
    """Read or set."""
    node = thing(said("When", value, type=kind))
    await show(cabin, node, "field:When")
    datatype = {
        ValueType.DURATION: "xs:duration",
        ValueType.DATE_TIME: "xs:dateTime",
        ValueType.DATE: "xs:date",
    }[kind]
    other = thing(
        said("When", value, type=kind), form=(asked("When", datatype),), node_id="other"
    )
    shown = await show(cabin, other, "parameter:When")

    assert shown.state != "unavailable"
    assert "Error" not in caplog.text


def test_what_cannot_be_found_out_of_a_node_is_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is said once, and fails nobody else."""

    def breaks(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(ForeignMapping, "entities", breaks)
    node = thing(said("Value", 1.5))
    view = ForeignView(node, ForeignMapping({}))

    assert view.entities == {}
    tell(node, said("Value", 2.5))
    assert list(view.new()) == []
    assert caplog.text.count("thing cannot be shown") == 1


def test_an_end_that_nobody_comes_to_is_none() -> None:
    """Of a duration it is what can be said of one."""
    node = thing(
        form=(
            asked("Time", "xs:duration", limits=("-P999999999D", "P1D")),
            asked("Level", "xs:double", limits=("-1E20", "1E20")),
        )
    )
    found = parameters(node)

    assert found["Time"].range == (-86399999913600.0, 86400.0)
    assert found["Level"].range == (-(2**53), 2**53)
