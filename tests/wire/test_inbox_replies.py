"""Messages that are only ever said in reply: anybody's, for the handler knows whom it asked."""

import logging

import pytest

from custom_components.xmpp_iot.wire.inbox import Inbox
from custom_components.xmpp_iot.wire.reader import Received
from custom_components.xmpp_iot.wire.work import Work
from custom_components.xmpp_iot.wire.xml import Element, from_text

SENDER = "anybody@example.org/x"


def received(
    content: str, attributes: str = "", *, excessive: bool = False
) -> Received:
    """Return a message."""
    text = f"<message xmlns='jabber:client' {attributes}>{content}</message>"
    return Received(from_text(text), excessive)


@pytest.fixture
def heard() -> list[tuple[str, Element]]:
    """Return what the handler has heard."""
    return []


@pytest.fixture
def inbox(heard: list[tuple[str, Element]]) -> Inbox:
    """Return an inbox with a handler of replies."""
    inbox = Inbox(lambda _: None, Work())
    inbox.handle_reply(["{urn:r}done"], lambda *what: heard.append(what))
    return inbox


def test_a_reply_reaches_its_handler_at_once(
    inbox: Inbox, heard: list[tuple[str, Element]]
) -> None:
    """Once, whatever else is in the message."""
    done = "<done xmlns='urn:r'/>"

    assert inbox.receive_reply(received(f"<body>x</body>{done}{done}"), SENDER)

    ((sender, payload),) = heard
    assert (sender, payload.tag) == (SENDER, "{urn:r}done")


@pytest.mark.parametrize(
    ("content", "attributes", "excessive"),
    [
        ("<done xmlns='urn:r'/>", "type='error'", False),
        ("<done xmlns='urn:r'/>", "type='groupchat'", False),
        ("<done xmlns='urn:r'/>", "", True),
        ("<other xmlns='urn:r'/>", "", False),
        ("", "", False),
    ],
)
def test_what_is_no_reply_is_left_to_others(
    inbox: Inbox,
    heard: list[tuple[str, Element]],
    content: str,
    attributes: str,
    excessive: bool,
) -> None:
    """What came back, what is said in rooms, and what is too much."""
    message = received(content, attributes, excessive=excessive)

    assert not inbox.receive_reply(message, SENDER)
    assert heard == []


def test_a_handler_that_fails_does_not_end_the_connection(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whoever reads the stream calls it: the failure is ours, and is said once."""
    inbox = Inbox(lambda _: None, Work())

    def breaks(*_: object) -> None:
        raise ZeroDivisionError

    inbox.handle_reply(["{urn:r}done"], breaks)
    for _ in range(2):
        assert inbox.receive_reply(received("<done xmlns='urn:r'/>"), SENDER)

    errors = [one for one in caplog.records if one.levelno >= logging.ERROR]
    assert [one.getMessage() for one in errors] == [
        f"A message of {SENDER} failed unexpectedly"
    ]


def test_a_handler_can_be_taken_off(heard: list[tuple[str, Element]]) -> None:
    """Then nobody handles it; two at a time do not."""
    inbox = Inbox(lambda _: None, Work())
    remove = inbox.handle_reply(["{urn:r}done"], lambda *what: heard.append(what))
    with pytest.raises(ValueError, match="Handled already"):
        inbox.handle_reply(["{urn:r}done"], lambda *_: None)

    remove()

    assert not inbox.receive_reply(received("<done xmlns='urn:r'/>"), SENDER)
