"""Lists of nodes in pages (XEP-0059): what is asked, what is answered, and what is no page."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from custom_components.xmpp_iot.wire import answers as module
from custom_components.xmpp_iot.wire.answers import encode_answer
from custom_components.xmpp_iot.wire.concentrator_client import decode_answer
from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    FeatureNotImplemented,
    ResourceConstraint,
)
from custom_components.xmpp_iot.wire.model import NodeRef, Nodes, Operation, TreeRequest
from custom_components.xmpp_iot.wire.page import MAX_ITEMS, Page, Place
from custom_components.xmpp_iot.wire.paging import RSM, decode_page
from custom_components.xmpp_iot.wire.xml import from_text, to_text

from .conversation import Conversation
from .schemas import assert_valid
from .test_concentrator import PLAIN

each_dialect = pytest.mark.parametrize("dialect", FAMILIES, ids=lambda one: one.name)
each_list = pytest.mark.parametrize(
    "operation",
    [Operation.GET_ALL_NODES, Operation.GET_ROOT_NODES, Operation.GET_CHILD_NODES],
)


@pytest.fixture
async def conversation() -> AsyncIterator[Conversation]:
    """Return a conversation that leaves nothing behind."""
    async with Conversation.held() as conversation:
        yield conversation


def request(dialect: Dialect, name: str, content: str = "") -> str:
    """Return a request for a list."""
    return (
        f"<{name} xmlns='{dialect.concentrator}' {dialect.node_id}='device:1'"
        f" {dialect.source}='entities'>{content}</{name}>"
    )


def wish(content: str) -> str:
    """Return what asks for a page."""
    return f"<set xmlns='{RSM}'>{content}</set>"


@each_dialect
@each_list
async def test_a_page_is_asked_for_and_answered(
    conversation: Conversation, dialect: Dialect, operation: Operation
) -> None:
    """The answer says where it is in the list, and a peer knows what to go on after."""
    nodes = tuple(
        replace(PLAIN, ref=NodeRef(name, "entities")) for name in ("b", "c", "d")
    )
    conversation.house.answer = Nodes(nodes, Place(count=9, index=1))
    answer = await conversation.ask(
        request(dialect, operation, wish("<max>3</max><after>a &amp; b</after>"))
    )

    (asked,) = conversation.house.requests
    assert isinstance(asked, TreeRequest)
    assert asked.page == Page(3, "a & b")
    assert (
        f'<set xmlns="{RSM}"><first index="1">b</first><last>d</last>'
        "<count>9</count></set>" in answer
    )
    told = decode_answer(operation, from_text(answer), dialect)
    assert isinstance(told, Nodes)
    assert [one.ref.id for one in told.nodes] == ["b", "c", "d"]
    assert told.place == Place(count=9, index=1, first="b", last="d")


@each_dialect
async def test_who_asks_for_no_page_sees_none(
    conversation: Conversation, dialect: Dialect
) -> None:
    """Then everything is as the schemas want it."""
    conversation.house.answer = Nodes((PLAIN,))
    asked = request(dialect, "getAllNodes").replace(
        f" {dialect.node_id}='device:1'", ""
    )
    answer = await conversation.ask(asked)

    assert_valid(asked, answer)
    assert RSM not in answer
    told = decode_answer(Operation.GET_ALL_NODES, from_text(answer), dialect)
    assert isinstance(told, Nodes)
    assert told.place is None


@each_dialect
async def test_other_operations_have_no_pages(
    conversation: Conversation, dialect: Dialect
) -> None:
    """What is foreign to them is not looked at."""
    conversation.house.answer = Nodes((PLAIN,))
    answer = await conversation.ask(
        request(dialect, "getNode", wish("<max>no number</max>"))
    )

    assert RSM not in answer


@pytest.mark.parametrize(
    ("content", "page"),
    [
        ("", Page(MAX_ITEMS)),
        ("<max>0</max>", Page(0)),
        ("<max>3</max><after/>", Page(3)),
        (f"<max>{MAX_ITEMS + 1}</max>", Page(MAX_ITEMS)),
    ],
)
def test_a_page_has_a_size(content: str, page: Page) -> None:
    """That of the largest one where nothing, or more, is said."""
    assert decode_page(from_text(f"<getAllNodes>{wish(content)}</getAllNodes>")) == page


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("<max>-1</max>", BadRequest),
        ("<max>many</max>", BadRequest),
        ("<max>2000000000</max>", BadRequest),
        ("<max/>", BadRequest),
        (f"<after>{'x' * 1001}</after>", ResourceConstraint),
        ("<before/>", FeatureNotImplemented),
        ("<index>3</index>", FeatureNotImplemented),
    ],
)
def test_what_is_no_page_is_refused(content: str, error: type[Exception]) -> None:
    """Lists are read forwards only."""
    with pytest.raises(error):
        decode_page(from_text(f"<getAllNodes>{wish(content)}</getAllNodes>"))


@each_dialect
def test_a_page_is_no_larger_than_is_good_for_an_answer(
    dialect: Dialect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There may be fewer nodes on it than are wanted, and is one at least."""
    nodes = tuple(replace(PLAIN, ref=NodeRef(str(number))) for number in range(9))
    place = Place(count=9, index=0)

    def page(size: int) -> Nodes:
        monkeypatch.setattr(module, "_SIZE_OF_A_PAGE", size)
        made = encode_answer(Operation.GET_ALL_NODES, Nodes(nodes, place), dialect)
        assert made is not None
        text = to_text(made)
        told = decode_answer(Operation.GET_ALL_NODES, from_text(text), dialect)
        assert isinstance(told, Nodes)
        return told

    some = page(700)
    assert 1 < len(some.nodes) < 9
    assert some.place == replace(place, first="0", last=some.nodes[-1].ref.id)
    assert len(page(1).nodes) == 1
    assert len(page(100_000).nodes) == 9


@each_dialect
def test_an_empty_page_says_how_many_there_are(dialect: Dialect) -> None:
    """And nothing to go on after."""
    made = encode_answer(
        Operation.GET_ROOT_NODES, Nodes((), Place(count=7, index=7)), dialect
    )
    assert made is not None
    told = decode_answer(Operation.GET_ROOT_NODES, from_text(to_text(made)), dialect)

    assert told == Nodes((), Place(count=7))


@each_dialect
def test_a_peer_may_say_less_of_a_page(dialect: Dialect) -> None:
    """Or nothing that makes sense."""
    made = encode_answer(Operation.GET_ROOT_NODES, Nodes((), Place()), dialect)
    assert made is not None
    text = to_text(made)
    plain = f'<set xmlns="{RSM}"/>'
    assert plain in text

    def told(content: str) -> object:
        changed = from_text(text.replace(plain, wish(content)))
        return decode_answer(Operation.GET_ROOT_NODES, changed, dialect)

    assert told("<first>a</first><last>b</last>") == Nodes(
        (), Place(first="a", last="b")
    )
    with pytest.raises(BadRequest):
        told("<first index='x'>a</first>")
