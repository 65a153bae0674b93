"""Answering the house by chat: the way in, and a question that is open while everybody tries it."""

from datetime import timedelta
import secrets
from typing import Final

import pytest

from custom_components.xmpp_iot.contacts.grants import Level
from custom_components.xmpp_iot.contacts.question import Question, Wish
from custom_components.xmpp_iot.wire.errors import Asked
from homeassistant.util import dt as dt_util

from .conftest import House
from .matrix import LIGHT, Scene, Way

OWNER: Final = "owner@elsewhere.example"
CODE: Final = "BBBB"


def _answer(_: Scene) -> str:
    return f"<body xmlns='jabber:client'>1 {CODE}</body>"


CHAT: Final = (
    Way(
        name="an answer by chat",
        needs=None,  # nobody is let do it, whatever is granted: an owner is no contact
        says=_answer,
        kind="message",
        dialects=("nf",),
    ),
)
"""What is said in words."""


async def guest_asks(
    house: House, owner: str, monkeypatch: pytest.MonkeyPatch
) -> Question:
    """Have the guest ask for something that is put to an owner by chat; return the open question."""
    hass, entry = house.hass, house.entry
    hass.config_entries.async_update_entry(entry, options={"owners": [owner]})
    (guest,) = (one for one in entry.subentries.values() if one.title == "Guest")
    rows = [{**guest.data["grants"][0], "ask": True}]
    hass.config_entries.async_update_subentry(
        entry, guest, data={**guest.data, "grants": rows}
    )
    await hass.async_block_till_done()
    data = entry.runtime_data
    contact = data.grants.contact(guest.data["jid"])
    assert contact is not None
    wish = Wish(
        contact=contact, level=Level.CONTROL, entity_id=LIGHT, action="turn_off"
    )
    with monkeypatch.context() as patch:
        patch.setattr(secrets, "choice", lambda _: CODE[0])
        with pytest.raises(Asked):
            await data.consent.ask([wish], dt_util.utcnow() - timedelta(seconds=1))
    (question,) = data.consent.questions.values()
    assert isinstance(question, Question)
    return question
