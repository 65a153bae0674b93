"""The contact's forms: who may be one, and how its name and its grants are changed."""

from typing import Any
from unittest.mock import AsyncMock

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot.config_flow import XmppIotConfigFlow
from custom_components.xmpp_iot.const import (
    CONF_JID,
    CONF_NICKNAME,
    CONF_TARGET,
    SUBENTRY_CONCENTRATOR,
    SUBENTRY_CONTACT,
    SUBENTRY_INVITE,
)
from custom_components.xmpp_iot.contacts.grant import MOST_GRANTS
from custom_components.xmpp_iot.invite_flow import InviteFlow
from custom_components.xmpp_iot.link_flow import ConcentratorFlow
from custom_components.xmpp_iot.subentry_flow import ContactFlow
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from .subentries import (
    ANNA,
    BEN,
    LAMP,
    account,
    at_work,
    choose,
    kept,
    labels,
    row,
    rows,
    start,
    submit,
    suggested,
)


@pytest.fixture
def entry(hass: HomeAssistant) -> MockConfigEntry:
    """Return an account with one contact, who has one grant."""
    return account(hass, row())


def test_an_account_has_contacts_and_invites_and_links_houses(
    entry: MockConfigEntry,
) -> None:
    """These are the three kinds of subentry."""
    assert XmppIotConfigFlow.async_get_supported_subentry_types(entry) == {
        SUBENTRY_CONTACT: ContactFlow,
        SUBENTRY_INVITE: InviteFlow,
        SUBENTRY_CONCENTRATOR: ConcentratorFlow,
    }


async def test_a_contact_is_added_and_nothing_is_reloaded(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """The contact is named by its nickname; least is granted unless more is chosen."""
    heard = AsyncMock()
    entry.add_update_listener(heard)
    form = await start(hass, entry)

    result = await submit(
        hass, form, jid=" Anna@Example.org", nickname=" Anna ", target=LAMP
    )

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Anna"
    assert result["unique_id"] == f"contact:{ANNA}"
    (grant,) = rows(entry, ANNA)
    assert kept(entry, ANNA) | {"grants": []} == {
        CONF_JID: ANNA,
        CONF_NICKNAME: "Anna",
        "grants": [],
    }
    assert grant == row(grant["id"])
    assert len(bytes.fromhex(grant["id"])) == 4
    assert heard.call_count == 1


async def test_a_contact_without_nickname_is_called_by_its_address(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """And all entities need no target."""
    form = await start(hass, entry)

    result = await submit(
        hass,
        form,
        jid=ANNA,
        level="command",
        all_entities=True,
        target={},
        dangerous=True,
        ask=True,
    )

    assert result["title"] == ANNA
    (grant,) = rows(entry, ANNA)
    assert grant == row(
        grant["id"],
        level="command",
        all_entities=True,
        target={},
        dangerous=True,
        ask=True,
    )


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({CONF_JID: "anna"}, {CONF_JID: "invalid_jid"}),
        ({CONF_JID: f"{ANNA}/phone"}, {CONF_JID: "invalid_jid"}),
        ({CONF_JID: "Home@example.org"}, {CONF_JID: "own_account"}),
        ({CONF_JID: "BEN@example.org"}, {CONF_JID: "already_contact"}),
        ({CONF_TARGET: {}}, {CONF_TARGET: "no_target"}),
        (
            {CONF_JID: "anna", CONF_TARGET: {}},
            {CONF_JID: "invalid_jid", CONF_TARGET: "no_target"},
        ),
    ],
)
async def test_what_makes_no_contact_is_refused_and_can_be_mended(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    typed: dict[str, Any],
    errors: dict[str, str],
) -> None:
    """Errors stand at their fields, and the form keeps what was typed."""
    good = {CONF_JID: ANNA, CONF_NICKNAME: "Anna", CONF_TARGET: LAMP}
    form = await start(hass, entry)

    form = await submit(hass, form, **{**good, **typed})

    assert form["type"] is FlowResultType.FORM
    assert form["errors"] == errors
    assert suggested(form)[CONF_JID] == typed.get(CONF_JID, ANNA)
    assert suggested(form)[CONF_NICKNAME] == "Anna"
    result = await submit(hass, form, **good)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_two_forms_for_one_contact_make_one_contact(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """The second form is told of the contact the first one added."""
    first = await start(hass, entry)
    second = await start(hass, entry)
    await submit(hass, first, jid=ANNA, target=LAMP)

    form = await submit(hass, second, jid=ANNA, target=LAMP)

    assert form["errors"] == {CONF_JID: "already_contact"}


async def test_the_menu_lists_what_is_granted(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """With the uses that are left, as far as they are known, and as text that is no markup."""
    hass.states.async_set("light.lamp", "on", {"friendly_name": "A *lamp*"})
    hass.config_entries.async_update_subentry(
        entry,
        entry.subentries["ben"],
        data={**kept(entry, BEN), "grants": [row(uses=2)]},
    )

    menu = await entry.start_subentry_reconfigure_flow(hass, "ben")
    at_work(hass, entry).count_use("1")
    again = await entry.start_subentry_reconfigure_flow(hass, "ben")

    assert menu["menu_options"] == [
        "rights",
        "add_grant",
        "change_grant",
        "remove_grant",
        "name",
    ]
    assert menu["description_placeholders"] == {
        CONF_JID: BEN,
        "grants": r"- Read\: A \*lamp\*\; uses\: 2",
    }
    assert again["description_placeholders"] is not None
    assert again["description_placeholders"]["grants"].endswith("1 of 2 uses left")


async def test_a_contact_without_grants_can_only_be_given_some(
    hass: HomeAssistant,
) -> None:
    """There is nothing to change or to remove."""
    menu = await account(hass).start_subentry_reconfigure_flow(hass, "ben")

    assert menu["menu_options"] == ["rights", "add_grant", "name"]
    assert menu["description_placeholders"] == {CONF_JID: BEN, "grants": "–"}


@pytest.mark.parametrize(
    ("typed", "nickname", "title"),
    [({"nickname": " Benjamin "}, "Benjamin", "Benjamin"), ({}, "", BEN)],
)
async def test_a_contacts_name_is_changed(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    typed: dict[str, str],
    nickname: str,
    title: str,
) -> None:
    """Its grants stay, and without a name it is called by its address."""
    form = await choose(hass, entry, "name")
    assert suggested(form) == {CONF_NICKNAME: "Ben"}

    result = await submit(hass, form, **typed)

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reconfigure_successful"
    assert entry.subentries["ben"].title == title
    assert entry.subentries["ben"].unique_id == f"contact:{BEN}"
    assert kept(entry, BEN) == {
        CONF_JID: BEN,
        CONF_NICKNAME: nickname,
        "grants": [row()],
    }


async def test_a_grant_is_added_to_the_others(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """It has an id of its own; the title stays."""
    form = await choose(hass, entry, "add_grant")
    assert form["step_id"] == "add_grant"
    form = await submit(hass, form, level="control")
    assert form["errors"] == {CONF_TARGET: "no_target"}
    assert suggested(form)["level"] == "control"

    result = await submit(hass, form, level="control", target={"area_id": "kitchen"})

    assert result["reason"] == "reconfigure_successful"
    first, second = rows(entry)
    assert first == row()
    assert second["id"] != "1"
    assert second == row(second["id"], level="control", target={"area_id": ["kitchen"]})
    assert entry.subentries["ben"].title == "Ben"


async def test_a_contact_has_so_many_grants_and_no_more(hass: HomeAssistant) -> None:
    """The one too many is refused before the form is filled in, and after it."""
    almost = [row(str(number)) for number in range(MOST_GRANTS - 1)]
    entry = account(hass, *almost)
    first = await choose(hass, entry, "add_grant")
    second = await choose(hass, entry, "add_grant")
    await submit(hass, first, target=LAMP)

    late = await submit(hass, second, target=LAMP)
    early = await choose(hass, entry, "add_grant")

    assert len(rows(entry)) == MOST_GRANTS
    for result in (late, early):
        assert result["type"] is FlowResultType.ABORT
        assert result["reason"] == "too_many_grants"
        assert result["description_placeholders"] == {"count": str(MOST_GRANTS)}


async def test_the_only_grant_is_changed_without_being_chosen(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """The form shows what is granted; the row keeps its id."""
    form = await choose(hass, entry, "change_grant")
    assert form["step_id"] == "grant"
    assert suggested(form) == {
        "level": "read",
        "all_entities": False,
        "target": LAMP,
        "dangerous": False,
        "ask": False,
    }

    form = await submit(hass, form, level="control", all_entities=False)

    assert form["errors"] == {CONF_TARGET: "no_target"}
    assert suggested(form)["level"] == "control"
    result = await submit(hass, form, level="control", target=LAMP)
    assert result["reason"] == "reconfigure_successful"
    assert rows(entry) == [row(level="control")]


async def test_one_of_several_grants_is_changed(hass: HomeAssistant) -> None:
    """It is chosen by what it says; the others, and their order, stay."""
    hass.states.async_set("light.lamp", "on", {"friendly_name": "Lamp"})
    entry = account(hass, row("1"), row("2", level="command", dangerous=True))
    form = await choose(hass, entry, "change_grant")
    assert form["step_id"] == "change_grant"
    assert labels(form) == {
        "1": "Read: Lamp",
        "2": "Read, control and run every action: Lamp; includes unlocking, opening and disarming",
    }

    form = await submit(hass, form, grant="1")
    await submit(hass, form, level="control", target=LAMP)

    assert rows(entry) == [
        row("1", level="control"),
        row("2", level="command", dangerous=True),
    ]


async def test_a_grant_that_was_removed_meanwhile_is_not_brought_back(
    hass: HomeAssistant,
) -> None:
    """Whoever had its form open is told."""
    entry = account(hass, row("1"), row("2"))
    form = await choose(hass, entry, "change_grant")
    form = await submit(hass, form, grant="2")
    other = await choose(hass, entry, "remove_grant")
    await submit(hass, other, grant=["2"])

    result = await submit(hass, form, target=LAMP)

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "grant_gone"
    assert rows(entry) == [row("1")]


async def test_grants_are_removed(hass: HomeAssistant) -> None:
    """Several at a time, and at least one."""
    entry = account(hass, row("1"), row("2"), row("3"))
    form = await choose(hass, entry, "remove_grant")
    assert set(labels(form)) == {"1", "2", "3"}

    form = await submit(hass, form, grant=[])

    assert form["errors"] == {"grant": "nothing_chosen"}
    result = await submit(hass, form, grant=["1", "3"])
    assert result["reason"] == "reconfigure_successful"
    assert rows(entry) == [row("2")]


async def test_a_page_says_what_the_contact_can_do_now(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """It leads back to the menu."""
    hass.states.async_set("light.lamp", "on", {"friendly_name": "Lamp"})
    at_work(hass, entry)

    page = await choose(hass, entry, "rights")

    assert page["step_id"] == "rights"
    assert page["last_step"] is False
    placeholders = page["description_placeholders"]
    assert placeholders is not None
    assert placeholders["name"] == "Ben"
    assert "Counts now" in placeholders["rights"]
    assert "Lamp" in placeholders["rights"]
    menu = await submit(hass, page)
    assert menu["type"] is FlowResultType.MENU
    assert menu["step_id"] == "reconfigure"


async def test_without_its_account_a_contact_can_do_nothing_to_be_shown(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """The page says so."""
    result = await choose(hass, entry, "rights")

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "entry_not_loaded"
