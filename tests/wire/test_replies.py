"""Messages that belong to requests: who gets them, and who does not."""

import asyncio

import pytest

from custom_components.xmpp_iot.wire import replies as module
from custom_components.xmpp_iot.wire.errors import NoAnswer, ResourceConstraint
from custom_components.xmpp_iot.wire.replies import MAX_EARLY, Mail, Replies
from custom_components.xmpp_iot.wire.xml import Element, element

HOME = "home@example.org/homeassistant"
OTHER = "other@example.org/homeassistant"
TOPIC = ("reading", "1")


def message(name: str = "one") -> Element:
    """Return a message."""
    return element(name)


async def test_what_is_expected_comes_in_its_order() -> None:
    """Also what came before anybody looked."""
    replies = Replies()
    with replies.expected(HOME, TOPIC) as mail:
        replies.deliver(HOME, TOPIC, message("one"))
        replies.deliver(HOME, TOPIC, message("two"))

        assert (await mail.next(1)).tag == "one"
        assert (await mail.next(1)).tag == "two"


async def test_what_others_say_does_not_count() -> None:
    """Nor what is of another request, or comes when nobody expects it any more."""
    replies = Replies()
    with replies.expected(HOME, TOPIC) as mail:
        replies.deliver(OTHER, TOPIC, message())
        replies.deliver(HOME, ("reading", "2"), message())
        replies.deliver(HOME, ("query", "1"), message())

        with pytest.raises(NoAnswer, match="did not come in time"):
            await mail.next(0)
    replies.deliver(HOME, TOPIC, message())
    assert not replies._waiting


async def test_the_wait_ends_with_the_one_who_was_asked() -> None:
    """What came before that counts still; others go on."""
    replies = Replies()
    with (
        replies.expected(HOME, TOPIC) as mail,
        replies.expected(OTHER, TOPIC) as others,
    ):
        replies.deliver(HOME, TOPIC, message())
        replies.abandon(HOME)

        assert (await mail.next(1)).tag == "one"
        with pytest.raises(NoAnswer, match="went away"):
            await mail.next(1)

        waiting = asyncio.create_task(others.next(1))
        await asyncio.sleep(0)
        replies.abandon(None)
        with pytest.raises(NoAnswer, match="went away"):
            await waiting


async def test_a_flood_ends_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was taken before it is handed out, and no more is taken."""
    monkeypatch.setattr(module, "MAX_WAITING", 2)
    mail = Mail()
    for _ in range(5):
        mail.put(message())

    await mail.next(1)
    await mail.next(1)
    mail.put(message("late"))
    with pytest.raises(ResourceConstraint):
        await mail.next(1)


async def test_what_comes_before_the_id_is_known_is_kept() -> None:
    """As long as somebody is asked for one, and of that kind."""
    replies = Replies()
    with replies.naming(HOME, "query"):
        replies.deliver(HOME, ("query", "7"), message("one"))
        replies.deliver(HOME, ("query", "7"), message("two"))
        replies.deliver(HOME, ("reading", "7"), message())
        replies.deliver(OTHER, ("query", "7"), message())
        with replies.expected(HOME, ("query", "7")) as mail:
            assert (await mail.next(1)).tag == "one"
            assert (await mail.next(1)).tag == "two"
    assert not replies._early


async def test_what_nobody_asked_for_is_forgotten() -> None:
    """When the last one who asks knows its id; not more is kept than a few."""
    replies = Replies()
    with replies.naming(HOME, "query"):
        with replies.naming(HOME, "query"):
            for number in range(MAX_EARLY + 5):
                replies.deliver(HOME, ("query", str(number)), message())
        assert len(replies._early) == MAX_EARLY
    assert not replies._early

    replies.deliver(HOME, ("query", "1"), message())
    assert not replies._early
