"""Concentrator requests, answered: what reaches the house, and how its answers and refusals are told."""

from collections.abc import AsyncIterator

import pytest

from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    ItemNotFound,
    NotAcceptable,
)
from custom_components.xmpp_iot.wire.form_model import Form, FormField
from custom_components.xmpp_iot.wire.model import (
    Done,
    Inheritance,
    NodeRef,
    Nodes,
    Operation,
    TreeRequest,
)
from custom_components.xmpp_iot.wire.xml import from_text, to_text

from .conversation import Conversation
from .schemas import assert_valid
from .test_concentrator import PLAIN, XSF

DESK = NodeRef("light.desk", "entities")

each_dialect = pytest.mark.parametrize("dialect", FAMILIES, ids=lambda one: one.name)
each_form = pytest.mark.parametrize(
    ("operation", "command"),
    [
        (Operation.GET_COMMAND_PARAMETERS, "turn_on"),
        (Operation.GET_NODE_PARAMETERS, ""),
    ],
)


@pytest.fixture
async def conversation() -> AsyncIterator[Conversation]:
    """Return a conversation that leaves nothing behind."""
    async with Conversation.held() as conversation:
        yield conversation


def request(dialect: Dialect, name: str, content: str = "", more: str = "") -> str:
    """Return a request about the desk light."""
    return (
        f"<{name} xmlns='{dialect.concentrator}' {dialect.node_id}='light.desk'"
        f" {dialect.source}='entities' {more}>{content}</{name}>"
    )


def submission(**values: str) -> str:
    """Return a form that is filled in."""
    fields = "".join(
        f"<field var='{name.replace('_', ' ')}'><value>{value}</value></field>"
        for name, value in values.items()
    )
    return f"<x xmlns='jabber:x:data' type='submit'>{fields}</x>"


@each_dialect
async def test_an_edit_is_done(conversation: Conversation, dialect: Dialect) -> None:
    """The house gets the form, the answer is the node as it is now."""
    conversation.house.answer = Nodes((PLAIN,))
    answer = await conversation.ask(
        request(dialect, "setNodeParametersAfterEdit", submission(name="Hall")),
        kind="set",
    )
    assert_valid(answer)
    assert 'displayName="Hall"' in answer
    assert conversation.house.requests == [
        TreeRequest(
            operation=Operation.SET_NODE_PARAMETERS,
            nodes=(DESK,),
            form={"name": ("Hall",)},
            dialect=dialect.concentrator,
        )
    ]


@each_dialect
async def test_an_edit_is_no_question(
    conversation: Conversation, dialect: Dialect
) -> None:
    """An IQ of type get changes nothing."""
    with pytest.raises(BadRequest):
        await conversation.ask(
            request(dialect, "setNodeParametersAfterEdit", submission(name="Hall"))
        )
    assert conversation.house.requests == []


@each_dialect
async def test_a_rejected_edit_says_what_is_wrong(
    conversation: Conversation, dialect: Dialect
) -> None:
    """In the answer in XSF, in a form within the error in Neuro-Foundation."""
    conversation.house.answer = NotAcceptable(
        "No.", parameters={"name": "Name is in use."}
    )
    with pytest.raises(NotAcceptable) as error:
        await conversation.ask(
            request(dialect, "setNodeParametersAfterEdit", submission(name="Hall")),
            kind="set",
        )
    if dialect is XSF:
        assert error.value.children == ()
        assert error.value.payload is not None
        assert_valid(error.value.payload)
        assert '<error var="name">Name is in use.</error>' in to_text(
            error.value.payload
        )
        return
    (form,) = error.value.children
    assert_valid(form)
    assert "<value>Hall</value>" in to_text(form)
    assert "Name is in use." in to_text(form)


@each_dialect
async def test_what_a_node_is_comes_from_the_house(
    conversation: Conversation, dialect: Dialect
) -> None:
    """Base classes always, interfaces where there are any."""
    conversation.house.answer = Inheritance(("homeassistant.light",))
    answer = await conversation.ask(request(dialect, "getNodeInheritance"))
    assert_valid(answer)
    assert "<baseClasses><value>homeassistant.light</value></baseClasses>" in answer
    assert "interfaces" not in answer


@each_dialect
@each_form
async def test_a_form_is_asked_about_while_it_is_filled_in(
    conversation: Conversation, dialect: Dialect, operation: Operation, command: str
) -> None:
    """What is there so far reaches the house with the same question, and the form comes anew."""
    field = FormField(var="effect", post_back=True)
    conversation.house.answer = Form("Desk", (field,))
    more = f"command='{command}'" if command else ""
    answer = await conversation.ask(request(dialect, operation, more=more))
    assert_valid(answer)
    session = session_of(answer)
    draft = submission(xdd_session=session, effect="rainbow")
    anew = await conversation.ask(
        f"<submit xmlns='urn:xmpp:xdata:dynamic'>{draft}</submit>", kind="set"
    )
    assert session_of(anew) == session
    assert conversation.house.requests[-1] == TreeRequest(
        operation=operation,
        nodes=(DESK,),
        command=command,
        form={"effect": ("rainbow",)},
        dialect=dialect.concentrator,
    )


def session_of(answer: str) -> str:
    """Return the session of the form in an answer."""
    form = from_text(answer)
    (value,) = form.iterfind(
        ".//{jabber:x:data}field[@var='xdd session']/{jabber:x:data}value"
    )
    return value.text or ""


async def test_a_form_that_was_filled_in_is_forgotten(
    conversation: Conversation,
) -> None:
    """Once the command was done there is nothing to ask about."""
    conversation.house.answer = Form("Desk", (FormField(var="e", post_back=True),))
    answer = await conversation.ask(
        request(XSF, "getCommandParameters", more="command='turn_on'")
    )
    form = submission(xdd_session=session_of(answer))
    conversation.house.answer = Done()
    await conversation.ask(
        request(XSF, "executeNodeCommand", form, "command='turn_on'"), kind="set"
    )
    with pytest.raises(ItemNotFound):
        await conversation.ask(
            f"<submit xmlns='urn:xmpp:xdata:dynamic'>{form}</submit>", kind="set"
        )


async def test_a_form_asked_about_in_vain_is_the_first_one(
    conversation: Conversation,
) -> None:
    """A house that has another answer than a form by then leaves the form as it was."""
    conversation.house.answer = Form("Desk", (FormField(var="e", post_back=True),))
    answer = await conversation.ask(request(XSF, "getNodeParametersForEdit"))
    form = submission(xdd_session=session_of(answer))
    conversation.house.answer = Done()
    anew = await conversation.ask(
        f"<submit xmlns='urn:xmpp:xdata:dynamic'>{form}</submit>", kind="set"
    )
    assert "<title>Desk</title>" in anew
