"""Interoperability interfaces: asked in two namespaces, answered in that of the request."""

from collections.abc import AsyncIterator

import pytest

from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    ItemNotFound,
    ResourceConstraint,
)
from custom_components.xmpp_iot.wire.interfaces import (
    decode_interfaces,
    encode_interfaces,
    encode_request,
)
from custom_components.xmpp_iot.wire.model import NodeRef
from custom_components.xmpp_iot.wire.xml import from_text, to_text

from .conversation import Conversation
from .schemas import assert_valid

NF, XSF = FAMILIES[0], FAMILIES[-1]
NAMES = (
    "urn:nfi:iot:hi:sensor:temperature:1.0",
    "urn:nfi:iot:hi:identity:name:1.0",
)
HALL = NodeRef("sensor.hall", "entities")

each_namespace = pytest.mark.parametrize("dialect", [NF, XSF], ids=["hi", "old"])


@pytest.fixture
async def conversation() -> AsyncIterator[Conversation]:
    """Return a conversation that leaves nothing behind."""
    async with Conversation.held() as conversation:
        conversation.house.names = NAMES
        yield conversation


def checked(dialect: Dialect, *texts: str) -> None:
    """Check against the schema, which only the new namespace has."""
    if dialect is NF:
        assert_valid(*texts)


@each_namespace
@pytest.mark.parametrize(
    "address",
    ["id='sensor.hall' src='entities'", "nodeId='sensor.hall' sourceId='entities'"],
)
async def test_a_node_says_its_interfaces(
    conversation: Conversation, dialect: Dialect, address: str
) -> None:
    """Whichever way the node is named, in either namespace."""
    answer = await conversation.ask(
        f"<getInterfaces xmlns='{dialect.interfaces}' {address}/>"
    )
    assert conversation.house.requests == [HALL]
    assert decode_interfaces(from_text(answer), dialect) == NAMES
    checked(dialect, answer)


async def test_the_two_namespaces_differ(conversation: Conversation) -> None:
    """The new one has references, the old one names."""
    for dialect, expected in (
        (NF, '<interfaces xmlns="urn:nfi:iot:hi:1.0"><interface ref="'),
        (
            XSF,
            (
                '<getInterfacesResponse xmlns="urn:xmpp:iot:interoperability">'
                '<interface name="'
            ),
        ),
    ):
        request = to_text(encode_request(HALL, dialect))
        checked(dialect, request)
        assert (await conversation.ask(request)).startswith(expected + NAMES[0])


@each_namespace
async def test_the_house_itself_has_none(
    conversation: Conversation, dialect: Dialect
) -> None:
    """Without a node the house is meant, which is none of its nodes."""
    request = to_text(encode_request(None, dialect))
    answer = await conversation.ask(request)
    assert conversation.house.requests == []
    assert decode_interfaces(from_text(answer), dialect) == ()
    checked(dialect, request, answer)


async def test_a_node_that_is_not_there(conversation: Conversation) -> None:
    """What the house refuses is refused."""
    conversation.house.answer = ItemNotFound()
    with pytest.raises(ItemNotFound):
        await conversation.ask(to_text(encode_request(HALL, NF)))


def test_an_answer_that_is_none() -> None:
    """What lists no interfaces, or too many, is not understood."""
    with pytest.raises(BadRequest):
        decode_interfaces(encode_interfaces(NAMES, XSF), NF)
    with pytest.raises(BadRequest):
        decode_interfaces(
            from_text(
                "<interfaces xmlns='urn:nfi:iot:hi:1.0'><interface/></interfaces>"
            ),
            NF,
        )
    with pytest.raises(ResourceConstraint):
        decode_interfaces(encode_interfaces(["x"] * 1001, NF), NF)
