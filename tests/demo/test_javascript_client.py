"""A client of the demo's house made with a library that is not ours, npm's @xmpp/client.

It was written from the protocols alone (see javascript/). After each of its steps Home Assistant's own REST
API is asked whether what it found is so, and what it did was done.
"""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from scripts.support.javascript import CLIENT
from scripts.support.processes import bound_to_parent, child_environment
from tests.wire.schemas import problems

from .conftest import Demo

LIGHT = "light.kitchen_lights"
THERMOMETER = "sensor.outside_temperature"
WEATHER = "weather.demo_weather_north"

BINARY = {"true": "on", "false": "off"}

TIMEOUT = 10  # seconds, for a step
LONGEST_LINE = 2**20  # bytes; it has all that was received

pytestmark = [pytest.mark.demo, pytest.mark.usefixtures("socket_enabled")]


class Walk:
    """The client, which goes a step whenever it is asked."""

    def __init__(self, process: Process) -> None:
        """Ask the process."""
        assert process.stdin is not None
        assert process.stdout is not None
        self._input, self._output = process.stdin, process.stdout

    async def step(self, name: str) -> dict[str, Any]:
        """Let the client do its next step, which is that one, and return what it found."""
        self._input.write(b"\n")
        line = await asyncio.wait_for(self._output.readline(), TIMEOUT)
        assert line, f"the client ended in step {name!r}"
        found: dict[str, Any] = json.loads(line)
        assert found["step"] == name
        assert [one for text in found["received"] for one in problems(text)] == []
        return found

    def finish(self) -> None:
        """Tell the client that there is nothing more to do."""
        self._input.close()


@asynccontextmanager
async def walking(
    node: str, ready: Path, dialect: str, ca_file: Path
) -> AsyncGenerator[Walk]:
    """Start the client, and see to it that it ends well."""
    process = await asyncio.create_subprocess_exec(
        *bound_to_parent([node, str(CLIENT / "walk.js"), str(ready), dialect]),
        stdin=PIPE,
        stdout=PIPE,
        limit=LONGEST_LINE,
        env=child_environment({"NODE_EXTRA_CA_CERTS": str(ca_file)}),
    )
    walk = Walk(process)
    try:
        yield walk
        walk.finish()
        assert await asyncio.wait_for(process.wait(), TIMEOUT) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def assert_told(report: dict[str, Any]) -> None:
    """Check that a report came to its end; the client has checked what comes after what."""
    assert report["end"] == "queryDone"
    assert report["title"]
    assert report["notes"] == []
    assert report["messages"] > 1
    assert all(table["done"] for table in report["tables"].values())


def rows(table: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a table, by its columns."""
    return [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]


async def forecasts_of(there: Demo) -> list[dict[str, Any]]:
    """Return the forecasts Home Assistant has, as it calls them."""
    answer = await there.api(
        "services/weather/get_forecasts?return_response",
        {"entity_id": WEATHER, "type": "twice_daily"},
    )
    found: list[dict[str, Any]] = answer["service_response"][WEATHER]["forecast"]
    return found


def agree(told: dict[str, Any], forecast: dict[str, Any]) -> bool:
    """Return whether a row of the report is that forecast."""
    plain = {name: text for name, text in told.items() if text is not None}
    return plain.keys() == forecast.keys() and all(
        same(name, text, forecast[name]) for name, text in plain.items()
    )


def same(name: str, text: str, value: str | float) -> bool:
    """Return whether a cell's text says the value."""
    match value:
        case bool():
            return text == str(value).lower()
        case int() | float():
            return float(text) == value
        case _ if name == "datetime":  # its seconds are those of the question
            return minute(text) == minute(value)
        case _:
            return text == value


def minute(text: str) -> datetime:
    """Return the minute a time is in."""
    return datetime.fromisoformat(text).replace(second=0, microsecond=0)


async def history_of(there: Demo) -> list[tuple[datetime, str]]:
    """Return the states Home Assistant has recorded of the light, and since when it had them."""
    query = f"filter_entity_id={LIGHT}&significant_changes_only=0"
    (found,) = await there.api(f"history/period?{query}")
    return [
        (datetime.fromisoformat(one["last_updated"]), one["state"]) for one in found
    ]


@pytest.mark.parametrize("dialect", ["nf", "xsf"])
async def test_a_library_that_is_not_ours_uses_the_house(
    node: str, demo: dict[str, Any], there: Demo, tmp_path: Path, dialect: str
) -> None:
    """It finds, reads, controls, commands and queries, and gets nothing it did not ask for."""
    (ready := tmp_path / "ready.json").write_text(json.dumps(demo))
    await there.api("services/light/turn_on", {"entity_id": LIGHT})

    async with walking(node, ready, dialect, there.ca_file) as walk:
        assert (await walk.step("find"))["jid"] == there.jid

        state = (await walk.step("read"))["fields"]["state"]
        assert float(state["value"]) == float(await there.state(THERMOMETER))
        assert state["unit"] == "°C"

        await walk.step("control")
        assert await there.state(LIGHT) == "off"

        form = (await walk.step("command"))["form"]
        assert form["brightness"] == "text-single"
        light = await there.api(f"states/{LIGHT}")
        assert (light["state"], light["attributes"]["brightness"]) == ("on", 77)

        report = (await walk.step("query"))["report"]
        assert_told(report)
        (forecast,) = report["tables"].values()
        assert forecast["name"] == "Forecast"
        for told, one in zip(rows(forecast), await forecasts_of(there), strict=True):
            assert agree(told, one)

        report = (await walk.step("history"))["report"]
        assert_told(report)
        states = [
            (datetime.fromisoformat(row["when"]), BINARY[row["state"]])
            for row in rows(report["tables"]["history"])
        ]
        # (Home Assistant may have recorded more since)
        assert states
        assert states == (await history_of(there))[: len(states)]

        assert (await walk.step("end"))["unclaimed"] == []
