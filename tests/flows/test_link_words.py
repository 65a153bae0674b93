"""Everything the forms that link a house show has words, and reaches the browser."""

import inspect
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot import link_flow, link_form
from custom_components.xmpp_iot.const import SUBENTRY_CONCENTRATOR
from homeassistant.core import HomeAssistant

from ..remote.street import HOME, Neighbour, Street
from .linking import HOUSE, fields, reach_selection, start, submit
from .test_words import ENGLISH, browser_fields

WORDS = ENGLISH["config_subentries"][SUBENTRY_CONCENTRATOR]


async def test_every_field_has_a_name_and_an_explanation(
    hass: HomeAssistant, cabin: MockConfigEntry, street: Street
) -> None:
    """Whether the house is there or not, the same words are used."""
    steps = WORDS["step"]
    form = await reach_selection(hass, cabin, street)

    for words, shown in (
        (steps["user"], ["jid"]),
        (steps["selection"], fields(form)),
        (steps["offline"], fields(form)),
    ):
        assert set(words["data"]) == set(words["data_description"]) == set(shown)


def test_every_error_and_end_has_words() -> None:
    """And no words are for what there is not; one end is Home Assistant's own."""
    errors = {
        "already_linked",
        "invalid_jid",
        "no_answer",
        "not_concentrator",
        "not_connected",
        "not_let_in",
        "nothing_chosen",
        "own_account",
        "refused",
    }
    ends = {"already_configured", "entry_not_loaded"}
    program = inspect.getsource(link_flow)

    assert set(WORDS["error"]) == errors
    assert set(WORDS["abort"]) == ends
    assert {one for one in errors | ends if f'"{one}"' not in program} == {
        "already_configured"
    }
    assert set(WORDS["progress"]) == {"befriend", "survey"}
    assert all(WORDS["step"][one]["title"] for one in WORDS["progress"])


@pytest.mark.usefixtures("impatient")
async def test_every_way_out_has_words(
    hass: HomeAssistant, cabin: MockConfigEntry
) -> None:
    """Of the menu."""
    menu = await submit(hass, await start(hass, cabin), jid=HOME)

    shown = menu["menu_options"]
    assert isinstance(shown, list)
    assert set(shown) == set(WORDS["step"]["waiting"]["menu_options"])


async def test_the_description_is_completed(
    hass: HomeAssistant, cabin: MockConfigEntry, street: Street
) -> None:
    """Every gap in the text is filled, with a line for areas and one for kinds."""
    form = await reach_selection(hass, cabin, street)

    text = WORDS["step"]["selection"]["description"].format(
        **form["description_placeholders"] or {}
    )

    assert "\n\n**Areas:** Kitchen\xa0(2)\n\n**Kinds:** " in text


async def test_the_forms_reach_the_browser(
    hass: HomeAssistant, cabin: MockConfigEntry, street: Street
) -> None:
    """The schemas can be serialised."""
    street.move_in(HOUSE, Neighbour())
    form = await start(hass, cabin)
    (house,) = browser_fields(form["data_schema"])
    assert house["selector"]["select"]["custom_value"] is True

    form = await submit(hass, form, jid=HOME)

    shown: dict[str, Any] = {
        one["name"]: one for one in browser_fields(form["data_schema"])
    }
    assert list(shown) == fields(form)
    assert all(
        shown[key]["selector"]["select"]["multiple"] for key in link_form.CHOICES
    )
