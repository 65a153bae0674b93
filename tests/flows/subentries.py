"""An account with contacts, and the forms of its subentries."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    get_schema_suggested_value,
)

from custom_components.xmpp_iot.const import (
    CONF_GRANTS,
    CONF_JID,
    CONF_NEVER_EXPOSED,
    CONF_NICKNAME,
    CONF_TLS,
    DOMAIN,
    SECTION_WHEN,
    SUBENTRY_CONTACT,
)
from custom_components.xmpp_iot.contacts.grants import Contact, Grants
from custom_components.xmpp_iot.contacts.records import Records
from homeassistant.config_entries import (
    SOURCE_USER,
    ConfigEntryState,
    ConfigSubentryDataWithId,
    SubentryFlowResult,
)
from homeassistant.const import CONF_PASSWORD
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from ..people import records

HOME = "home@example.org"
ANNA = "anna@example.org"
BEN = "ben@example.org"
LAMP = {"entity_id": ["light.lamp"]}


def row(row_id: str = "1", **more: Any) -> dict[str, Any]:
    """Return a grant as it is kept: to read the lamp, unless `more` says another thing."""
    return {
        "id": row_id,
        "level": "read",
        "all_entities": False,
        "target": LAMP,
        "dangerous": False,
        "ask": False,
        **more,
    }


def account(hass: HomeAssistant, *rows: Mapping[str, Any]) -> MockConfigEntry:
    """Return an account whose only contact, Ben, has these grants."""
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
                    CONF_GRANTS: [dict(one) for one in rows],
                },
            )
        ],
    )
    entry.add_to_hass(hass)
    return entry


def at_work(hass: HomeAssistant, entry: MockConfigEntry) -> Records:
    """Have the account's gate at work, as it is after the set-up; return the records it counts in."""
    kept = records(hass)
    grants = Grants(hass, kept)
    contacts = entry.get_subentries_of_type(SUBENTRY_CONTACT)
    grants.async_set_contacts(
        map(Contact.from_subentry, contacts), entry.options.get(CONF_NEVER_EXPOSED, ())
    )
    entry.runtime_data = SimpleNamespace(grants=grants)
    entry.mock_state(hass, ConfigEntryState.LOADED)
    return kept


async def start(
    hass: HomeAssistant, entry: MockConfigEntry, kind: str = SUBENTRY_CONTACT
) -> SubentryFlowResult:
    """Open the form for something new."""
    form = await hass.config_entries.subentries.async_init(
        (entry.entry_id, kind), context={"source": SOURCE_USER}
    )
    assert form["type"] is FlowResultType.FORM
    assert form["step_id"] == "user"
    assert form["errors"] == {}
    return form


async def choose(
    hass: HomeAssistant, entry: MockConfigEntry, step: str
) -> SubentryFlowResult:
    """Open Ben's menu, and choose something in it."""
    menu = await entry.start_subentry_reconfigure_flow(hass, "ben")
    assert menu["type"] is FlowResultType.MENU
    assert step in menu["menu_options"]
    return await submit(hass, menu, next_step_id=step)


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
    """Return what a form is filled in with, its section of the time by itself."""
    assert form["data_schema"] is not None
    fields = form["data_schema"].schema
    values = _values(fields)
    if SECTION_WHEN in fields and (
        inner := _values(fields[SECTION_WHEN].schema.schema)
    ):
        values[SECTION_WHEN] = inner
    return values


def names(form: SubentryFlowResult) -> set[str]:
    """Return which fields the section of the time has."""
    assert form["data_schema"] is not None
    return set(map(str, form["data_schema"].schema[SECTION_WHEN].schema.schema))


def is_collapsed(form: SubentryFlowResult) -> bool:
    """Return whether the section of the time is closed."""
    assert form["data_schema"] is not None
    collapsed: bool = form["data_schema"].schema[SECTION_WHEN].options["collapsed"]
    return collapsed


def labels(form: SubentryFlowResult) -> dict[str, str]:
    """Return the grants that can be chosen, in words, by their ids."""
    assert form["data_schema"] is not None
    options = form["data_schema"].schema["grant"].config["options"]
    return {option["value"]: option["label"] for option in options}


def kept(entry: MockConfigEntry, jid: str) -> dict[str, Any]:
    """Return what the account keeps about a contact."""
    return next(
        dict(subentry.data)
        for subentry in entry.subentries.values()
        if subentry.unique_id == f"contact:{jid}"
    )


def rows(entry: MockConfigEntry, jid: str = BEN) -> list[dict[str, Any]]:
    """Return a contact's grants as they are kept."""
    found: list[dict[str, Any]] = kept(entry, jid)[CONF_GRANTS]
    return found


def _values(fields: Mapping[Any, Any]) -> dict[str, Any]:
    values = {str(key): get_schema_suggested_value(fields, key) for key in fields}
    return {key: value for key, value in values.items() if value is not None}
