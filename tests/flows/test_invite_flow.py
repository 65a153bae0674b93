"""The invite's forms: what it grants and for how long, and the page with its code."""

from datetime import timedelta
from typing import Any
from urllib.parse import unquote

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot import invite_flow
from custom_components.xmpp_iot.const import SUBENTRY_INVITE
from homeassistant.config_entries import ConfigSubentry, SubentryFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from .subentries import HOME, LAMP, account, labels, row, start, submit, suggested


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


async def choose(
    hass: HomeAssistant, summary: SubentryFlowResult, step: str
) -> SubentryFlowResult:
    """Choose something in the summary."""
    assert summary["type"] is FlowResultType.MENU
    assert summary["step_id"] == "summary"
    assert step in summary["menu_options"]
    return await submit(hass, summary, next_step_id=step)


async def made(
    hass: HomeAssistant, entry: MockConfigEntry, **user_input: Any
) -> SubentryFlowResult:
    """Make an invite with one grant; return the page that shows it."""
    return await choose(hass, await fill_in(hass, entry, **user_input), "code")


def listed(summary: SubentryFlowResult) -> list[str]:
    """Return the grants that the summary shows."""
    assert summary["description_placeholders"] is not None
    text: str = summary["description_placeholders"]["grants"]
    return [line.removeprefix("- ").replace("\\", "") for line in text.splitlines()]


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
    page = await made(hass, entry, nickname=" Carla *C* ", level="control")

    assert page["type"] is FlowResultType.FORM
    assert page["step_id"] == "code"
    stored = invite(entry)
    (grant,) = stored.data["grants"]
    assert stored.title == "Carla *C*, until 2026-11-22 12:00"
    assert dict(stored.data) == {
        "token": stored.data["token"],
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
    page = await made(hass, entry)

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
    await made(hass, entry, valid_for={"hours": 1})

    assert invite(entry).title == "Whoever has it, until 2026-11-20 13:00"
    assert invite(entry).data["nickname"] == ""


async def test_the_page_ends_by_saying_where_the_invite_is(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """The invite was there before."""
    page = await made(hass, entry)

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
    summary = await submit(hass, form, target=LAMP, valid_for={"days": 30})
    assert summary["step_id"] == "summary"


async def test_an_invite_is_shown_again(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """With the same code; that changes nothing."""
    first = await made(hass, entry)
    stored = invite(entry)

    page = await entry.start_subentry_reconfigure_flow(hass, stored.subentry_id)

    assert page["step_id"] == "reconfigure"
    assert code(page) == code(first)
    assert page["description_placeholders"] == first["description_placeholders"]
    result = await submit(hass, page)
    assert result["reason"] == "invite_ready"
    assert invite(entry) == stored


async def test_an_invite_that_has_expired_is_not_shown(
    hass: HomeAssistant, entry: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    """It may still be there while the account is not at work."""
    await made(hass, entry)
    freezer.tick(timedelta(days=2))

    result = await entry.start_subentry_reconfigure_flow(
        hass, invite(entry).subentry_id
    )

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "invite_expired"


async def test_before_it_is_made_it_is_summed_up(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """With what can be changed still; there is none until then."""
    summary = await fill_in(hass, entry, level="control")

    assert listed(summary) == ["Read and control: light.lamp"]
    assert summary["menu_options"] == [
        "code",
        "add_grant",
        "change_grant",
        "remove_grant",
    ]
    assert list(entry.subentries) == ["ben"]


async def test_an_invite_has_as_many_grants_as_are_added(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """What was wrong in one form is not shown in the next; the contact gets all of them."""
    summary = await fill_in(hass, entry)
    form = await choose(hass, summary, "add_grant")
    form = await submit(hass, form, level="command")
    assert form["errors"] == {"target": "no_target"}
    summary = await submit(
        hass, form, level="command", all_entities=True, when={"uses": 3}
    )
    form = await choose(hass, summary, "add_grant")
    assert form["errors"] == {}
    summary = await submit(hass, form, level="control", target=LAMP)

    assert listed(summary) == [
        "Read: light.lamp",
        "Read, control and run every action: everything; uses: 3",
        "Read and control: light.lamp",
    ]
    await choose(hass, summary, "code")
    grants = invite(entry).data["grants"]
    assert [one["level"] for one in grants] == ["read", "command", "control"]
    assert len({one["id"] for one in grants}) == 3


async def test_a_grant_of_an_invite_can_be_changed(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """The only one at once, one of several after it is chosen; the others stay."""
    summary = await fill_in(hass, entry)
    form = await choose(hass, summary, "change_grant")
    assert form["step_id"] == "grant"
    summary = await submit(hass, form, level="control", target=LAMP)
    assert listed(summary) == ["Read and control: light.lamp"]
    form = await choose(hass, summary, "add_grant")
    summary = await submit(hass, form, level="read", all_entities=True)

    form = await choose(hass, summary, "change_grant")
    (_, second) = labels(form)
    form = await submit(hass, form, grant=second)
    assert form["errors"] == {}
    summary = await submit(hass, form, level="command", all_entities=True)

    assert listed(summary) == [
        "Read and control: light.lamp",
        "Read, control and run every action: everything",
    ]


async def test_grants_of_an_invite_can_be_removed(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Without any there is nothing to be made."""
    summary = await fill_in(hass, entry)
    form = await choose(hass, summary, "remove_grant")
    (only,) = labels(form)
    form = await submit(hass, form, grant=[])
    assert form["errors"] == {"grant": "nothing_chosen"}
    summary = await submit(hass, form, grant=[only])

    assert listed(summary) == ["–"]
    assert summary["menu_options"] == ["add_grant"]


async def test_an_invite_has_no_more_grants_than_a_contact(
    hass: HomeAssistant, entry: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then none can be added."""
    monkeypatch.setattr(invite_flow, "MOST_GRANTS", 2)
    summary = await fill_in(hass, entry)
    form = await choose(hass, summary, "add_grant")
    summary = await submit(hass, form, level="read", all_entities=True)

    assert "add_grant" not in summary["menu_options"]
    assert (await choose(hass, summary, "code"))["step_id"] == "code"


async def test_the_time_counts_from_when_an_invite_is_made(
    hass: HomeAssistant, entry: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    """However long it took to say what it grants; showing the page again makes no other."""
    summary = await fill_in(hass, entry)
    freezer.tick(timedelta(hours=1))
    await choose(hass, summary, "code")

    assert invite(entry).data["expires"] == "2026-11-22T12:00:00+00:00"
