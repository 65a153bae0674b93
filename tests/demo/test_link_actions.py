"""What is done in one house to what it shows of another takes effect there, or is refused with the reason."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Sequence
from typing import Any

import pytest

from scripts.support.instance import HomeAssistant, HomeAssistantError

from .effects import EFFECTS, NOT_TRIED, Effect
from .linked import Houses, looks

pytestmark = [pytest.mark.demo, pytest.mark.usefixtures("socket_enabled")]


@pytest.fixture
async def houses(demo: dict[str, Any]) -> AsyncGenerator[Houses]:
    """Return the two houses of the running demo."""
    async with Houses.of(demo) as houses:
        yield houses


async def perform(houses: Houses, entity_id: str, effect: Effect) -> None:
    """Perform the action, and see that it has changed the entity, and is seen here."""
    before = looks(await houses.home.state(entity_id))

    await houses.act(entity_id, effect.action, effect.data)

    def done(one: Any) -> bool:
        return effect.shows(one) and (looks(one) != before or not effect.seen)

    try:
        await houses.at_home(entity_id, done)
        await houses.at_cabin(entity_id, effect.shows)
    except TimeoutError:
        there = looks(await houses.home.state(entity_id))
        here = looks(await houses.cabin.state(houses.mirrors[entity_id]))
        pytest.fail(f"{entity_id} {effect}: was {before}, is {there}, shown {here}")


async def perform_all(
    houses: Houses, entity_id: str, effects: Sequence[Effect]
) -> None:
    """Perform all actions of an entity, one after the other."""
    for effect in effects:
        await perform(houses, entity_id, effect)


async def test_every_action_takes_effect_in_the_other_house(houses: Houses) -> None:
    """Each action of the platforms that show another house does there what it says."""
    async with asyncio.TaskGroup() as group:
        for entity_id, effects in EFFECTS.items():
            group.create_task(perform_all(houses, entity_id, effects))


# What answers instead: an entity, the question, and what comes with it.
QUESTIONS: list[tuple[str, str, dict[str, Any]]] = [
    (
        "calendar.calendar_1",
        "get_events",
        {
            "start_date_time": "2026-01-01T00:00:00+00:00",
            "end_date_time": "2036-01-01T00:00:00+00:00",
        },
    ),
    ("todo.shopping_list", "get_items", {"status": ["needs_action", "completed"]}),
    ("weather.demo_weather_north", "get_forecasts", {"type": "daily"}),
    ("weather.demo_weather_north", "get_forecasts", {"type": "hourly"}),
    ("weather.demo_weather_north", "get_forecasts", {"type": "twice_daily"}),
]


@pytest.mark.parametrize(("entity_id", "action", "data"), QUESTIONS)
async def test_questions_have_the_same_answer(
    houses: Houses, entity_id: str, action: str, data: dict[str, Any]
) -> None:
    """Events, items and forecasts are here what they are there."""
    there = await answer(houses.home, entity_id, action, data)
    here = await answer(houses.cabin, houses.mirrors[entity_id], action, data)

    assert without_times(here) == without_times(there)
    assert any(there.values())


async def answer(
    house: HomeAssistant, entity_id: str, action: str, data: dict[str, Any]
) -> dict[str, Any]:
    """Return what an entity answers to an action."""
    domain = entity_id.partition(".")[0]
    said = await house.post(
        f"/api/services/{domain}/{action}?return_response",
        {"entity_id": entity_id, **data},
    )
    found: dict[str, Any] = said["service_response"][entity_id]
    return found


def without_times(said: dict[str, Any]) -> dict[str, Any]:
    """Return an answer without the moments of forecasts: the demo counts them from now."""
    return {
        kind: [{**one, "datetime": None} for one in listed]
        for kind, listed in said.items()
    }


# What is refused: an entity, the action, its data, and what the person here is told.
REFUSED: list[tuple[str, str, dict[str, Any], str]] = [
    ("alarm_control_panel.security", "alarm_arm_home", {"code": "0"}, "invalid_code"),
    ("light.bed_light", "turn_on", {"effect": "none"}, "effect: One of these is need"),
    ("media_player.living_room", "media_seek", {"seek_position": 5}, "NotImplemented"),
    ("remote.remote_one", "learn_command", {}, "no command 'learn_command'"),
    ("update.demo_add_on", "install", {}, "no command 'install'"),
    (
        "vacuum.demo_vacuum_0_ground_floor",
        "set_fan_speed",
        {"fan_speed": "warp"},
        "fan_speed: One of these is needed",
    ),
]


@pytest.mark.parametrize(("entity_id", "action", "data", "reason"), REFUSED)
async def test_a_refused_action_raises_with_the_reason(
    houses: Houses, entity_id: str, action: str, data: dict[str, Any], reason: str
) -> None:
    """Nothing happens there, and the person here is told why."""
    before = looks(await houses.home.state(entity_id))
    mirror = houses.mirrors[entity_id]

    async with houses.cabin.websocket() as socket:
        with pytest.raises(HomeAssistantError, match=f"Home .*{reason}"):
            await socket.ask(
                "call_service",
                domain=mirror.partition(".")[0],
                service=action,
                service_data=data,
                target={"entity_id": mirror},
            )

    assert looks(await houses.home.state(entity_id)) == before


async def test_no_action_is_forgotten(houses: Houses) -> None:
    """All actions of all platforms that show something are tried, or it is said why not."""
    tried: defaultdict[str, set[str]] = defaultdict(set)
    for entity_id, effects in EFFECTS.items():
        platform = houses.mirrors[entity_id].partition(".")[0]
        tried[platform].update(one.action for one in effects)
    platforms = {one.partition(".")[0] for one in houses.mirrors.values()}
    services = await houses.cabin.get("/api/services")

    forgotten = {
        one["domain"]: left
        for one in services
        if one["domain"] in platforms
        and (
            left := one["services"].keys()
            - tried[one["domain"]]
            - NOT_TRIED.get(one["domain"], {}).keys()
        )
    }

    assert forgotten == {}
