"""The invite's forms: what it grants and for how long, and the page with its code."""

from datetime import timedelta
from typing import Any
from urllib.parse import unquote

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot.const import SUBENTRY_INVITE
from homeassistant.config_entries import ConfigSubentry, SubentryFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from .subentries import HOME, LAMP, account, row, start, submit, suggested


@pytest.fixture(autouse=True)
async def noon(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Have it be noon in Madrid, in a house with a name."""
    await hass.config.async_set_time_zone("Europe/Madrid")
    hass.config.location_name = "Anna's & Ben's"
    freezer.move_to("2026-11-20T11:00:00+00:00")


@pytest.fixture
def entry(hass: HomeAssistant) -> MockConfigEntry:
    """Return an account with one contact."""
    return account(hass, row())


async def fill_in(
    hass: HomeAssistant, entry: MockConfigEntry, **user_input: Any
) -> SubentryFlowResult:
    """Send the form for a new invite that lets the lamp be read."""
    form = await start(hass, entry, SUBENTRY_INVITE)
    return await submit(hass, form, **{"target": LAMP, **user_input})


def invite(entry: MockConfigEntry) -> ConfigSubentry:
    """Return the only invite of the account."""
    found: ConfigSubentry
    (found,) = entry.get_subentries_of_type(SUBENTRY_INVITE)
    return found


def code(page: SubentryFlowResult) -> str:
    """Return what the page's code says."""
    assert page["data_schema"] is not None
    data: str = page["data_schema"].schema["code"].config["data"]
    return data


async def test_an_invite_is_made_and_shown(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """It is there as soon as its page is, for two days unless another time is chosen."""
    page = await fill_in(hass, entry, nickname=" Carla *C* ", level="control")

    assert page["type"] is FlowResultType.FORM
    assert page["step_id"] == "code"
    made = invite(entry)
    (grant,) = made.data["grants"]
    assert made.title == "Carla *C*, until 2026-11-22 12:00"
    assert dict(made.data) == {
        "token": made.data["token"],
        "expires": "2026-11-22T11:00:00+00:00",
        "nickname": "Carla *C*",
        "grants": [row(grant["id"], level="control")],
    }
    assert page["description_placeholders"] == {
        "title": r"Carla \*C\*\, until 2026\-11\-22 12\:00",
        "link": code(page),
        "moment": "2026-11-22 12:00",
    }


async def test_the_code_is_a_link_to_the_house(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """With the token that nobody guesses, and the house's name, percent-encoded."""
    page = await fill_in(hass, entry)

    token = invite(entry).data["token"]
    assert len(token) == 32
    assert code(page) == (
        f"xmpp:{HOME}?roster;preauth={token};name=Anna%27s%20%26%20Ben%27s"
    )
    assert unquote(code(page)).endswith("Anna's & Ben's")


async def test_an_invite_for_nobody_in_particular_says_so(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Whoever has it can use it."""
    await fill_in(hass, entry, valid_for={"hours": 1})

    assert invite(entry).title == "Whoever has it, until 2026-11-20 13:00"
    assert invite(entry).data["nickname"] == ""


async def test_the_page_ends_by_saying_where_the_invite_is(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """The invite was there before."""
    page = await fill_in(hass, entry)

    result = await submit(hass, page)

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "invite_ready"
    assert result["description_placeholders"] == {"moment": "2026-11-22 12:00"}
    assert invite(entry)


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"target": {}}, {"target": "no_target"}),
        ({"valid_for": {"hours": 0}}, {"valid_for": "invalid_duration"}),
        ({"valid_for": {"days": 30, "minutes": 1}}, {"valid_for": "invalid_duration"}),
        (
            {"when": {"from": "08:00:00"}, "valid_for": {"days": 31}},
            {"when": "half_of_hours", "valid_for": "invalid_duration"},
        ),
    ],
)
async def test_what_makes_no_invite_is_refused_and_can_be_mended(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    typed: dict[str, Any],
    errors: dict[str, str],
) -> None:
    """Errors stand at their fields, the form keeps what was typed, and there is no invite yet."""
    form = await fill_in(hass, entry, nickname="Carla", **typed)

    assert form["step_id"] == "user"
    assert form["errors"] == errors
    assert suggested(form)["nickname"] == "Carla"
    assert list(entry.subentries) == ["ben"]
    page = await submit(hass, form, target=LAMP, valid_for={"days": 30})
    assert page["step_id"] == "code"


async def test_an_invite_is_shown_again(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """With the same code; that changes nothing."""
    first = await fill_in(hass, entry)
    made = invite(entry)

    page = await entry.start_subentry_reconfigure_flow(hass, made.subentry_id)

    assert page["step_id"] == "reconfigure"
    assert code(page) == code(first)
    assert page["description_placeholders"] == first["description_placeholders"]
    result = await submit(hass, page)
    assert result["reason"] == "invite_ready"
    assert invite(entry) == made


async def test_an_invite_that_has_expired_is_not_shown(
    hass: HomeAssistant, entry: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    """It may still be there while the account is not at work."""
    await fill_in(hass, entry)
    freezer.tick(timedelta(days=2))

    result = await entry.start_subentry_reconfigure_flow(
        hass, invite(entry).subentry_id
    )

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "invite_expired"
