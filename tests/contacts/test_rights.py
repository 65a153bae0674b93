"""What a contact can do, and what would become of a request, is what the gate says."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.xmpp_iot.contacts.grant import Grant, Level, Window
from custom_components.xmpp_iot.contacts.grants import Contact
from custom_components.xmpp_iot.contacts.rights import MOST_ENTITIES, Rights, closes
from custom_components.xmpp_iot.contacts.wording import Wording
from homeassistant.core import HomeAssistant, ServiceCall

from .house import ANNA, House

SATURDAY = datetime(2026, 11, 21, 12, tzinfo=UTC)
LAMP = "light.lamp"
DOOR = "lock.front_door"


def grant(name: str, level: Level, *entities: str, **more: Any) -> Grant:
    """Return a grant of entities."""
    return Grant(id=name, level=level, target={"entity_id": list(entities)}, **more)


def anna(*grants: Grant) -> Contact:
    """Return Anna with those grants."""
    return Contact(jid=ANNA, name="Anna", grants=grants)


async def rights(house: House, *grants: Grant) -> Rights:
    """Give Anna grants in a house with a lamp and a door, and return what tells of them."""

    async def perform(_: ServiceCall) -> None:
        """Do nothing."""

    for name in ("lock", "open", "unlock"):
        house.hass.services.async_register("lock", name, perform)
    house.hass.services.async_register("light", "turn_on", perform)
    house.plain(LAMP, DOOR)
    contact = anna(*grants)
    house.grants.async_set_contacts([contact])
    return Rights(house.hass, house.grants, await Wording.of(house.hass), contact)


@pytest.fixture(autouse=True)
async def saturday(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Let it be a Saturday, by noon."""
    await hass.config.async_set_time_zone("UTC")
    freezer.move_to(SATURDAY)


async def test_every_level_says_by_which_grant(house: House) -> None:
    """Until when that holds, and how often; what nothing grants is forbidden."""
    until = SATURDAY + timedelta(hours=2)
    told = await rights(
        house,
        grant("look", Level.READ, LAMP),
        grant("twice", Level.CONTROL, LAMP, uses=2, window=Window(until=until)),
    )
    answer = told.async_all()
    assert (answer["contact"], answer["jid"], answer["more"]) == ("Anna", ANNA, 0)
    assert answer["levels"] == {"read": 1, "control": 1, "command": 0}
    assert answer["entities"] == {
        LAMP: {
            "name": "lamp",
            "levels": {
                "read": {
                    "verdict": "allowed",
                    "grant": "Read: lamp",
                    "grant_id": "look",
                    "until": None,
                    "uses_left": None,
                },
                "control": {
                    "verdict": "allowed",
                    "grant": "Read and control: lamp; "
                    "until 2026-11-21 14:00; 2 of 2 uses left",
                    "grant_id": "twice",
                    "until": until.isoformat(),
                    "uses_left": 2,
                },
                "command": {"verdict": "forbidden"},
            },
            "dangerous": {},
        }
    }


async def test_grants_are_told_whether_they_count_or_not(house: House) -> None:
    """With how much each is of."""
    over = Window(until=SATURDAY)
    told = await rights(
        house,
        grant("doors", Level.READ, DOOR),
        grant("over", Level.COMMAND, LAMP, window=over),
    )
    grants = told.async_all()["grants"]
    assert [(it["grant_id"], it["open"], it["entities"]) for it in grants] == [
        ("doors", True, 1),
        ("over", False, 0),
    ]


async def test_dangerous_actions_are_told_one_by_one(house: House) -> None:
    """Where a grant includes them, and where the owner is asked."""
    told = await rights(house, grant("door", Level.COMMAND, DOOR))
    (door,) = told.async_all()["entities"].values()
    assert door["levels"]["command"]["verdict"] == "allowed"
    assert {name: it["verdict"] for name, it in door["dangerous"].items()} == {
        "open": "forbidden",
        "unlock": "forbidden",
    }
    told = await rights(house, grant("door", Level.COMMAND, DOOR, ask=True))
    (door,) = told.async_all()["entities"].values()
    assert door["dangerous"]["unlock"]["verdict"] == "ask"
    told = await rights(house, grant("door", Level.COMMAND, DOOR, dangerous=True))
    (door,) = told.async_all()["entities"].values()
    assert door["dangerous"]["unlock"]["verdict"] == "allowed"


async def test_entities_can_be_named(house: House) -> None:
    """Also one that the contact does not see."""
    told = await rights(house, grant("look", Level.READ, LAMP))
    answer = told.async_all([DOOR])
    assert answer["entities"].keys() == {DOOR}
    assert answer["entities"][DOOR]["levels"]["read"] == {"verdict": "invisible"}
    assert answer["levels"]["read"] == 1


async def test_of_a_large_house_not_everything_is_told(house: House) -> None:
    """How many more there are is; those that are named are."""
    told = await rights(
        house, Grant(id="all", level=Level.READ, target={}, all_entities=True)
    )
    names = [f"sensor.number_{number}" for number in range(MOST_ENTITIES)]
    house.plain(*names)
    house.grants._async_index()
    answer = told.async_all()
    assert len(answer["entities"]) == MOST_ENTITIES
    assert answer["more"] == 2
    assert answer["levels"]["read"] == MOST_ENTITIES + 2
    assert len(told.async_all([*names, LAMP])["entities"]) == MOST_ENTITIES + 1


async def test_a_dry_run_says_why(house: House) -> None:
    """By which grant, whether it is dangerous, and until when."""
    until = SATURDAY + timedelta(hours=1)
    window = Window(until=until)
    told = await rights(
        house, grant("door", Level.COMMAND, DOOR, dangerous=True, window=window)
    )
    assert told.async_one(DOOR, Level.COMMAND, "unlock") == {
        "contact": "Anna",
        "jid": ANNA,
        "entity_id": DOOR,
        "level": "command",
        "action": "lock.unlock",
        "dangerous": True,
        "verdict": "allowed",
        "grant": "Read, control and run every action: front door; "
        "until 2026-11-21 13:00; includes unlocking, opening and disarming",
        "grant_id": "door",
        "until": until.isoformat(),
        "uses_left": None,
        "reason": "Allowed by this grant.",
    }


async def test_a_dry_run_uses_nothing_up(house: House) -> None:
    """However often it is asked."""
    told = await rights(house, grant("once", Level.CONTROL, LAMP, uses=1))
    house.grants.allow_once(ANNA, LAMP, "turn_on")
    for _ in range(3):
        answer = told.async_one(LAMP, Level.CONTROL, "turn_on")
        assert (answer["verdict"], answer["uses_left"]) == ("allowed", 1)


@pytest.mark.parametrize(
    ("row", "level", "action", "verdict", "reason"),
    [
        ({}, Level.READ, None, "allowed", "Allowed by this grant."),
        ({}, Level.CONTROL, "unlock", "forbidden", "No grant of it goes as far now."),
        (
            {"level": Level.COMMAND},
            Level.COMMAND,
            "unlock",
            "forbidden",
            "It is dangerous, and no grant of it that counts now includes that.",
        ),
        ({"ask": True}, Level.COMMAND, "lock", "ask", "You would be asked."),
        (
            {"window": Window(until=SATURDAY)},
            Level.READ,
            None,
            "invisible",
            "The grants of it do not count now.",
        ),
        (
            {"target": {"entity_id": [LAMP]}},
            Level.READ,
            None,
            "invisible",
            "There is no grant of it.",
        ),
    ],
)
async def test_every_verdict_has_a_reason(
    house: House,
    row: dict[str, Any],
    level: Level,
    action: str | None,
    verdict: str,
    reason: str,
) -> None:
    """Of the grant that is there, as it is."""
    data = {"level": Level.READ, "target": {"entity_id": [DOOR]}, **row}
    told = await rights(house, Grant(id="one", **data))
    answer = told.async_one(DOOR, level, action)
    assert (answer["verdict"], answer["reason"]) == (verdict, reason)


async def test_what_the_owner_allowed_once_is_told(house: House) -> None:
    """As long as the pass is valid."""
    told = await rights(house, grant("look", Level.READ, DOOR, ask=True))
    house.grants.allow_once(ANNA, DOOR, "unlock")
    answer = told.async_one(DOOR, Level.COMMAND, "unlock")
    assert answer["verdict"] == "allowed"
    assert answer["reason"] == "You have allowed it once."
    assert answer["grant"] == "Allowed once"
    assert answer["uses_left"] == 1
    assert answer["until"] == (SATURDAY + timedelta(minutes=5)).isoformat()


async def test_what_nobody_may_see_is_told_apart_from_what_is_not_there(
    house: House,
) -> None:
    """To the owner: to a contact both are the same."""
    everything = Grant(id="all", level=Level.READ, target={}, all_entities=True)
    told = await rights(house, everything)
    house.grants.async_set_contacts([told.contact], never=["lock"])
    reasons = [
        told.async_one(one, Level.READ, None)["reason"] for one in (DOOR, "lock.back")
    ]
    assert reasons == [
        "Such an entity is never shown to others.",
        "There is no such entity now.",
    ]


@pytest.mark.parametrize(
    ("window", "closing"),
    [
        (Window(), None),
        (Window(until=SATURDAY), None),
        (Window(until=SATURDAY + timedelta(days=40)), SATURDAY + timedelta(days=40)),
        (Window(days=frozenset(range(7))), None),
        (Window(days=frozenset({5, 6})), datetime(2026, 11, 23, tzinfo=UTC)),
        (Window(begin=time(9), end=time(17)), datetime(2026, 11, 21, 17, tzinfo=UTC)),
        (Window(begin=time(22), end=time(6)), None),
    ],
)
async def test_a_window_closes_at_its_end(
    window: Window, closing: datetime | None
) -> None:
    """Not where one day ends and the next begins; one that is closed does not close."""
    assert closes(window, SATURDAY) == closing
