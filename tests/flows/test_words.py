"""Everything the forms show has words, and reaches the browser."""

import json
from pathlib import Path
from typing import Any

import probatio

import custom_components.xmpp_iot as component
from custom_components.xmpp_iot import account, config_flow, subentry_flow
from custom_components.xmpp_iot.const import SECTION_SERVER, SUBENTRY_CONTACT
from custom_components.xmpp_iot.wire.errors import LoginError
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv

from .forms import start

FOLDER = Path(component.__path__[0]) / "translations"
ENGLISH = json.loads((FOLDER / "en.json").read_text())


def browser_fields(schema: Any) -> list[dict[str, Any]]:
    """Return a form's fields as Home Assistant sends them to the browser."""
    serializer = cv.custom_serializer
    fields: Any = probatio.to_field_list(schema, custom_serializer=serializer)
    return list(fields)


def test_every_problem_of_an_account_has_words() -> None:
    """As an error of the form, and as an exception of the set-up, with the same keys."""
    kinds: list[type[LoginError]] = LoginError.__subclasses__()
    problems = {account.login_problem(kind()) for kind in kinds}
    problems |= {kind.problem for kind in account.InvalidSetting.__subclasses__()}

    assert set(ENGLISH["config"]["error"]) == problems
    assert problems < set(ENGLISH["exceptions"])


async def test_every_field_has_a_name_and_an_explanation(hass: HomeAssistant) -> None:
    """In the forms of the account, with their section, and of the contact."""
    server = {str(key) for key in config_flow._SERVER.schema}
    steps = ENGLISH["config"]["step"]
    contact = ENGLISH["config_subentries"][SUBENTRY_CONTACT]["step"]
    known = {str(key) for key in subentry_flow._KNOWN_CONTACT.schema}
    shown: list[tuple[dict[str, Any], set[str]]] = [
        (steps["user"], {"jid", "password"}),
        (steps["reconfigure"], {"jid", "password"}),
        (steps["reauth_confirm"], {"password"}),
        (steps["user"]["sections"][SECTION_SERVER], server),
        (steps["reconfigure"]["sections"][SECTION_SERVER], server),
        (contact["user"], {"jid", *known}),
        (contact["reconfigure"], known),
    ]

    for words, fields in shown:
        assert set(words["data"]) == set(words["data_description"]) == fields


async def test_the_forms_reach_the_browser(hass: HomeAssistant) -> None:
    """The schemas can be serialised, the select options have words."""
    form = await start(hass)

    jid, password, server = browser_fields(form["data_schema"])
    grant = browser_fields(subentry_flow._NEW_CONTACT)

    assert (jid["name"], password["name"]) == ("jid", "password")
    assert server["expanded"] is False
    for field in (*server["schema"], *grant):
        if select := field.get("selector", {}).get("select"):
            words = ENGLISH["selector"][select["translation_key"]]["options"]
            assert set(words) == set(select["options"])
