"""The discovered item of a stranger: what the owner can answer, and what comes of it."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest

from custom_components.xmpp_iot.const import ATTR_ACCOUNT, ATTR_REQUEST, DOMAIN
from custom_components.xmpp_iot.wire.errors import NotConnected
from homeassistant.config_entries import (
    SOURCE_IGNORE,
    SOURCE_INTEGRATION_DISCOVERY,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from ..contacts.asking import ASKING, made, subentry
from ..contacts.strangers import HOME, ROMEO, Street, street

LAMP = {"entity_id": ["light.lamp"]}
GRANT = {
    "nickname": " Romeo ",
    "level": "control",
    "all_entities": False,
    "dangerous": False,
    "ask": True,
}


@pytest.fixture
async def here(hass: HomeAssistant) -> AsyncGenerator[Street]:
    """Return an account that Romeo has asked."""
    async with street(hass) as here:
        await here.ask(nickname="Romeo *M*", message="It is _me_")
        yield here


async def open_item(here: Street) -> ConfigFlowResult:
    """Open the discovered item."""
    (flow,) = here.flows
    return await here.hass.config_entries.flow.async_configure(flow["flow_id"])


async def choose(here: Street, answer: str) -> ConfigFlowResult:
    """Choose an answer."""
    (flow,) = here.flows
    result = await here.hass.config_entries.flow.async_configure(
        flow["flow_id"], {"next_step_id": answer}
    )
    await here.hass.async_block_till_done()
    return result


async def submit(
    here: Street, form: ConfigFlowResult, **user_input: Any
) -> ConfigFlowResult:
    """Fill in and send a form."""
    result = await here.hass.config_entries.flow.async_configure(
        form["flow_id"], user_input
    )
    await here.hass.async_block_till_done()
    return result


def granted(here: Street) -> dict[str, Any]:
    """Return the only grant of the only contact, who is Romeo."""
    (contact,) = here.entry.subentries.values()
    assert contact.unique_id == f"contact:{ROMEO}"
    (row,) = contact.data["grants"]
    return {key: value for key, value in row.items() if key != "id"}


def is_answered(here: Street) -> bool:
    """Return whether nothing is left of the request."""
    return here.is_quiet() and not here.records.requests


async def test_the_item_says_who_asks(here: Street) -> None:
    """With the words, as they are."""
    menu = await open_item(here)
    assert menu["type"] is FlowResultType.MENU
    assert menu["menu_options"] == ["allow", "allow_read", "ignore_request", "block"]
    placeholders = menu["description_placeholders"]
    assert placeholders is not None
    assert placeholders["name"] == r"Romeo \*M\* \(romeo\@example\.net\)"
    assert placeholders["message"] == r"It is \_me\_"


async def test_allowed_with_a_grant(here: Street) -> None:
    """Then they are a contact, by the name the owner gives; and nothing is shown any more."""
    form = await choose(here, "allow")
    assert form["type"] is FlowResultType.FORM
    wrong = await submit(here, form, **GRANT)
    assert wrong["errors"] == {"target": "no_target"}
    done = await submit(here, wrong, **GRANT, target=LAMP)
    assert done["type"] is FlowResultType.ABORT
    assert done["reason"] == "contact_added"
    assert done["description_placeholders"] == {
        "name": r"Romeo \*M\* \(romeo\@example\.net\)"
    }
    (contact,) = here.entry.subentries.values()
    assert contact.title == "Romeo"
    assert contact.data["jid"] == ROMEO
    assert granted(here) == {
        "level": "control",
        "all_entities": False,
        "target": LAMP,
        "dangerous": False,
        "ask": True,
    }
    assert is_answered(here)


async def test_allowed_to_read(here: Street) -> None:
    """Only what is chosen, and nothing beyond."""
    form = await choose(here, "allow_read")
    assert form["type"] is FlowResultType.FORM
    wrong = await submit(here, form, target={})
    assert wrong["errors"] == {"target": "no_target"}
    done = await submit(here, wrong, target=LAMP)
    assert done["reason"] == "contact_added"
    (contact,) = here.entry.subentries.values()
    assert contact.title == ROMEO
    assert granted(here) == {
        "level": "read",
        "all_entities": False,
        "target": LAMP,
        "dangerous": False,
        "ask": False,
    }
    assert is_answered(here)


async def test_ignored(here: Street) -> None:
    """As Home Assistant ignores things: shown among them, and to be taken back there."""
    done = await choose(here, "ignore_request")
    assert done["type"] is FlowResultType.ABORT
    assert done["reason"] == "request_ignored"
    (ignored,) = (
        one
        for one in here.hass.config_entries.async_entries(DOMAIN)
        if one.source == SOURCE_IGNORE
    )
    assert ignored.unique_id == f"{HOME}:{ROMEO}"
    assert ignored.title == f"Romeo *M* ({ROMEO})"
    assert is_answered(here)
    await here.ask()
    assert is_answered(here)


async def test_blocked(here: Street) -> None:
    """By the server; the house knows it too."""
    done = await choose(here, "block")
    assert done["reason"] == "blocked"
    assert here.blocking.blocked == {ROMEO}
    assert here.records.blocked == (ROMEO,)
    assert is_answered(here)


async def test_blocked_where_the_server_does_not(here: Street) -> None:
    """Then the house passes over them, and says so."""
    here.blocking.refusal = NotConnected()
    done = await choose(here, "block")
    assert done["reason"] == "blocked_here"
    assert here.records.blocked == (ROMEO,)
    assert is_answered(here)


async def test_nobody_is_blocked_while_the_account_is_not_at_work(
    here: Street,
) -> None:
    """The request stays."""
    here.entry.mock_state(here.hass, ConfigEntryState.SETUP_RETRY)
    done = await choose(here, "block")
    assert done["reason"] == "account_not_loaded"
    assert here.records.requests
    here.entry.mock_state(here.hass, ConfigEntryState.LOADED)


@pytest.mark.parametrize("answer", ["allow", "ignore_request"])
async def test_an_account_that_is_gone_is_asked_nothing(
    here: Street, answer: str
) -> None:
    """The item says so."""
    (flow,) = here.flows
    form = flow
    if answer == "allow":
        form = await choose(here, answer)
    entries = here.hass.config_entries._entries
    del entries[here.entry.entry_id]
    if answer == "allow":
        done = await submit(here, form, **GRANT, target=LAMP)
    else:
        done = await choose(here, answer)
    assert done["reason"] == "account_gone"
    entries[here.entry.entry_id] = here.entry


async def test_who_became_a_contact_meanwhile_is_not_added_again(
    here: Street,
) -> None:
    """Nor is one shown who was before Home Assistant had started."""
    form = await choose(here, "allow")
    listeners = list(here.entry.update_listeners)
    here.entry.update_listeners.clear()
    here.hass.config_entries.async_add_subentry(
        here.entry, made(subentry(ROMEO, "Romeo", ASKING))
    )
    done = await submit(here, form, **GRANT, target=LAMP)
    assert done["reason"] == "already_contact"
    assert await discovered(here, here.entry.entry_id) == "already_contact"
    here.entry.update_listeners.extend(listeners)


async def discovered(here: Street, entry_id: str) -> str:
    """Show a request late; return why that is not done."""
    request = dict(here.records.requests[ROMEO])
    result = await here.hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_INTEGRATION_DISCOVERY},
        data={ATTR_ACCOUNT: entry_id, ATTR_REQUEST: request},
    )
    return str(result.get("reason"))


async def test_a_request_is_shown_once_and_of_an_account_that_is_there(
    here: Street,
) -> None:
    """Whoever shows it again."""
    assert await discovered(here, here.entry.entry_id) == "already_in_progress"
    assert await discovered(here, "gone") == "account_gone"
