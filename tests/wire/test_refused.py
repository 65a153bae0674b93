"""The session tells what was refused, unless that is on record; strangers are a line in the log."""

import logging
import ssl

import pytest

from custom_components.xmpp_iot.wire.errors import BadRequest, Forbidden, on_record
from custom_components.xmpp_iot.wire.session import IqRequest, MessageNotice
from custom_components.xmpp_iot.wire.strangers import MOST_NAMED, Strangers

from .hostile import FULL
from .online import FRIEND, PING, STRANGER, House, online

ORDER = "{urn:o}order"
PAYLOAD = "<order xmlns='urn:o'/>"


def listen(house: House, *, known: bool = False) -> None:
    """Have the house refuse orders, and write down what the session tells of it."""

    async def refuse(_: IqRequest | MessageNotice) -> None:
        error = Forbidden("No.")
        raise on_record(error) if known else error

    house.session.handle_iq([ORDER], refuse)
    house.session.handle_message([ORDER], refuse)
    house.session.on_refused(
        lambda caller, tag, error: house.note(caller.jid, tag, error.condition)
    )


def told(house: House) -> list[object]:
    """Return what the session told."""
    return [one for one in house.events if isinstance(one, tuple) and one[0] == FRIEND]


@pytest.mark.usefixtures("socket_enabled")
async def test_what_is_refused_is_told(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """Requests and messages, also of what nobody handles, and until the listener is taken off."""
    async with online(context, trust) as house:
        listen(house)
        await house.ask(PAYLOAD, kind="set")
        house.peer.send(f"<message from='{FRIEND}' to='{FULL}'>{PAYLOAD}</message>")
        await house.until(lambda: len(told(house)) == 2)
        await house.ask("<nothing xmlns='urn:o'/>", kind="set")
        await house.ask("", kind="set")
        await house.alive()
        assert told(house) == [
            (FRIEND, ORDER, "forbidden"),
            (FRIEND, ORDER, "forbidden"),
            (FRIEND, "{urn:o}nothing", "feature-not-implemented"),
        ]


@pytest.mark.usefixtures("socket_enabled")
async def test_what_is_on_record_is_not_told(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """Whoever wrote it down has marked the error."""
    async with online(context, trust) as house:
        listen(house, known=True)
        answer = await house.ask(PAYLOAD, kind="set")
        house.peer.send(f"<message from='{FRIEND}' to='{FULL}'>{PAYLOAD}</message>")
        await house.alive()
        assert answer.get("type") == "error"
        assert told(house) == []


@pytest.mark.usefixtures("socket_enabled")
async def test_nobody_is_told_who_does_not_listen_any_more(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """The end is for requests and messages."""
    async with online(context, trust) as house:
        end = house.session.on_refused(lambda *_: house.note(FRIEND, "told"))
        end()
        await house.ask("<nothing xmlns='urn:o'/>", kind="set")
        await house.alive()
        assert told(house) == []


@pytest.mark.usefixtures("socket_enabled")
async def test_a_stranger_is_a_line_in_the_log(
    context: ssl.SSLContext, trust: ssl.SSLContext, caplog: pytest.LogCaptureFixture
) -> None:
    """However often it asks."""
    caplog.set_level(logging.INFO)
    async with online(context, trust) as house:
        for _ in range(3):
            await house.ask(PING, sender=STRANGER)
        await house.alive()
    bare = STRANGER.partition("/")[0]
    assert len([one for one in caplog.messages if one.startswith(bare)]) == 1


def test_a_crowd_of_strangers_does_not_fill_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Some are named; then it is said that others are not."""
    caplog.set_level(logging.INFO)
    strangers = Strangers()
    for number in range(10 * MOST_NAMED):
        strangers.note(f"{number}@example.org")
    assert len(caplog.messages) == MOST_NAMED + 1
    assert caplog.messages[-1].startswith("Other strangers")


def test_an_error_is_marked_as_written_down() -> None:
    """It is not by itself."""
    assert not BadRequest().on_record
    assert on_record(BadRequest()).on_record
