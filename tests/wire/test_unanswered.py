"""Control by message: done as by request, and never answered."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from custom_components.xmpp_iot.wire.dialects import FAMILIES
from custom_components.xmpp_iot.wire.errors import BadRequest, Forbidden
from custom_components.xmpp_iot.wire.model import (
    Caller,
    ControlRequest,
    NodeRef,
    Setting,
    ValueType,
)
from custom_components.xmpp_iot.wire.xml import Element, from_text

from .conversation import FRIEND, Conversation

XSF = FAMILIES[-1]
TAG = f"{{{XSF.control}}}set"


@dataclass(frozen=True)
class Said:
    """A message."""

    caller: Caller
    payload: Element


@pytest.fixture
async def conversation() -> AsyncIterator[Conversation]:
    """Return a conversation that leaves nothing behind."""
    async with Conversation.held() as conversation:
        yield conversation


async def say(
    conversation: Conversation, value: str = "true", attributes: str = ""
) -> None:
    """Have the house told to switch the desk light."""
    payload = (
        f"<set xmlns='{XSF.control}' {attributes}><node nodeId='light.desk'/>"
        f"<boolean name='power' value='{value}'/></set>"
    )
    await conversation.line.notices[TAG](Said(FRIEND, from_text(payload)))


async def test_it_is_done(conversation: Conversation) -> None:
    """The house is asked as by a request, in the language and with the age of the message."""
    await say(conversation)
    await say(conversation, attributes="xml:lang='sv'")
    request = ControlRequest(
        nodes=(NodeRef("light.desk"),),
        settings=(Setting("power", ValueType.BOOLEAN, True),),
    )
    assert conversation.house.requests == [request, request]
    assert [one.language for one in conversation.house.callers] == ["de", "sv"]
    assert conversation.house.callers[0] == FRIEND


async def test_nobody_is_told(conversation: Conversation) -> None:
    """Neither that it was done, nor that it was refused or not understood."""
    await say(conversation)
    conversation.house.answer = Forbidden("Access denied.")
    with pytest.raises(Forbidden):
        await say(conversation)
    with pytest.raises(BadRequest):
        await say(conversation, "perhaps")
    assert conversation.line.sent == []


async def test_only_the_old_dialect_has_it(conversation: Conversation) -> None:
    """Neuro-Foundation has no control by message."""
    controls = {f"{{{dialect.control}}}set" for dialect in FAMILIES}
    assert controls & conversation.line.notices.keys() == {TAG}
