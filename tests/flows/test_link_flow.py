"""The forms that find another house: who is offered, who is asked, and who becomes a friend."""

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot.const import CONF_JID, SUBENTRY_CONCENTRATOR
from custom_components.xmpp_iot.remote.directory import Directory
from custom_components.xmpp_iot.wire.errors import BadRequest, NoAnswer, RemoteError
from homeassistant.config_entries import SOURCE_USER, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from ..remote.street import CABIN, HOME, Neighbour, Street
from .linking import (
    BARN,
    EVERYTHING,
    HOUSE,
    arrive,
    kept,
    options,
    said,
    start,
    submit,
    suggested,
)

# Which house


@pytest.mark.usefixtures("impatient")
async def test_houses_of_the_roster_are_offered(
    hass: HomeAssistant, cabin: MockConfigEntry, street: Street
) -> None:
    """Those that are online, say what they are, and are not linked yet."""
    street.move_in(HOUSE)
    street.move_in(f"{HOME}/phone", Neighbour(features=()))
    street.move_in("inn@example.org/x", Neighbour(name=""))
    street.move_in("mute@example.org/x", Neighbour(silence=True))
    street.move_in(f"{BARN}/homeassistant")

    form = await start(hass, cabin)

    assert options(form, CONF_JID) == {
        HOME: f"Home ({HOME})",
        "inn@example.org": "inn@example.org",
    }
    assert f"{BARN}/homeassistant" not in street.asked
    asked = len(street.asked)
    form = await submit(hass, form, jid="home")  # typed, not chosen
    assert options(form, CONF_JID)
    assert len(street.asked) == asked


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("home", "invalid_jid"),
        ("example.org", "invalid_jid"),
        (HOUSE, "invalid_jid"),
        ("", "invalid_jid"),
        (CABIN.upper(), "own_account"),
        (BARN.upper(), "already_linked"),
    ],
)
async def test_what_is_no_other_house_is_refused_and_can_be_mended(
    hass: HomeAssistant,
    cabin: MockConfigEntry,
    street: Street,
    typed: str,
    problem: str,
) -> None:
    """The form keeps what was typed, and nobody is asked."""
    form = await submit(hass, await start(hass, cabin), jid=typed)

    assert form["errors"] == {CONF_JID: problem}
    assert suggested(form) == ({CONF_JID: typed})
    assert street.asked == []
    street.move_in(HOUSE)
    form = await submit(hass, form, jid=f" {HOME.upper()}")
    assert form["step_id"] == "selection"


@pytest.mark.parametrize(
    ("neighbour", "problem", "reason"),
    [
        (Neighbour(trouble=NoAnswer("It sleeps.")), "no_answer", "It sleeps."),
        (Neighbour(features=()), "not_concentrator", ""),
        (
            Neighbour(trouble=RemoteError("conflict", "cancel", "Not\n*now*.")),
            "refused",
            "Not *now*.",
        ),
        (Neighbour(trouble=BadRequest("Nonsense.")), "refused", "Nonsense."),
    ],
)
async def test_a_house_that_cannot_be_looked_at_says_why_and_can_be_tried_again(
    hass: HomeAssistant,
    cabin: MockConfigEntry,
    street: Street,
    neighbour: Neighbour,
    problem: str,
    reason: str,
) -> None:
    """It is an error of the form, which keeps the address."""
    street.move_in(HOUSE, neighbour)

    form = await submit(hass, await start(hass, cabin), jid=HOME)

    assert form["step_id"] == "user"
    assert form["errors"] == {"base": problem}
    assert suggested(form) == {CONF_JID: HOME}
    assert said(form) == {"reason": reason}
    street.move_in(HOUSE)
    assert (await submit(hass, form, jid=HOME))["step_id"] == "selection"


async def test_an_account_that_is_not_logged_in_links_nothing(
    hass: HomeAssistant, cabin: MockConfigEntry
) -> None:
    """There is nobody to ask."""
    cabin.mock_state(hass, ConfigEntryState.SETUP_RETRY)

    result = await hass.config_entries.subentries.async_init(
        (cabin.entry_id, SUBENTRY_CONCENTRATOR), context={"source": SOURCE_USER}
    )

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "entry_not_loaded"


# Becoming friends


async def test_a_house_that_is_not_online_is_asked_to_be_a_friend(
    hass: HomeAssistant, cabin: MockConfigEntry, street: Street, directory: Directory
) -> None:
    """When it agrees it comes online, and the flow goes on by itself."""

    def agree() -> None:
        if HOME in directory.wanted and not street.neighbours:
            street.move_in(HOUSE)

    directory.changed.add(agree)
    form = await start(hass, cabin)
    flows = hass.config_entries.subentries

    progress = await flows.async_configure(form["flow_id"], {CONF_JID: HOME})
    assert progress["type"] is FlowResultType.SHOW_PROGRESS
    assert progress["step_id"] == progress["progress_action"] == "befriend"
    assert said(progress) == {CONF_JID: HOME}
    same = await flows.async_configure(form["flow_id"])  # a browser is reloaded
    assert same["step_id"] == "befriend"
    await hass.async_block_till_done(wait_background_tasks=True)
    progress = await flows.async_configure(form["flow_id"])
    assert progress["step_id"] == progress["progress_action"] == "survey"
    form = await arrive(hass, progress)

    assert form["step_id"] == "selection"
    result = await submit(hass, form, everything=True)
    assert result["title"] == "Home"
    assert kept(cabin, HOME) == {CONF_JID: HOME, **EVERYTHING}
    assert not directory.wanted  # it is linked now, and that keeps it


@pytest.mark.usefixtures("impatient")
async def test_a_house_that_has_not_agreed_can_be_linked_all_the_same(
    hass: HomeAssistant, cabin: MockConfigEntry, directory: Directory
) -> None:
    """As a whole: it appears when it has agreed."""
    menu = await submit(hass, await start(hass, cabin), jid=HOME)

    assert menu["type"] is FlowResultType.MENU
    assert menu["step_id"] == "waiting"
    assert said(menu) == {CONF_JID: HOME}
    assert list(directory.wanted) == [HOME]
    result = await submit(hass, menu, next_step_id="link")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert (result["title"], result["unique_id"]) == (HOME, f"concentrator:{HOME}")
    assert kept(cabin, HOME) == {CONF_JID: HOME, **EVERYTHING}


@pytest.mark.usefixtures("impatient")
async def test_a_house_that_has_not_agreed_can_be_asked_again(
    hass: HomeAssistant, cabin: MockConfigEntry, street: Street
) -> None:
    """And is looked at when it has agreed meanwhile."""
    menu = await submit(hass, await start(hass, cabin), jid=HOME)
    assert menu["step_id"] == "waiting"
    menu = await submit(hass, menu, next_step_id="befriend")
    assert menu["step_id"] == "waiting"
    street.move_in(HOUSE)

    form = await submit(hass, menu, next_step_id="befriend")

    assert form["step_id"] == "selection"


@pytest.mark.usefixtures("impatient")
async def test_another_address_takes_the_friendship_back(
    hass: HomeAssistant, cabin: MockConfigEntry, directory: Directory
) -> None:
    """The first one is shown to be mended, and nobody is left asked for nothing."""
    menu = await submit(hass, await start(hass, cabin), jid=HOME)
    form = await submit(hass, menu, next_step_id="user")
    assert form["errors"] == {}
    assert suggested(form) == {CONF_JID: HOME}

    menu = await submit(hass, form, jid="hut@example.org")

    assert said(menu) == {CONF_JID: "hut@example.org"}
    assert list(directory.wanted) == ["hut@example.org"]


@pytest.mark.parametrize("condition", ["forbidden", "service-unavailable"])
async def test_a_house_that_lets_nobody_in_is_asked_once(
    hass: HomeAssistant,
    cabin: MockConfigEntry,
    street: Street,
    directory: Directory,
    condition: str,
) -> None:
    """It is online and still refuses as a friend: then there is a choice."""
    street.move_in(HOUSE, Neighbour(trouble=RemoteError(condition, "auth")))

    menu = await submit(hass, await start(hass, cabin), jid=HOME)

    assert menu["step_id"] == "waiting"
    assert list(directory.wanted) == [HOME]


async def test_without_connection_nobody_is_asked(
    hass: HomeAssistant, cabin: MockConfigEntry, street: Street, directory: Directory
) -> None:
    """Neither to be a friend nor what there is; when it is back the same form goes on."""
    form = await start(hass, cabin)
    street.connected = False
    form = await submit(hass, form, jid=HOME)
    assert form["errors"] == {"base": "not_connected"}
    street.move_in(HOUSE)
    form = await submit(hass, form, jid=HOME)
    assert form["errors"] == {"base": "not_connected"}
    assert not directory.wanted

    street.connected = True
    assert (await submit(hass, form, jid=HOME))["step_id"] == "selection"


async def test_a_form_that_is_closed_leaves_nothing_behind(
    hass: HomeAssistant, cabin: MockConfigEntry, street: Street, directory: Directory
) -> None:
    """Nobody waits any more, and nobody is wanted."""
    flows = hass.config_entries.subentries
    form = await start(hass, cabin)
    await flows.async_configure(form["flow_id"], {CONF_JID: HOME})
    await street.watched.wait()

    flows.async_abort(form["flow_id"])
    await hass.async_block_till_done(wait_background_tasks=True)

    assert street.listeners == []
    assert not directory.wanted


async def test_an_account_that_is_unloaded_meanwhile_ends_the_flow(
    hass: HomeAssistant, cabin: MockConfigEntry, street: Street
) -> None:
    """Its tasks end with it."""
    flows = hass.config_entries.subentries
    form = await start(hass, cabin)
    await flows.async_configure(form["flow_id"], {CONF_JID: HOME})
    await street.watched.wait()

    for task in cabin._background_tasks:
        task.cancel()
    await hass.async_block_till_done(wait_background_tasks=True)
    result = await flows.async_configure(form["flow_id"])

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "entry_not_loaded"
