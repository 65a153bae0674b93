"""Repairs are messages of the nodes they are about, for who may command these."""

from collections.abc import Callable

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.xmpp_iot.contacts.grants import Level
from custom_components.xmpp_iot.wire.happening import Happening
from custom_components.xmpp_iot.wire.model import NodeState
from homeassistant.const import Platform
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from tests.people import contact

from .conftest import FRIEND, Actor, Home

LIGHT = "light.kitchen_lights"
OTHER = "light.bed_light"

type Raise = Callable[..., None]


@pytest.fixture
def platforms() -> list[Platform]:
    """Want lights."""
    return [Platform.LIGHT]


@pytest.fixture
def device(home: Home) -> str:
    """Return the node of a light's device."""
    entry = er.async_get(home.hass).async_get(LIGHT)
    assert entry is not None
    return f"device:{entry.device_id}"


@pytest.fixture
def issue(home: Home) -> Raise:
    """Return what raises an issue."""

    def raised(
        domain: str = "homeassistant",
        severity: ir.IssueSeverity = ir.IssueSeverity.WARNING,
        *,
        key: str = "entity_own_area_without_own_name",
        data: dict[str, str | int | float | None] | None = None,
        **placeholders: str,
    ) -> None:
        ir.async_create_issue(
            home.hass,
            domain,
            "one",
            is_fixable=False,
            severity=severity,
            translation_key=key,
            translation_placeholders=placeholders,
            data=data,
        )

    return raised


@pytest.mark.parametrize(
    ("severity", "state", "kind"),
    [
        (ir.IssueSeverity.WARNING, NodeState.INFORMATION, "Warning"),
        (ir.IssueSeverity.ERROR, NodeState.WARNING_UNSIGNED, "Error"),
        (ir.IssueSeverity.CRITICAL, NodeState.WARNING_UNSIGNED, "Error"),
    ],
)
async def test_an_issue_is_a_message_of_the_entity_it_names(
    friend: Actor,
    issue: Raise,
    severity: ir.IssueSeverity,
    state: NodeState,
    kind: str,
) -> None:
    """As bad as it is severe, and never as bad as an unavailable node."""
    issue(severity=severity, entity_id=LIGHT)
    node = await friend.node(LIGHT)
    (message,) = node.messages
    assert (node.state, message.kind) == (state, kind)
    assert message.event_id == "homeassistant/one"
    assert message.text == f"Entity {LIGHT} has an area but no name of its own"
    assert (await friend.node(OTHER)).messages == ()


async def test_the_worst_is_the_nodes_state(
    home: Home, friend: Actor, issue: Raise
) -> None:
    """An unavailable entity with an issue is unavailable, and has both messages."""
    issue(severity=ir.IssueSeverity.CRITICAL, entity_id=LIGHT)
    home.hass.states.async_set(LIGHT, "unavailable")
    node = await friend.node(LIGHT)
    assert node.state is NodeState.ERROR_UNSIGNED
    assert [one.event_id for one in node.messages] == [
        "Unavailable",
        "homeassistant/one",
    ]


async def test_an_issue_is_in_the_askers_language(friend: Actor, issue: Raise) -> None:
    """Its title, with what it is about; one without a title is told by its key."""
    issue(domain="sensor", key="units_changed", statistic_id=LIGHT)
    texts = [
        (await actor.node(LIGHT)).messages[0].text
        for actor in (friend, friend.speaking("de"))
    ]
    assert texts[0] != texts[1]
    issue(domain="sensor", key="no_such_key", statistic_id=LIGHT)
    (message,) = (await friend.node(LIGHT)).messages
    assert message.text == "No such key."


async def test_an_issue_of_an_integration_is_of_its_devices(
    home: Home, friend: Actor, device: str, issue: Raise
) -> None:
    """Of all of them, or of those of the config entry it names."""
    issue(domain="demo", key="some_trouble")
    assert [one.text for one in (await friend.node(device)).messages] == [
        "Some trouble."
    ]
    assert (await friend.node(LIGHT)).messages == ()

    (entry,) = home.hass.config_entries.async_entries("demo")
    issue(domain="demo", data={"entry_id": entry.entry_id})
    assert (await friend.node(device)).messages
    issue(domain="demo", data={"entry_id": "another"})
    assert (await friend.node(device)).messages == ()
    issue(domain="other")
    assert (await friend.node(device)).messages == ()


async def test_an_ignored_or_solved_issue_is_none(
    home: Home, friend: Actor, issue: Raise
) -> None:
    """What the house decided not to look at is nobody's to look at."""
    issue(entity_id=LIGHT)
    ir.async_ignore_issue(home.hass, "homeassistant", "one", True)
    assert (await friend.node(LIGHT)).messages == ()
    ir.async_ignore_issue(home.hass, "homeassistant", "one", False)
    assert (await friend.node(LIGHT)).messages
    ir.async_delete_issue(home.hass, "homeassistant", "one")
    assert (await friend.node(LIGHT)).messages == ()


async def test_only_who_may_command_is_told(
    home: Home,
    friend: Actor,
    guest: Actor,
    neighbour: Actor,
    device: str,
    issue: Raise,
) -> None:
    """To others the node is as if there was no issue."""
    issue(domain="demo", severity=ir.IssueSeverity.ERROR)
    assert (await friend.node(device)).state is NodeState.WARNING_UNSIGNED
    for actor in (guest, neighbour):
        node = await actor.node(device)
        assert (node.state, node.messages) == (NodeState.NONE, ())
    issue(domain="demo", entity_id=LIGHT)
    assert (await friend.node(LIGHT)).messages
    assert (await friend.node(device)).messages == ()
    for actor in (guest, neighbour):
        assert (await actor.node(LIGHT)).messages == ()


async def test_an_issue_that_names_others_is_for_who_sees_all(
    home: Home, friend: Actor, issue: Raise
) -> None:
    """Its words could name what the contact does not see."""
    issue(entity_id=LIGHT, entities=f"- {OTHER}\n- light.none")
    assert (await friend.node(LIGHT)).messages
    home.grant(
        contact(
            jid=FRIEND.jid, name="F", level=Level.COMMAND, target={"entity_id": [LIGHT]}
        )
    )
    assert (await friend.node(LIGHT)).messages == ()


async def test_an_issue_that_names_what_is_gone_is_for_nobody(
    friend: Actor, device: str, issue: Raise
) -> None:
    """Its words could name what was never to be seen; it is not of the integration's devices instead."""
    issue(domain="demo", entity_id="sensor.hidden_before_it_went")
    assert (await friend.node(device)).messages == ()


async def test_an_issue_of_an_integration_is_for_who_commands_all_of_it(
    home: Home, friend: Actor, device: str, issue: Raise
) -> None:
    """Its words could have the name of any of its devices."""
    issue(domain="demo", name="The lamp in the safe")
    assert (await friend.node(device)).messages
    home.grant(
        contact(
            jid=FRIEND.jid, name="F", level=Level.COMMAND, target={"entity_id": [LIGHT]}
        )
    )
    assert (await friend.node(device)).messages == ()


async def test_an_issue_with_a_secret_is_told_without_its_details(
    friend: Actor, issue: Raise
) -> None:
    """What its title would have from the house is looked at like an attribute."""
    issue(entity_id=f"{LIGHT} rtsp://admin:hunter2@10.0.0.2/")
    (message,) = (await friend.node(LIGHT)).messages
    assert "hunter2" not in message.text


async def test_an_issue_is_told_to_who_follows(
    home: Home,
    friend: Actor,
    guest: Actor,
    device: str,
    issue: Raise,
    freezer: FrozenDateTimeFactory,
) -> None:
    """When it comes and when it goes, of entities and devices, to who may know."""
    told, _ = friend.follow()
    others, _ = guest.follow()
    issue(entity_id=LIGHT)
    await home.settle(freezer)
    ir.async_delete_issue(home.hass, "homeassistant", "one")
    await home.settle(freezer)
    assert [(one.kind, one.node.id, one.state) for one in told] == [
        (Happening.STATUS_CHANGED, LIGHT, NodeState.INFORMATION),
        (Happening.STATUS_CHANGED, LIGHT, NodeState.NONE),
    ]
    told.clear()
    issue(domain="demo")
    await home.settle(freezer)
    assert device in {one.node.id for one in told}
    assert others == []
