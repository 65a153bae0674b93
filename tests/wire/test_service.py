"""The service: requests of all dialects are answered in theirs, at once or later."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    FeatureNotImplemented,
    NotAcceptable,
    ServiceUnavailable,
)
from custom_components.xmpp_iot.wire.form_model import Form, FormField
from custom_components.xmpp_iot.wire.forms import COLOR, FORM, VALIDATE
from custom_components.xmpp_iot.wire.model import Contains, Done, TreeRequest, ValueType
from custom_components.xmpp_iot.wire.paging import RSM
from custom_components.xmpp_iot.wire.service import features
from custom_components.xmpp_iot.wire.xml import split_tag, to_text

from .conversation import Conversation, read
from .schemas import assert_valid

XSF = FAMILIES[-1]

each_dialect = pytest.mark.parametrize("dialect", FAMILIES, ids=lambda one: one.name)


@pytest.fixture
async def conversation() -> AsyncIterator[Conversation]:
    """Return a conversation that leaves nothing behind."""
    async with Conversation.held() as conversation:
        yield conversation


def test_features_are_all_that_is_spoken() -> None:
    """Five namespaces of each NF family, three of XSF, two of interfaces, four of forms and one of pages."""
    spoken = features()
    assert len(spoken) == len(set(spoken)) == 3 * 5 + 3 + 2 + 4 + 1
    assert {
        "urn:nf:iot:sd:1.0",
        "urn:nfi:iot:events:1.0",
        "urn:ieee:iot:synchronization:1.0",
        "urn:nfi:iot:hi:1.0",
        "urn:xmpp:iot:concentrators",
        "urn:xmpp:iot:interoperability",
    } <= set(spoken)


def test_every_request_has_an_answerer() -> None:
    """Fifty elements in each of four families, four more in NF's; interfaces and forms have their own."""
    conversation = Conversation()
    handlers = conversation.line.handlers
    assert len(handlers) == 4 * (2 + 2 + 46) + 3 * (2 + 2) + 2 + 2
    namespaces = {split_tag(tag)[0] for tag in handlers}
    assert namespaces == set(features()) - {FORM, VALIDATE, COLOR, RSM}


async def test_nothing_begins_after_the_end() -> None:
    """A request that had arrived and not begun when the service stopped leaves nothing behind."""
    async with Conversation.held() as conversation:
        later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        asked = [
            asyncio.create_task(conversation.ask(text))
            for text in (
                read(FAMILIES[0], more=f"when='{later}'"),
                "<subscribe xmlns='urn:nf:iot:events:1.0' id='s'><nd id='a'/></subscribe>",
                "<subscribe xmlns='urn:nf:iot:concentrator:1.0' src='' ttl='9'/>",
            )
        ]
        await asyncio.sleep(
            0
        )  # the tasks of the requests are made now, and have not begun
        await conversation.service.stop()
        for one in asked:
            with pytest.raises(ServiceUnavailable):
                await one


async def test_stopping_twice_is_stopping() -> None:
    """A service that was stopped twice is stopped."""
    conversation = Conversation()
    await conversation.service.stop()
    await conversation.service.stop()


def control(dialect: Dialect, name: str = "set", content: str | None = None) -> str:
    """Return a control request about the desk light."""
    boolean = next(k for k, v in dialect.parameters.items() if v is ValueType.BOOLEAN)
    power = f"<{boolean} {dialect.parameter_name}='power' {dialect.parameter_value}='true'/>"
    return (
        f"<{name} xmlns='{dialect.control}'><{dialect.node} {dialect.node_id}='light.desk'/>"
        f"{power if content is None else content}</{name}>"
    )


@each_dialect
async def test_a_set_is_done(conversation: Conversation, dialect: Dialect) -> None:
    """The house is asked once, the answer is empty."""
    answer = await conversation.ask(control(dialect), kind="set")
    assert len(conversation.house.requests) == 1
    assert answer == f'<{dialect.control_done} xmlns="{dialect.control}"/>'
    assert_valid(answer)


@each_dialect
async def test_a_get_sets_nothing(conversation: Conversation, dialect: Dialect) -> None:
    """Who asks does not expect anything to happen."""
    with pytest.raises(BadRequest):
        await conversation.ask(control(dialect), kind="get")
    assert conversation.house.requests == []


@each_dialect
async def test_a_wrong_parameter_is_told(
    conversation: Conversation, dialect: Dialect
) -> None:
    """The stanza error says which parameter, in the dialect's words; the house's error stays as it was."""
    refused = BadRequest("No.", parameters={"power": "Not now."})
    conversation.house.answer = refused
    with pytest.raises(BadRequest) as error:
        await conversation.ask(control(dialect), kind="set")
    (child,) = error.value.children
    assert child.tag == f"{{{dialect.control}}}paramError"
    assert (child.get("var"), child.text) == ("power", "Not now.")
    assert error.value.text == "No."
    assert error.value.payload is None
    assert refused.children == ()
    assert_valid(child)


@each_dialect
async def test_a_form_lists_the_parameters(
    conversation: Conversation, dialect: Dialect
) -> None:
    """The form comes as it is, without an element around it."""
    field = FormField(var="power", datatype="xs:boolean", not_same=True, group="light")
    conversation.house.answer = Form("Desk", (field,))
    answer = await conversation.ask(control(dialect, "getForm", ""))
    assert answer.startswith('<x xmlns="jabber:x:data" type="form">')
    assert_valid(answer)


def tree(dialect: Dialect, name: str, more: str = "") -> str:
    """Return a concentrator request about the desk light."""
    return f"<{name} xmlns='{dialect.concentrator}' {dialect.node_id}='light.desk' {more}/>"


@each_dialect
async def test_the_tree_answers(conversation: Conversation, dialect: Dialect) -> None:
    """A request and its answer, in the request's namespace."""
    conversation.house.answer = Contains((True,))
    answer = await conversation.ask(tree(dialect, "containsNode"))
    assert f'xmlns="{dialect.concentrator}"' in answer
    assert ">true<" in answer
    assert_valid(answer)
    (request,) = conversation.house.requests
    assert isinstance(request, TreeRequest)
    assert request.dialect == dialect.concentrator


@each_dialect
async def test_a_command_is_executed_by_set_only(
    conversation: Conversation, dialect: Dialect
) -> None:
    """An IQ of type get executes nothing."""
    conversation.house.answer = Done()
    command = tree(dialect, "executeNodeCommand", "command='toggle'")
    with pytest.raises(BadRequest):
        await conversation.ask(command, kind="get")
    assert conversation.house.requests == []
    answer = await conversation.ask(command, kind="set")
    assert ("executeNodeCommandResponse" in answer) == (dialect is XSF)


@each_dialect
async def test_a_rejected_form_is_explained(
    conversation: Conversation, dialect: Dialect
) -> None:
    """NF has the form within the error, XSF the result beside it."""
    conversation.house.answer = NotAcceptable("No.", parameters={"a": "Too high."})
    command = tree(dialect, "executeNodeCommand", "command='toggle'")
    with pytest.raises(NotAcceptable) as error:
        await conversation.ask(command, kind="set")
    told = (*error.value.children, error.value.payload)
    assert [part is None for part in told] == (
        [False] if dialect is XSF else [False, True]
    )
    texts = [to_text(part) for part in told if part is not None]
    assert "Too high." in texts[0]
    assert_valid(*texts)


@each_dialect
@pytest.mark.parametrize("name", ["destroyNode", "getIndices", "moveNodeUp"])
async def test_what_is_not_performed_is_said_so(
    conversation: Conversation, dialect: Dialect, name: str
) -> None:
    """The error says it, and in XSF the result too."""
    with pytest.raises(FeatureNotImplemented) as error:
        await conversation.ask(tree(dialect, name), kind="set")
    payload = error.value.payload
    assert (payload is None) == (dialect is not XSF)
    if payload is not None:
        assert payload.get("result") == "NotImplemented"


@each_dialect
async def test_nothing_can_be_added(
    conversation: Conversation, dialect: Dialect
) -> None:
    """Clients ask for it in menus and take an error badly."""
    answer = await conversation.ask(tree(dialect, "getAddableNodeTypes"))
    assert_valid(answer)
    assert conversation.house.requests == []


@each_dialect
async def test_the_language_of_the_payload_counts(
    conversation: Conversation, dialect: Dialect
) -> None:
    """The stanza's language is taken unless the payload has one."""
    conversation.house.answer = Contains((True,))
    await conversation.ask(tree(dialect, "containsNode"))
    await conversation.ask(tree(dialect, "containsNode", "xml:lang='fr'"))
    assert [caller.language for caller in conversation.house.callers] == ["de", "fr"]
