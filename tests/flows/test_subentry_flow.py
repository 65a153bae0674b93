"""The contact's forms: who may be one, and what is kept of a grant."""

from typing import Any
from unittest.mock import AsyncMock

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    get_schema_suggested_value,
)

from custom_components.xmpp_iot.config_flow import XmppIotConfigFlow
from custom_components.xmpp_iot.const import (
    CONF_ALL_ENTITIES,
    CONF_JID,
    CONF_LEVEL,
    CONF_NICKNAME,
    CONF_TARGET,
    CONF_TLS,
    DOMAIN,
    SUBENTRY_CONCENTRATOR,
    SUBENTRY_CONTACT,
)
from custom_components.xmpp_iot.link_flow import ConcentratorFlow
from custom_components.xmpp_iot.subentry_flow import ContactFlow
from homeassistant.config_entries import (
    SOURCE_USER,
    ConfigSubentryDataWithId,
    SubentryFlowResult,
)
from homeassistant.const import CONF_PASSWORD
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er

HOME = "home@example.org"
ANNA = "anna@example.org"
BEN = "ben@example.org"
LAMP = {"entity_id": ["light.lamp"]}


@pytest.fixture
def entry(hass: HomeAssistant) -> MockConfigEntry:
    """Return an account with one contact, whose changes are listened to."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        unique_id=HOME,
        data={CONF_JID: HOME, CONF_PASSWORD: "secret", CONF_TLS: "starttls"},
        subentries_data=[
            ConfigSubentryDataWithId(
                subentry_id="ben",
                subentry_type=SUBENTRY_CONTACT,
                title="Ben",
                unique_id=f"contact:{BEN}",
                data={
                    CONF_JID: BEN,
                    CONF_NICKNAME: "Ben",
                    CONF_LEVEL: "control",
                    CONF_ALL_ENTITIES: False,
                    CONF_TARGET: LAMP,
                },
            )
        ],
    )
    entry.add_to_hass(hass)
    return entry


async def start(hass: HomeAssistant, entry: MockConfigEntry) -> SubentryFlowResult:
    """Open the form for a new contact."""
    form = await hass.config_entries.subentries.async_init(
        (entry.entry_id, SUBENTRY_CONTACT), context={"source": SOURCE_USER}
    )
    assert form["type"] is FlowResultType.FORM
    assert form["step_id"] == "user"
    assert form["errors"] == {}
    return form


async def submit(
    hass: HomeAssistant, form: SubentryFlowResult, **user_input: Any
) -> SubentryFlowResult:
    """Fill in and send a form."""
    result = await hass.config_entries.subentries.async_configure(
        form["flow_id"], user_input
    )
    await hass.async_block_till_done()
    return result


def suggested(form: SubentryFlowResult) -> dict[str, Any]:
    """Return what a form is filled in with."""
    assert form["data_schema"] is not None
    fields = form["data_schema"].schema
    values = {str(key): get_schema_suggested_value(fields, key) for key in fields}
    return {key: value for key, value in values.items() if value is not None}


def kept(entry: MockConfigEntry, jid: str) -> dict[str, Any]:
    """Return what the account keeps about a contact."""
    return next(
        dict(subentry.data)
        for subentry in entry.subentries.values()
        if subentry.unique_id == f"contact:{jid}"
    )


def test_an_account_has_contacts_and_links_houses(entry: MockConfigEntry) -> None:
    """These are the two kinds of subentry."""
    assert XmppIotConfigFlow.async_get_supported_subentry_types(entry) == {
        SUBENTRY_CONTACT: ContactFlow,
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
    assert kept(entry, ANNA) == {
        CONF_JID: ANNA,
        CONF_NICKNAME: "Anna",
        CONF_LEVEL: "read",
        CONF_ALL_ENTITIES: False,
        CONF_TARGET: LAMP,
    }
    assert heard.call_count == 1


async def test_a_contact_without_nickname_is_called_by_its_address(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """And all entities need no target."""
    form = await start(hass, entry)

    result = await submit(
        hass, form, jid=ANNA, level="command", all_entities=True, target={}
    )

    assert result["title"] == ANNA
    assert kept(entry, ANNA) == {
        CONF_JID: ANNA,
        CONF_NICKNAME: "",
        CONF_LEVEL: "command",
        CONF_ALL_ENTITIES: True,
        CONF_TARGET: {},
    }


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({CONF_JID: "anna"}, {CONF_JID: "invalid_jid"}),
        ({CONF_JID: f"{ANNA}/phone"}, {CONF_JID: "invalid_jid"}),
        ({CONF_JID: "Home@example.org"}, {CONF_JID: "own_account"}),
        ({CONF_JID: "BEN@example.org"}, {CONF_JID: "already_contact"}),
        ({CONF_TARGET: {}}, {CONF_TARGET: "no_target"}),
        ({CONF_TARGET: {"area_id": []}}, {CONF_TARGET: "no_target"}),
        ({CONF_TARGET: {"entity_id": "all"}}, {CONF_TARGET: "invalid_target"}),
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


async def test_a_contacts_grant_is_changed(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """The form shows what is granted; the address is shown and stays."""
    form = await entry.start_subentry_reconfigure_flow(hass, "ben")
    assert form["step_id"] == "reconfigure"
    assert form["description_placeholders"] == {CONF_JID: BEN}
    assert form["data_schema"] is not None
    assert CONF_JID not in form["data_schema"].schema
    assert suggested(form) == {
        CONF_NICKNAME: "Ben",
        CONF_LEVEL: "control",
        CONF_ALL_ENTITIES: False,
        CONF_TARGET: LAMP,
    }

    form = await submit(hass, form, level="read", all_entities=False)

    assert form["errors"] == {CONF_TARGET: "no_target"}
    assert suggested(form)[CONF_LEVEL] == "read"
    result = await submit(hass, form, level="read", target={"area_id": "kitchen"})
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reconfigure_successful"
    assert entry.subentries["ben"].title == BEN
    assert entry.subentries["ben"].unique_id == f"contact:{BEN}"
    assert kept(entry, BEN) == {
        CONF_JID: BEN,
        CONF_NICKNAME: "",
        CONF_LEVEL: "read",
        CONF_ALL_ENTITIES: False,
        CONF_TARGET: {"area_id": ["kitchen"]},
    }


async def test_a_grant_of_a_registered_entity_survives_its_renaming(
    hass: HomeAssistant, entry: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    """What is kept is the id of the registry entry; what is shown is the entity id."""
    registered = entity_registry.async_get_or_create("light", "demo", "1")
    gone = entity_registry.async_get_or_create("light", "demo", "2")
    target = {"entity_id": [registered.entity_id, gone.entity_id, "light.plain"]}
    form = await start(hass, entry)

    await submit(hass, form, jid=ANNA, target=target)

    pinned = kept(entry, ANNA)[CONF_TARGET]
    assert pinned == {"entity_id": [registered.id, gone.id, "light.plain"]}
    entity_registry.async_update_entity(
        registered.entity_id, new_entity_id="light.renamed"
    )
    entity_registry.async_remove(gone.entity_id)
    anna = next(it for it in entry.subentries.values() if it.data[CONF_JID] == ANNA)
    form = await entry.start_subentry_reconfigure_flow(hass, anna.subentry_id)
    assert suggested(form)[CONF_TARGET] == {
        "entity_id": ["light.renamed", "light.plain"]
    }
