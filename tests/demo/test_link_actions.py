"""What is done in one house to what it shows of another takes effect there, or is refused with the reason."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, Final

import pytest

from custom_components.xmpp_iot.remote.platforms import OWN
from scripts.support.instance import HomeAssistantError

from .effects import EFFECTS, ELSEWHERE, HERE_ONLY, NEVER_DONE, Effect
from .linked import Houses, looks

pytestmark = [pytest.mark.demo, pytest.mark.usefixtures("socket_enabled")]

type Refusal = tuple[str, str, Mapping[str, Any], str]

COMMAND: Final = {"command": ["dim"]}
MEDIA: Final = {"media_content_id": "1", "media_content_type": "music"}
VACUUM: Final = "vacuum.demo_vacuum_0_ground_floor"
NOT_SUPPORTED: Final = "service_not_supported"
ANSWERING: Final = frozenset({"browse_media", "search_media"})


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


# What the other house refuses: an entity, the action, its data, and what the person here is told.
REFUSED: Final[Sequence[Refusal]] = [
    ("alarm_control_panel.security", "alarm_arm_home", {"code": "0"}, "invalid_code"),
    ("light.bed_light", "turn_on", {"effect": "none"}, "effect: One of these is need"),
    ("media_player.living_room", "media_seek", {"seek_position": 5}, "NotImplemented"),
    ("remote.remote_one", "delete_command", COMMAND, "no command 'delete_command'"),
    ("remote.remote_one", "learn_command", COMMAND, "no command 'learn_command'"),
    ("update.demo_add_on", "install", {}, "no command 'install'"),
    (VACUUM, "set_fan_speed", {"fan_speed": "warp"}, "fan_speed: One of these is n"),
]
# What Home Assistant refuses here: what shows the entity does not say that it can.
UNSUPPORTED: Final[Sequence[Refusal]] = [
    ("camera.demo_camera", "play_stream", {"media_player": []}, "does not support"),
    ("camera.demo_camera", "record", {"filename": "film.mp4"}, "does not support"),
    ("media_player.browse", "browse_media", {}, "unknown_error"),
    ("media_player.kitchen", "unjoin", {}, NOT_SUPPORTED),
    ("media_player.living_room", "join", {"group_members": []}, NOT_SUPPORTED),
    ("media_player.living_room", "play_media", {"media": MEDIA}, NOT_SUPPORTED),
    ("media_player.search", "search_media", {"search_query": "a"}, NOT_SUPPORTED),
    (VACUUM, "clean_area", {"cleaning_area_id": ["kitchen"]}, NOT_SUPPORTED),
    (VACUUM, "send_command", {"command": "dance"}, NOT_SUPPORTED),
]


async def refused(
    houses: Houses, entity_id: str, action: str, data: Mapping[str, Any], reason: str
) -> None:
    """Try the action, and see that it is refused for the reason, and that nothing happens there."""
    before = looks(await houses.home.state(entity_id))
    mirror = houses.mirrors[entity_id]

    async with houses.cabin.websocket() as socket:
        with pytest.raises(HomeAssistantError, match=reason):
            await socket.ask(
                "call_service",
                domain=mirror.partition(".")[0],
                service=action,
                service_data=data,
                target={"entity_id": mirror},
                return_response=action in ANSWERING,
            )

    assert looks(await houses.home.state(entity_id)) == before


@pytest.mark.parametrize(("entity_id", "action", "data", "reason"), REFUSED)
async def test_a_refused_action_raises_with_the_reason(
    houses: Houses, entity_id: str, action: str, data: Mapping[str, Any], reason: str
) -> None:
    """Nothing happens there, and the person here is told why."""
    await refused(houses, entity_id, action, data, f"Home .*{reason}")


@pytest.mark.parametrize(("entity_id", "action", "data", "reason"), UNSUPPORTED)
async def test_what_a_house_does_not_offer_is_not_here(
    houses: Houses, entity_id: str, action: str, data: Mapping[str, Any], reason: str
) -> None:
    """An entity here does not say that it can do what the other house has no command for."""
    await refused(houses, entity_id, action, data, reason)


async def test_no_action_is_forgotten(houses: Houses) -> None:
    """Every action of every platform is one of those that take effect, that are tried elsewhere, or not at all."""
    services = {
        one["domain"]: set(one["services"])
        for one in await houses.cabin.get("/api/services")
    }
    kinds = (effective(houses), ELSEWHERE, HERE_ONLY, NEVER_DONE)

    for platform in OWN:
        said = Counter(
            action for kind in kinds for action in set(kind.get(platform, ()))
        )
        assert said == Counter(services.get(platform, ())), platform
    assert {platform for kind in kinds for platform in kind} <= OWN


def effective(houses: Houses) -> Mapping[str, set[str]]:
    """Return the actions of each platform that are seen to take effect."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for entity_id, effects in EFFECTS.items():
        platform = houses.mirrors[entity_id].partition(".")[0]
        found[platform].update(one.action for one in effects)
    return found


def test_what_is_never_done_is_seen_to_be_refused() -> None:
    """Each of the actions that are said to be refused is tried, and is."""
    tried: defaultdict[str, set[str]] = defaultdict(set)
    for entity_id, action, _data, _reason in (*REFUSED, *UNSUPPORTED):
        tried[entity_id.partition(".")[0]].add(action)

    assert all(actions.keys() <= tried[one] for one, actions in NEVER_DONE.items())
