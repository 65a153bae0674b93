"""A contact's order is put to the owner: what is asked, when, and what is done then."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from functools import partial

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot.concentrator.actions import Actions
from custom_components.xmpp_iot.concentrator.fields import FieldReader
from custom_components.xmpp_iot.concentrator.house import Concentrator
from custom_components.xmpp_iot.concentrator.nodes import SOURCE
from custom_components.xmpp_iot.concentrator.uploads import Uploads
from custom_components.xmpp_iot.const import DOMAIN, EVENT_QUESTION
from custom_components.xmpp_iot.contacts.consent import Consent
from custom_components.xmpp_iot.contacts.grants import Level
from custom_components.xmpp_iot.contacts.owner import Owner
from custom_components.xmpp_iot.contacts.question import Answer, Question
from custom_components.xmpp_iot.contacts.record import Record
from custom_components.xmpp_iot.wire.errors import (
    Asked,
    BadRequest,
    Expired,
    Forbidden,
    NotAcceptable,
    RecipientUnavailable,
)
from homeassistant.core import callback
from homeassistant.helpers.translation import async_load_integrations
from homeassistant.util import dt as dt_util
from tests.contacts.chatting import Telephone
from tests.people import contact
from tests.storage import Line

from .actor import Actor, settings
from .conftest import FRIEND, Home

LIGHT = "light.kitchen_lights"
OTHER = "light.ceiling_lights"
DOOR = "lock.front_door"


class Door:
    """The friend, at a house whose owner can be asked."""

    def __init__(self, home: Home, friend: Actor, consent: Consent) -> None:
        """Have everybody there."""
        self.home = home
        self.friend = friend
        self.consent = consent

    @property
    def questions(self) -> list[Question]:
        """What the owner is asked."""
        return list(self.consent.questions.values())

    async def asked(self, order: asyncio.Task[None]) -> list[Question]:
        """Return what the owner is asked for an order, which waits for the answer."""
        asked = asyncio.Event()
        end = self.home.hass.bus.async_listen(
            EVENT_QUESTION, callback(lambda _: asked.set())
        )
        telling = asyncio.create_task(asked.wait())
        await asyncio.wait({order, telling}, return_when=asyncio.FIRST_COMPLETED)
        telling.cancel()
        end()
        return self.questions

    def answer(self, answer: Answer) -> None:
        """Answer everything."""
        for question in self.questions:
            self.consent.async_answer(question.id, answer)


@pytest.fixture
async def door(home: Home) -> AsyncGenerator[Door]:
    """Return the friend, who may read, and has the owner asked for the rest."""
    await async_load_integrations(home.hass, {DOMAIN})
    home.grant(
        contact(jid=FRIEND.jid, level=Level.READ, all_entities=True, ask=True),
    )
    entry = MockConfigEntry(domain=DOMAIN)
    entry.add_to_hass(home.hass)
    owner = Owner(home.hass, entry, Telephone().chats)
    consent = Consent(home.hass, entry, home.grants, owner)
    record = Record(home.hass, lambda _: home.user_id)
    house = Concentrator(
        home.hass,
        home.grants,
        Actions(home.hass, entry, home.grants, record),
        FieldReader(home.hass, SOURCE),
        feed_address=_nowhere,
        uploads=Uploads(home.hass, Line()),
        consent=consent,
    )
    house.start()
    consent.async_start()
    yield Door(home, Actor(house, FRIEND.jid), consent)
    await consent.async_stop()
    house.stop()
    record.async_stop()


async def _nowhere(bare: str, namespace: str) -> str | None:
    return None


@pytest.mark.parametrize("way", ["parameter", "command"])
async def test_what_is_allowed_is_done_in_the_same_request(
    door: Door, way: str
) -> None:
    """Nothing is done before; another order for the same light is not kept waiting."""
    orders = {
        "parameter": partial(door.friend.control, LIGHT, power=False),
        "command": partial(door.friend.execute, LIGHT, "turn_off"),
    }
    waiting = asyncio.create_task(orders[way]())
    (question,) = await door.asked(waiting)
    assert question.wish.action == "turn_off"
    assert door.home.state(LIGHT) == "on"
    assert not door.home.commands
    await door.friend.read(LIGHT, "state")

    door.answer(Answer.ONCE)
    await waiting
    assert door.home.state(LIGHT) == "off"

    again = asyncio.create_task(door.friend.control(LIGHT, power=False))
    assert await door.asked(again)
    door.answer(Answer.DENY)
    with pytest.raises(Forbidden):
        await again


async def test_what_is_denied_is_not_done(door: Door) -> None:
    """The asker is told by whom."""
    waiting = asyncio.create_task(door.friend.control(LIGHT, power=False))
    await door.asked(waiting)
    door.answer(Answer.DENY)
    with pytest.raises(Forbidden, match="owner said no"):
        await waiting
    assert door.home.state(LIGHT) == "on"
    assert not door.home.commands


async def test_a_repeat_after_a_late_yes_is_done(door: Door) -> None:
    """The request that came too early has done nothing, and does nothing later."""
    almost = dt_util.utcnow() - timedelta(seconds=9.95)
    power = settings(power=False)
    with pytest.raises(Asked):
        await door.friend.set(LIGHT, settings=power, sent_at=almost)
    door.answer(Answer.ONCE)
    await door.home.hass.async_block_till_done()
    assert door.home.state(LIGHT) == "on"

    await door.friend.control(LIGHT, power=False)
    assert door.home.state(LIGHT) == "off"


async def test_all_of_a_request_is_asked_at_once(door: Door) -> None:
    """And all of it has to be allowed before anything is done."""
    waiting = asyncio.create_task(door.friend.control(LIGHT, OTHER, power=False))
    first, second = await door.asked(waiting)
    door.consent.async_answer(first.id, Answer.ONCE)
    door.consent.async_answer(second.id, Answer.DENY)
    with pytest.raises(Forbidden):
        await waiting
    assert door.home.state(LIGHT) == door.home.state(OTHER) == "on"


async def test_the_owner_is_not_asked_about_nonsense(door: Door) -> None:
    """Wrong values, wrong forms, late requests, and things that are away."""
    late = dt_util.utcnow() - timedelta(seconds=30)
    with pytest.raises(BadRequest):
        await door.friend.control(LIGHT, brightness="bright")
    with pytest.raises(NotAcceptable):
        await door.friend.execute(LIGHT, "turn_on", {"nonsense": ("1",)})
    with pytest.raises(Expired):
        await door.friend.set(LIGHT, settings=settings(power=True), sent_at=late)
    door.home.hass.states.async_set(LIGHT, "unavailable")
    with pytest.raises(RecipientUnavailable):
        await door.friend.control(LIGHT, power=False)
    assert not door.questions


async def test_only_what_nothing_else_allows_is_asked(door: Door) -> None:
    """A lock may be locked without the owner, and not be opened."""
    door.home.grant(
        contact(jid=FRIEND.jid, level=Level.COMMAND, all_entities=True, ask=True)
    )
    await door.friend.execute(DOOR, "lock")
    waiting = asyncio.create_task(door.friend.execute(DOOR, "unlock"))
    (question,) = await door.asked(waiting)
    assert question.dangerous
    door.answer(Answer.ONCE)
    await waiting
    assert door.home.state(DOOR) == "unlocked"


async def test_without_an_owner_to_ask_it_is_forbidden(
    home: Home, friend: Actor
) -> None:
    """The gate's own answer."""
    home.grant(contact(jid=FRIEND.jid, level=Level.READ, all_entities=True, ask=True))
    with pytest.raises(Forbidden):
        await friend.control(LIGHT, power=False)
