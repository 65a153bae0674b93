"""What somebody says with a wish to be a contact: as much of it as is fit to be shown."""

import pytest

from custom_components.xmpp_iot.wire.presence import SubscriptionRequest
from custom_components.xmpp_iot.wire.xml import from_text

BARE = "romeo@example.net"
NICK = "http://jabber.org/protocol/nick"
PARS = "urn:xmpp:pars:0"


def parsed(content: str) -> SubscriptionRequest:
    """Return what a request with that content says."""
    text = f"<presence xmlns='jabber:client' type='subscribe'>{content}</presence>"
    return SubscriptionRequest.parse(from_text(text), BARE)


def test_everything() -> None:
    """A message, a nickname and a token."""
    assert parsed(
        "<status>Let me in &amp; see</status>"
        f"<nick xmlns='{NICK}'>Romeo</nick><preauth xmlns='{PARS}' token='1tMFqYDdKhfe2pwp'/>"
    ) == SubscriptionRequest(
        bare=BARE, message="Let me in & see", nickname="Romeo", token="1tMFqYDdKhfe2pwp"
    )


@pytest.mark.parametrize(
    "content", ["", f"<status/><nick xmlns='{NICK}'/><preauth xmlns='{PARS}'/>"]
)
def test_nothing(content: str) -> None:
    """Most say nothing."""
    assert parsed(content) == SubscriptionRequest(bare=BARE)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (" a\n\tb&#13; c ", "a b c"),
        ("a\u202eb\u200bc\u2066d\ufeff", "abcd"),
        ("&#x85;a&#x9b;31mb\u0600", "a31mb"),
        (
            "\U0001f469\u200d\U0001f680 नमस्\u200dते",
            "\U0001f469\u200d\U0001f680 नमस्\u200dते",
        ),
        ("\u202e \u202e", ""),
        ("<i xmlns='urn:i'>bold</i>", ""),
    ],
)
def test_on_one_line_without_what_hides(said: str, shown: str) -> None:
    """Neither lines, nor control characters, nor what turns text round; what people write stays."""
    request = parsed(f"<status>{said}</status><nick xmlns='{NICK}'>{said}</nick>")
    assert (request.message, request.nickname) == (shown, shown)


def test_cut() -> None:
    """What is long is cut."""
    long = "x" * 100_000
    request = parsed(f"<status>{long}</status><nick xmlns='{NICK}'>{long}</nick>")
    assert (len(request.message), len(request.nickname)) == (300, 60)


@pytest.mark.parametrize(("length", "counts"), [(1, True), (128, True), (129, False)])
def test_a_token_is_whole_or_none(length: int, counts: bool) -> None:
    """One that is too long is none: a part of it proves nothing."""
    token = "t" * length
    request = parsed(f"<preauth xmlns='{PARS}' token='{token}'/>")
    assert request.token == (token if counts else None)
