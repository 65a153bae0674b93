"""Dynamic forms: a form that is being filled in is asked for again, by whom it was given to."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.errors import BadRequest, Forbidden, ItemNotFound
from custom_components.xmpp_iot.wire.form_model import Form, FormField, FormFieldType
from custom_components.xmpp_iot.wire.form_service import MAX_SESSIONS
from custom_components.xmpp_iot.wire.forms import decode_form
from custom_components.xmpp_iot.wire.model import (
    Caller,
    ControlFormRequest,
    NodeRef,
    TreeRequest,
    ValueType,
)
from custom_components.xmpp_iot.wire.xml import from_text, to_text

from .conversation import FRIEND, Conversation
from .schemas import assert_valid

NF = FAMILIES[0]
TABLET = replace(FRIEND, jid="friend@example.org/tablet")
GUEST = replace(FRIEND, jid="guest@example.org/1")
MODE = FormField(var="mode", post_back=True, group="climate")
DYNAMIC = Form("Thermostat", (MODE,))

each_dialect = pytest.mark.parametrize("dialect", FAMILIES, ids=lambda one: one.name)


@pytest.fixture
async def conversation() -> AsyncIterator[Conversation]:
    """Return a conversation about a thermostat that leaves nothing behind."""
    async with Conversation.held() as conversation:
        conversation.house.answer = DYNAMIC
        yield conversation


def filled(session: str, mode: str = "heat") -> str:
    """Return a form as filled in so far."""
    return (
        "<x xmlns='jabber:x:data' type='submit'>"
        f"<field var='xdd session'><value>{session}</value></field>"
        f"<field var='mode'><value>{mode}</value></field></x>"
    )


def submit(form: str) -> str:
    """Return the request for the form anew."""
    return f"<submit xmlns='urn:xmpp:xdata:dynamic'>{form}</submit>"


def cancel(form: str) -> str:
    """Return the request to forget the form."""
    return f"<cancel xmlns='urn:xmpp:xdata:dynamic'>{form}</cancel>"


def session_of(form: str) -> str:
    """Return the session a form names; '' without."""
    return next(
        (
            field.values[0]
            for field in decode_form(from_text(form)).fields
            if field.var == "xdd session" and field.type is FormFieldType.HIDDEN
        ),
        "",
    )


async def opened(
    conversation: Conversation, dialect: Dialect = NF, caller: Caller = FRIEND
) -> str:
    """Ask for the form of the thermostat, and return its session."""
    node = f"<{dialect.node} {dialect.node_id}='climate.hall'/>"
    form = await conversation.ask(
        f"<getForm xmlns='{dialect.control}'>{node}</getForm>", caller=caller
    )
    assert_valid(form)
    return session_of(form)


async def test_a_plain_form_has_no_session(conversation: Conversation) -> None:
    """Without a field that is worth asking about there is nothing to remember."""
    conversation.house.answer = Form("Desk", (FormField(var="power"),))
    assert await opened(conversation) == ""


@each_dialect
async def test_an_unfinished_form_comes_back_anew(
    conversation: Conversation, dialect: Dialect
) -> None:
    """The house sees what was filled in; its form goes back in the same session and dialect."""
    session = await opened(conversation, dialect)
    assert session
    temperature = FormField(var="temperature", group="climate")
    conversation.house.answer = replace(DYNAMIC, fields=(MODE, temperature))
    french = replace(FRIEND, language="fr")
    for mode in ("heat", "cool"):
        form = submit(filled(session, mode))
        answer = await conversation.ask(form, kind="set", caller=french)
        assert conversation.house.requests[-1] == ControlFormRequest(
            (NodeRef("climate.hall"),), {"mode": (mode,)}
        )
        assert conversation.house.callers[-1] == french
        assert "temperature" in answer
        assert f'<{dialect.parameter_group} xmlns="{dialect.control}"' in answer
        assert session_of(answer) == session
        assert_valid(form, answer)


@each_dialect
async def test_the_form_of_a_command_comes_back_anew(
    conversation: Conversation, dialect: Dialect
) -> None:
    """Forms of the concentrator have sessions too; anew they come without an element around them."""
    asked = (
        f"<getCommandParameters xmlns='{dialect.concentrator}' {dialect.node_id}='a'"
        f" {dialect.source}='entities' command='set'/>"
    )
    wrapped = await conversation.ask(asked)
    form = next(from_text(wrapped).iter("{jabber:x:data}x"))
    session = session_of(to_text(form))
    assert session
    answer = await conversation.ask(submit(filled(session)), kind="set")
    assert session_of(answer) == session
    request = conversation.house.requests[-1]
    assert isinstance(request, TreeRequest)
    assert (request.command, request.form) == ("set", {"mode": ("heat",)})
    assert_valid(wrapped, answer)


async def test_what_the_house_refuses_is_refused(conversation: Conversation) -> None:
    """Rights are those of the moment; the session stays."""
    session = await opened(conversation)
    conversation.house.answer = Forbidden("Not any more.")
    for _ in range(2):
        with pytest.raises(Forbidden):
            await conversation.ask(submit(filled(session)), kind="set")


async def test_a_cancelled_form_is_forgotten(conversation: Conversation) -> None:
    """The answer is empty, and there is no such form any more."""
    first, second = await opened(conversation), await opened(conversation)
    assert_valid(cancel(filled(first)))
    assert await conversation.ask(cancel(filled(first)), kind="set") == ""
    for request in (submit(filled(first)), cancel(filled(first))):
        with pytest.raises(ItemNotFound):
            await conversation.ask(request, kind="set")
    await conversation.ask(submit(filled(second)), kind="set")
    await conversation.ask(cancel(filled(second)), kind="set")


async def test_a_form_that_was_carried_out_is_forgotten(
    conversation: Conversation,
) -> None:
    """Only when it was: a refused one can be filled in further."""
    session = await opened(conversation)
    request = (
        f"<set xmlns='{NF.control}'><nd id='climate.hall'/>{filled(session)}</set>"
    )
    conversation.house.answer = BadRequest()
    with pytest.raises(BadRequest):
        await conversation.ask(request, kind="set")
    conversation.house.answer = DYNAMIC
    await conversation.ask(submit(filled(session)), kind="set")
    await conversation.ask(request, kind="set")
    with pytest.raises(ItemNotFound):
        await conversation.ask(submit(filled(session)), kind="set")
    await conversation.ask(request, kind="set")  # whatever session a form names


async def test_a_form_without_session_is_carried_out(
    conversation: Conversation,
) -> None:
    """Clients that know nothing of sessions, or of forms, set as ever."""
    boolean = next(k for k, v in NF.parameters.items() if v is ValueType.BOOLEAN)
    for content in (
        filled("").replace("xdd session", "a"),
        f"<{boolean} n='a' v='1'/>",
    ):
        await conversation.ask(
            f"<set xmlns='{NF.control}'><nd id='climate.hall'/>{content}</set>",
            kind="set",
        )


@pytest.mark.parametrize("caller", [TABLET, GUEST], ids=["tablet", "guest"])
async def test_a_session_is_of_one_resource(
    conversation: Conversation, caller: Caller
) -> None:
    """What another has opened does not exist, and stays as it was."""
    session = await opened(conversation)
    await opened(conversation, caller=caller)
    for request in (submit(filled(session)), cancel(filled(session))):
        with pytest.raises(ItemNotFound):
            await conversation.ask(request, kind="set", caller=caller)
    await conversation.ask(submit(filled(session)), kind="set")


async def test_the_oldest_session_is_forgotten(conversation: Conversation) -> None:
    """A contact has so many; one that is used is young again, others' do not count."""
    first = await opened(conversation)
    second = await opened(conversation)
    foreign = await opened(conversation, caller=GUEST)
    for _ in range(MAX_SESSIONS - 2):
        await opened(conversation, caller=TABLET)
    await conversation.ask(submit(filled(first)), kind="set")
    await opened(conversation)
    await conversation.ask(submit(filled(first)), kind="set")
    with pytest.raises(ItemNotFound):
        await conversation.ask(submit(filled(second)), kind="set")
    await conversation.ask(submit(filled(foreign)), kind="set", caller=GUEST)


async def test_the_sessions_of_who_is_gone_are_forgotten(
    conversation: Conversation,
) -> None:
    """Of the resource that is gone, or of all when the connection was lost."""
    mine = await opened(conversation)
    other = await opened(conversation, caller=TABLET)
    conversation.line.lose(GUEST.jid)
    conversation.line.lose(FRIEND.jid)
    with pytest.raises(ItemNotFound):
        await conversation.ask(submit(filled(mine)), kind="set")
    await conversation.ask(submit(filled(other)), kind="set", caller=TABLET)
    conversation.line.lose(None)
    with pytest.raises(ItemNotFound):
        await conversation.ask(submit(filled(other)), kind="set", caller=TABLET)


@pytest.mark.parametrize("form", ["", filled("") * 2, "<x xmlns='jabber:x:data'/>"])
async def test_there_is_one_form_to_ask_about(
    conversation: Conversation, form: str
) -> None:
    """Nothing, several, or something else is refused."""
    with pytest.raises(BadRequest):
        await conversation.ask(submit(form), kind="set")


async def test_a_form_is_sent_by_set(conversation: Conversation) -> None:
    """An IQ of type get changes no session."""
    session = await opened(conversation)
    for request in (submit(filled(session)), cancel(filled(session))):
        with pytest.raises(BadRequest):
            await conversation.ask(request, kind="get")
    await conversation.ask(submit(filled(session)), kind="set")
