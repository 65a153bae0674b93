"""What one house says of another when it is asked: its events, items, forecasts and pictures are those there."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from datetime import datetime
from itertools import starmap
from pathlib import Path
from typing import Any, Final

import pytest

from homeassistant import components
from scripts.support.instance import HomeAssistant

from .linked import Houses

pytestmark = [pytest.mark.demo, pytest.mark.usefixtures("socket_enabled")]

type Row = Mapping[str, Any]
type Answer = dict[str, list[Row]]

SPAN: Final = {
    "start_date_time": "2026-01-01T00:00:00+00:00",
    "end_date_time": "2036-01-01T00:00:00+00:00",
}
# By the feature that says that a house has them.
FORECASTS: Final = {1: "daily", 2: "hourly", 4: "twice_daily"}
# What the entities of a domain are asked: the action, and all that it is asked with.
QUESTIONS: Final[
    Mapping[str, tuple[str, Callable[[int], Iterable[Mapping[str, Any]]]]]
] = {
    "calendar": ("get_events", lambda _: [SPAN]),
    "todo": (
        "get_items",
        lambda _: [{"status": [one]} for one in ("needs_action", "completed")],
    ),
    "weather": (
        "get_forecasts",
        lambda features: [
            {"type": kind} for bit, kind in FORECASTS.items() if features & bit
        ],
    ),
}
# The demo's forecasts begin at the second they are asked for.
ABOUT: Final = 60  # seconds
EPOCH: Final = "1970-01-01T00:00:00+00:00"

CALENDAR: Final = "calendar.family"


def pictures_of(component: str, pattern: str) -> list[bytes]:
    """Return the pictures that a component of Home Assistant's comes with."""
    folder = Path(components.__path__[0], component)
    return [path.read_bytes() for path in folder.glob(pattern)]


# What each of them may show: the demo's cameras show one picture after the other.
PICTURES: Final = {
    "camera.demo_camera": pictures_of("demo", "demo_*.jpg"),
    "camera.demo_camera_png": pictures_of("demo", "demo_*.png"),
    "camera.demo_camera_without_stream": pictures_of("demo", "demo_*.jpg"),
    "image.qr_code": pictures_of("kitchen_sink", "qr_code.png"),
}


@pytest.fixture
async def houses(demo: dict[str, Any]) -> AsyncGenerator[Houses]:
    """Return the two houses of the running demo."""
    async with Houses.of(demo) as houses:
        yield houses


@pytest.mark.parametrize("domain", QUESTIONS)
async def test_every_question_has_the_same_answer(houses: Houses, domain: str) -> None:
    """Events, items and forecasts of every entity are here what they are there."""
    action, questions = QUESTIONS[domain]
    wrong: list[Any] = []

    async def ask(entity_id: str, data: Mapping[str, Any]) -> bool:
        there, here, again = [
            await answer(house, one, action, data)
            for house, one in (
                (houses.home, entity_id),
                (houses.cabin, houses.mirrors[entity_id]),
                (houses.home, entity_id),  # (a forecast becomes another now and then)
            )
        ]
        if not (same(here, there) or same(here, again)):
            wrong.append((entity_id, data, there, here))
        return any(here.values())

    async with asyncio.TaskGroup() as group:
        asked = [
            group.create_task(ask(entity_id, data))
            for entity_id in houses.mirrors
            if entity_id.startswith(f"{domain}.")
            for data in questions(await features(houses.home, entity_id))
        ]

    assert wrong == []
    assert any(task.result() for task in asked)


async def features(house: HomeAssistant, entity_id: str) -> int:
    """Return what an entity says it can."""
    state = await house.state(entity_id)
    return int(state["attributes"].get("supported_features", 0))


async def answer(
    house: HomeAssistant, entity_id: str, action: str, data: Mapping[str, Any]
) -> Answer:
    """Return what an entity answers to an action."""
    domain = entity_id.partition(".")[0]
    said = await house.post(
        f"/api/services/{domain}/{action}?return_response",
        {"entity_id": entity_id, **data},
    )
    found: Answer = said["service_response"][entity_id]
    return found


def same(one: Answer, other: Answer) -> bool:
    """Return whether answers are the same, and the moments in them about the same."""
    return one.keys() == other.keys() and all(
        len(rows) == len(other[kind])
        and all(starmap(same_row, zip(rows, other[kind], strict=True)))
        for kind, rows in one.items()
    )


def same_row(one: Row, other: Row) -> bool:
    """Return whether rows are the same, and their moments, if any, about the same."""
    return (
        timeless(one) == timeless(other) and abs(seconds(one) - seconds(other)) < ABOUT
    )


def timeless(row: Row) -> Row:
    """Return a row without its moment."""
    return {name: value for name, value in row.items() if name != "datetime"}


def seconds(row: Row) -> float:
    """Return the moment of a row, 0 where it has none."""
    return datetime.fromisoformat(row.get("datetime", EPOCH)).timestamp()


async def test_an_event_is_entered_moved_and_taken_out(houses: Houses) -> None:
    """What is entered here is in the calendar there; what is changed there is seen here."""
    event = {"summary": "Dentist", "description": "Teeth", "location": "Town"}
    times = {
        "start_date_time": "2030-05-06T09:00:00+02:00",
        "end_date_time": "2030-05-06T09:30:00+02:00",
    }
    await houses.act(CALENDAR, "create_event", {**event, **times})
    (entered,) = await appointments(houses)
    assert entered.items() >= event.items()
    assert datetime.fromisoformat(entered["start"]) == datetime.fromisoformat(
        times["start_date_time"]
    )

    path = (
        f"/api/calendars/{CALENDAR}?start=2030-05-01T00:00:00Z&end=2030-06-01T00:00:00Z"
    )
    (uid,) = [
        one["uid"]
        for one in await houses.home.get(path)
        if one["summary"] == event["summary"]
    ]
    async with houses.home.websocket() as socket:
        day = {"dtstart": "2030-05-07", "dtend": "2030-05-08", "summary": "Dentist"}
        await socket.ask(
            "calendar/event/update", entity_id=CALENDAR, uid=uid, event=day
        )
        (moved,) = await appointments(houses)
        assert (moved["start"], moved["end"]) == ("2030-05-07", "2030-05-08")

        await socket.ask("calendar/event/delete", entity_id=CALENDAR, uid=uid)
        assert await appointments(houses) == []


async def appointments(houses: Houses) -> list[Row]:
    """Return the appointments with the dentist, which both houses have in their calendars."""
    there, here = [
        await answer(house, one, "get_events", SPAN)
        for house, one in (
            (houses.home, CALENDAR),
            (houses.cabin, houses.mirrors[CALENDAR]),
        )
    ]
    assert here == there
    return [one for one in here["events"] if one["summary"] == "Dentist"]


@pytest.mark.parametrize("entity_id", PICTURES)
async def test_a_picture_is_the_one_over_there(
    houses: Houses, demo: dict[str, Any], entity_id: str
) -> None:
    """A snapshot taken here is, byte by byte, a picture of the other house."""
    path = Path(demo["homeassistant"]["cabin"]["config_dir"], "www", entity_id)

    await houses.act(entity_id, "snapshot", {"filename": str(path)})

    assert await asyncio.to_thread(path.read_bytes) in PICTURES[entity_id]
