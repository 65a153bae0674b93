"""A house is linked by the forms on a real server: asked, agreed upon, looked at, chosen from."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot import link_flow
from custom_components.xmpp_iot.const import DOMAIN, SUBENTRY_CONCENTRATOR
from custom_components.xmpp_iot.remote.link import Link
from homeassistant.config_entries import SOURCE_USER, SubentryFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from .conftest import House, account_data, add_contact, contact

pytestmark = pytest.mark.server


@pytest.fixture(autouse=True)
def unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have progress end when it ends: nobody looks at it here."""
    monkeypatch.setattr(link_flow, "SEEN", 0)


@pytest.fixture
async def cabin(house: House) -> AsyncGenerator[MockConfigEntry]:
    """Return the account of another house, in the same Home Assistant, that links nothing yet."""
    account = house.server.accounts["cabin"]
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Cabin",
        unique_id=account.jid,
        data=account_data(house.server, "cabin"),
    )
    entry.add_to_hass(house.hass)
    assert await house.hass.config_entries.async_setup(entry.entry_id)
    yield entry
    for subentry_id in tuple(entry.subentries):
        house.hass.config_entries.async_remove_subentry(entry, subentry_id)
    await house.hass.async_block_till_done()
    assert await house.hass.config_entries.async_unload(entry.entry_id)


async def ask_for(house: House, cabin: MockConfigEntry) -> SubentryFlowResult:
    """Type the address of the house, and wait for what comes after the progress."""
    flows = house.hass.config_entries.subentries
    form = await flows.async_init(
        (cabin.entry_id, SUBENTRY_CONCENTRATOR), context={"source": SOURCE_USER}
    )
    shown = await flows.async_configure(form["flow_id"], {"jid": house.bare})
    while shown["type"] is FlowResultType.SHOW_PROGRESS:
        await house.hass.async_block_till_done(wait_background_tasks=True)
        shown = await flows.async_configure(form["flow_id"])
    return shown


async def submit(
    house: House, form: SubentryFlowResult, **user_input: Any
) -> SubentryFlowResult:
    """Fill in a form that ends the flow."""
    flows = house.hass.config_entries.subentries
    result = await flows.async_configure(form["flow_id"], user_input)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await house.hass.async_block_till_done()
    return result


async def until(
    follow: Callable[[Callable[[], None]], object], condition: Callable[[], bool]
) -> None:
    """Wait until something is so that `follow` tells of."""
    told = asyncio.Event()
    follow(told.set)
    async with asyncio.timeout(10):
        while not condition():
            await told.wait()
            told.clear()


async def arrival(cabin: MockConfigEntry) -> Link:
    """Return the one linked house when it is there and up to date."""
    link: Link
    (link,) = cabin.runtime_data.links
    await until(link.listen, lambda: link.online)
    return link


async def test_a_house_is_asked_looked_at_and_linked(
    hass: HomeAssistant, house: House, cabin: MockConfigEntry
) -> None:
    """It has the other one as a contact, so that it agrees at once; what was chosen appears."""
    await add_contact(house, contact(house.server, "cabin", "read"))

    form = await ask_for(house, cabin)

    assert form["step_id"] == "selection"
    said = form["description_placeholders"] or {}
    lights = len(hass.states.async_entity_ids("light"))
    assert f"Light\xa0({lights})" in said["domains"].split(" · ")
    await submit(house, form, everything=False, domains=["light"])
    link = await arrival(cabin)
    assert {node.domain for node in link.store} == {"light"}
    assert len(link.store) == lights


async def test_a_house_that_has_not_agreed_appears_when_it_has(
    hass: HomeAssistant,
    house: House,
    cabin: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is linked all the same, and nobody has to do anything here when it agrees."""
    monkeypatch.setattr(link_flow, "FRIENDS_WITHIN", 0.3)
    menu = await ask_for(house, cabin)
    assert menu["step_id"] == "waiting"
    await submit(house, menu, next_step_id="link")

    await add_contact(house, contact(house.server, "cabin", "read", "light.bed_light"))

    link = await arrival(cabin)
    assert [node.id for node in link.store] == ["light.bed_light"]


async def test_a_flow_that_is_given_up_leaves_no_friendship(
    hass: HomeAssistant,
    house: House,
    cabin: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The roster is as it was."""
    monkeypatch.setattr(link_flow, "FRIENDS_WITHIN", 0.3)
    session = cabin.runtime_data.session
    menu = await ask_for(house, cabin)
    assert house.bare in session.roster()

    hass.config_entries.subentries.async_abort(menu["flow_id"])

    await until(session.on_roster, lambda: house.bare not in session.roster())
