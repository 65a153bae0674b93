"""Everything the forms show has words, and reaches the browser."""

import json
from pathlib import Path
from typing import Any

import probatio
import pytest
import voluptuous as vol

import custom_components.xmpp_iot as component
from custom_components.xmpp_iot import account, config_flow, options_flow
from custom_components.xmpp_iot.const import (
    CONF_TRAFFIC,
    SECTION_SERVER,
    SECTION_WHEN,
    SUBENTRY_CONTACT,
    SUBENTRY_INVITE,
)
from custom_components.xmpp_iot.grant_form import async_fields
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


def grant(*, known: bool) -> dict[vol.Marker, Any]:
    """Return the fields of a grant that says when it counts."""
    when = {"until": "2026-11-22 18:00:00", "uses": 3}
    return async_fields({SECTION_WHEN: when}, {}, known=known)


def test_every_problem_of_an_account_has_words() -> None:
    """As an error of the form, and as an exception of the set-up, with the same keys."""
    kinds: list[type[LoginError]] = LoginError.__subclasses__()
    problems = {account.login_problem(kind()) for kind in kinds}
    problems |= {kind.problem for kind in account.InvalidSetting.__subclasses__()}

    # (the form of a first contact has those of a grant)
    of_a_grant = {"half_of_hours", "invalid_target", "no_target", "until_past"}
    assert set(ENGLISH["config"]["error"]) == problems | of_a_grant
    assert problems < set(ENGLISH["exceptions"])


async def test_every_field_has_a_name_and_an_explanation(hass: HomeAssistant) -> None:
    """In the forms of the account, with their section."""
    server = {str(key) for key in config_flow._SERVER.schema}
    steps = ENGLISH["config"]["step"]
    shown: list[tuple[dict[str, Any], set[str]]] = [
        (steps["user"], {"jid", "password"}),
        (steps["reconfigure"], {"jid", "password"}),
        (steps["reauth_confirm"], {"password"}),
        (steps["user"]["sections"][SECTION_SERVER], server),
        (steps["reconfigure"]["sections"][SECTION_SERVER], server),
    ]

    for words, fields in shown:
        assert set(words["data"]) == set(words["data_description"]) == fields


async def test_what_is_held_back_has_names_and_explanations(
    hass: HomeAssistant,
) -> None:
    """All fields of that section of the options."""
    words = ENGLISH["options"]["step"]["init"]["sections"][CONF_TRAFFIC]
    fields = {str(key) for key in await options_flow._traffic(hass, {})}
    assert set(words["data"]) == set(words["data_description"]) == fields
    assert words["name"]
    assert words["description"]


@pytest.mark.parametrize(
    ("kind", "step", "more", "known"),
    [
        (SUBENTRY_CONTACT, "user", {"jid", "nickname"}, False),
        (SUBENTRY_CONTACT, "add_grant", set(), False),
        (SUBENTRY_CONTACT, "grant", set(), True),
        (SUBENTRY_INVITE, "user", {"nickname", "valid_for"}, False),
        (SUBENTRY_INVITE, "add_grant", set(), False),
        (SUBENTRY_INVITE, "grant", set(), True),
    ],
)
def test_every_field_of_a_grant_has_a_name_and_an_explanation(
    kind: str, step: str, more: set[str], known: bool
) -> None:
    """Wherever its form is, with its section."""
    words = ENGLISH["config_subentries"][kind]["step"][step]
    fields = {str(key): value for key, value in grant(known=known).items()}
    inner = {str(key) for key in fields.pop(SECTION_WHEN).schema.schema}

    assert set(words["data"]) == set(words["data_description"]) == {*fields, *more}
    when = words["sections"][SECTION_WHEN]
    assert set(when["data"]) == set(when["data_description"]) == inner
    assert when["name"]
    assert when["description"]


async def test_the_forms_reach_the_browser(hass: HomeAssistant) -> None:
    """The schemas can be serialised, the select options have words."""
    form = await start(hass)

    jid, password, server = browser_fields(form["data_schema"])
    *what, when = browser_fields(vol.Schema(grant(known=True)))

    assert (jid["name"], password["name"]) == ("jid", "password")
    assert server["expanded"] is False
    assert when["expanded"] is True
    for field in (*server["schema"], *what, *when["schema"]):
        if select := field.get("selector", {}).get("select"):
            words = ENGLISH["selector"][select["translation_key"]]["options"]
            assert set(words) == set(select["options"])
