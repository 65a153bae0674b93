"""What houses assure each other of."""

import pytest

from custom_components.xmpp_iot.wire.assurance import (
    ASSURANCE,
    Checked,
    answered,
    decode_check,
    decode_checked,
    encode_check,
    encode_checked,
    is_answered,
    is_bounce,
)
from custom_components.xmpp_iot.wire.assurance_service import AssuranceService
from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    RecipientUnavailable,
    RemoteError,
    ResourceConstraint,
    ServiceUnavailable,
)
from custom_components.xmpp_iot.wire.service import IoTService
from custom_components.xmpp_iot.wire.xml import element, from_text

from .conversation import FRIEND, Asked, House, Line


def test_what_is_asked_and_said_is_read_as_it_is_written() -> None:
    """With a feed, or without."""
    assert decode_check(encode_check("feed-1")) == "feed-1"
    assert not decode_check(encode_check(""))
    assert decode_checked(encode_checked("beef", "e1-57")) == Checked("beef", "e1", 57)
    assert decode_checked(encode_checked("beef", "")) == Checked("beef")


@pytest.mark.parametrize("last", ["e1", "e1-", "e1-x", "e1-²", "e1-" + "1" * 19])
def test_what_is_no_item_id_is_refused(last: str) -> None:
    """Whoever says it is no house of ours."""
    with pytest.raises(BadRequest):
        decode_checked(encode_checked("beef", last))


@pytest.mark.parametrize("answer", [None, element("{urn:other}checked")])
def test_another_answer_is_refused(answer: object) -> None:
    """It assures of nothing."""
    with pytest.raises(BadRequest):
        decode_checked(answer)  # type: ignore[arg-type]


def test_long_names_are_refused() -> None:
    """As anywhere."""
    with pytest.raises(ResourceConstraint):
        decode_check(encode_check("x" * 1001))


def test_a_server_is_told_from_the_house() -> None:
    """The house's own error says so; what is as if nobody were here does not."""
    error = RemoteError("recipient-unavailable", "wait")
    assert is_bounce(error)
    error.children = answered(RecipientUnavailable()).children
    assert is_answered(error)
    assert not is_bounce(error)
    assert not is_bounce(RemoteError("forbidden", "auth"))
    assert not answered(ServiceUnavailable()).children


async def test_a_house_says_what_it_has_told() -> None:
    """To a member of the feed, and to nobody else; which life it is, to every contact."""
    asked: list[tuple[str, str]] = []

    def last(bare: str, feed: str) -> str:
        asked.append((bare, feed))
        return "e1-57"

    line = Line()
    service = IoTService(line, House(), (AssuranceService("beef", last),))
    service.start()
    handler = line.handlers[f"{{{ASSURANCE}}}check"]

    for feed, said in (
        (" feed='f'", Checked("beef", "e1", 57)),
        ("", Checked("beef")),
    ):
        check = from_text(f"<check xmlns='{ASSURANCE}'{feed}/>")
        answer = await handler(Asked(FRIEND, "get", check))
        assert decode_checked(answer) == said
    assert asked == [(FRIEND.bare, "f")]
    await service.stop()
