"""Link houses by the forms, as people do, and see what they show."""

from typing import Any

from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    get_schema_suggested_value,
)

from custom_components.xmpp_iot.const import SUBENTRY_CONCENTRATOR
from homeassistant.config_entries import SOURCE_USER, SubentryFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from ..remote.street import HOME, Neighbour, Street

HOUSE = f"{HOME}/homeassistant"
BARN = "barn@example.org"
EVERYTHING = {
    "everything": True,
    "areas": [],
    "domains": [],
    "labels": [],
    "nodes": [],
    "prefix": "",
    "suggest_areas": True,
    "statistics": False,
    "quality": "acknowledged",
}
KITCHEN = EVERYTHING | {"everything": False, "areas": ["kitchen"], "prefix": "Barn "}


async def start(hass: HomeAssistant, cabin: MockConfigEntry) -> SubentryFlowResult:
    """Open the form for a house."""
    form = await hass.config_entries.subentries.async_init(
        (cabin.entry_id, SUBENTRY_CONCENTRATOR), context={"source": SOURCE_USER}
    )
    assert form["type"] is FlowResultType.FORM
    assert form["step_id"] == "user"
    assert form["errors"] == {}
    return form


async def submit(
    hass: HomeAssistant, form: SubentryFlowResult, **user_input: Any
) -> SubentryFlowResult:
    """Fill in and send a form, and see what comes after the progress it shows."""
    flows = hass.config_entries.subentries
    return await arrive(
        hass, await flows.async_configure(form["flow_id"], user_input or None)
    )


async def arrive(hass: HomeAssistant, shown: SubentryFlowResult) -> SubentryFlowResult:
    """Look again and again, as a browser does when it is told to, while something is under way."""
    flows = hass.config_entries.subentries
    while shown["type"] is FlowResultType.SHOW_PROGRESS:
        await hass.async_block_till_done(wait_background_tasks=True)
        shown = await flows.async_configure(shown["flow_id"])
    await hass.async_block_till_done()
    return shown


async def reach_selection(
    hass: HomeAssistant, cabin: MockConfigEntry, street: Street, **neighbour: Any
) -> SubentryFlowResult:
    """Choose a house that is online, and see what it has."""
    street.move_in(HOUSE, Neighbour(**neighbour))
    form = await submit(hass, await start(hass, cabin), jid=HOME)
    assert form["step_id"] == "selection"
    return form


def options(form: SubentryFlowResult, field: str) -> dict[str, str]:
    """Return what a list of a form has, in its order."""
    assert form["data_schema"] is not None
    config = form["data_schema"].schema[field].config
    return {one["value"]: one["label"] for one in config["options"]}


def fields(form: SubentryFlowResult) -> list[str]:
    """Return the fields of a form."""
    assert form["data_schema"] is not None
    return [str(key) for key in form["data_schema"].schema]


def suggested(form: SubentryFlowResult) -> dict[str, Any]:
    """Return what a form is filled in with."""
    assert form["data_schema"] is not None
    schema = form["data_schema"].schema
    values = {str(key): get_schema_suggested_value(schema, key) for key in schema}
    return {key: value for key, value in values.items() if value is not None}


def said(form: SubentryFlowResult) -> dict[str, str]:
    """Return what the description of a step is completed with."""
    return dict(form["description_placeholders"] or {})


def kept(cabin: MockConfigEntry, jid: str) -> dict[str, Any]:
    """Return what the account keeps about a house."""
    return next(
        dict(subentry.data)
        for subentry in cabin.subentries.values()
        if subentry.unique_id == f"concentrator:{jid}"
    )
