"""Open forms, fill them in, and see what they show."""

from typing import Any

from pytest_homeassistant_custom_component.common import get_schema_suggested_value

from custom_components.xmpp_iot.const import CONF_TLS, DOMAIN, SECTION_SERVER
from homeassistant.config_entries import SOURCE_USER, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

JID = "home@prosody.example"
PASSWORD = "password of home"
PLAIN = {CONF_TLS: "starttls"}


async def start(hass: HomeAssistant) -> ConfigFlowResult:
    """Open the form for a new account."""
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "user"
    assert result["errors"] == {}
    return result


async def submit(
    hass: HomeAssistant, form: ConfigFlowResult, **user_input: Any
) -> ConfigFlowResult:
    """Fill in and send a form."""
    result = await hass.config_entries.flow.async_configure(form["flow_id"], user_input)
    await hass.async_block_till_done()
    return result


def suggested(form: ConfigFlowResult) -> dict[str, Any]:
    """Return what a form is filled in with, the section's fields among the others."""
    assert form["data_schema"] is not None
    fields = form["data_schema"].schema
    inner = fields[SECTION_SERVER].schema.schema
    return {
        str(key): value
        for schema in (fields, inner)
        for key in schema
        if (value := get_schema_suggested_value(schema, key)) is not None
    }


def is_collapsed(form: ConfigFlowResult) -> bool:
    """Return whether the section of the server is closed."""
    assert form["data_schema"] is not None
    collapsed: bool = form["data_schema"].schema[SECTION_SERVER].options["collapsed"]
    return collapsed
