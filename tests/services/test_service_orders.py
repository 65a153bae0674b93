"""How surely the actions' orders are carried out, and how long they wait."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import pytest
import voluptuous as vol

from custom_components.xmpp_iot.remote import courier
from custom_components.xmpp_iot.remote.delivery import Delivery
from custom_components.xmpp_iot.wire.assurance import ASSURANCE, CHECK
from custom_components.xmpp_iot.wire.errors import (
    NoAnswer,
    NotConnected,
    RemoteError,
    StanzaError,
)
from custom_components.xmpp_iot.wire.form_model import Form
from custom_components.xmpp_iot.wire.model import CommandType, NodeRef
from custom_components.xmpp_iot.wire.order_token import ORDER, OrderToken
from custom_components.xmpp_iot.wire.service import features
from homeassistant.exceptions import HomeAssistantError
from tests.remote.asked import FULL, Somebody
from tests.remote.street import CABIN, HOME

from .conftest import FRIEND, Cabin

LAMP = "light.lamp"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again soon."""
    monkeypatch.setattr(courier, "FIRST_PAUSE", 0.01)


class Moody:
    """Fails a few times, and does it then."""

    def __init__(self, somebody: Somebody, *fails: Exception) -> None:
        """Fail like this, one after the other."""
        self.somebody = somebody
        self.fails = list(fails)
        self.asked = 0

    def refuse(self) -> None:
        """Fail, as long as there is something to fail with."""
        self.asked += 1
        if self.fails:
            raise self.fails.pop(0)


@pytest.fixture
def moody(cabin: Cabin, monkeypatch: pytest.MonkeyPatch) -> Moody:
    """Return who is asked."""
    made = Moody(cabin.somebody)
    monkeypatch.setattr(cabin.somebody, "_refuse", made.refuse)
    return made


async def control(cabin: Cabin, **more: Any) -> Any:
    """Set the lamp."""
    data = {"jid": HOME, "node": LAMP, "parameters": {"on": True}}
    return await cabin.act("control", **(data | more))


async def fails(cabin: Cabin, **more: Any) -> str:
    """Return the words for how it ends."""
    with pytest.raises(HomeAssistantError) as refused:
        await control(cabin, **more)
    return str(refused.value.translation_key)


def tokens(cabin: Cabin) -> list[OrderToken]:
    """Return the tokens of what was set."""
    return [
        OrderToken.parse(str(one.value))
        for request in cabin.somebody.controls
        for one in request.settings
        if one.name == ORDER
    ]


@pytest.mark.parametrize("quality", [2, "exactly_once", None])
async def test_what_is_to_be_sure_is_sent_again(
    cabin: Cabin, moody: Moody, quality: object
) -> None:
    """As it is asked for, or else as it is chosen for the house; to a house that remembers what it did."""
    cabin.line.life = "beef"
    moody.fails = [NoAnswer("Silence.")] * 2
    cabin.home.devices.delivery = (
        Delivery.ACKNOWLEDGED if quality else Delivery.EXACTLY_ONCE
    )

    more = {"quality": quality} if quality else {}
    assert await control(cabin, **more) == {"parameters": ["on"]}
    assert moody.asked == 3
    assert [one.house for one in tokens(cabin)] == ["beef"]


async def test_what_is_not_known_is_read_and_not_sent_again(
    cabin: Cabin, moody: Moody
) -> None:
    """Whatever is asked for, where nobody remembers."""
    moody.fails = [NoAnswer("Silence.")] * 3
    assert await fails(cabin) == "remote_no_answer"
    assert await fails(cabin, jid=FULL, node="other", quality=2) == "remote_no_answer"

    assert moody.asked == 2
    assert [one.id for one in cabin.home.looked] == [LAMP]


async def test_a_house_that_does_not_say_whether_it_remembers_is_sent_nothing(
    cabin: Cabin, moody: Moody
) -> None:
    """It does when it is there, or nothing is sure; one that has no memory says so."""
    assert await fails(cabin, quality=2) == "remote_not_implemented"
    cabin.line.refusals = {CHECK: NoAnswer("Silence.")}
    assert await fails(cabin, quality=2) == "order_not_sent"
    cabin.home.life = "cafe"  # as its link knows
    await control(cabin, quality=2)

    assert [one.house for one in tokens(cabin)] == ["cafe"]


async def test_another_client_of_a_house_is_not_the_house(
    cabin: Cabin, moody: Moody
) -> None:
    """That the house remembers its orders says nothing of what else is logged in to its account."""
    cabin.home.life = "cafe"
    cabin.home.full = f"{HOME}/gateway"
    assert await fails(cabin, jid=FULL, quality=2) == "remote_not_implemented"
    cabin.home.go(online=False)
    assert await fails(cabin, quality=2) == "remote_not_implemented"
    assert tokens(cabin) == []


async def test_of_a_linked_account_the_house_is_asked(
    cabin: Cabin, moody: Moody
) -> None:
    """Also where something else is logged in there, that came first and speaks the same protocols."""
    cabin.line.online[HOME] = (f"{HOME}/gateway", FULL)
    cabin.home.life = "cafe"
    await control(cabin, quality=2)

    assert cabin.line.asked == [FULL]
    assert [one.house for one in tokens(cabin)] == ["cafe"]


@pytest.mark.parametrize("more", [{}, {"node": "other"}, {"quality": 2}])
async def test_of_a_house_like_ours_every_order_has_a_stamp(
    cabin: Cabin, moody: Moody, more: dict[str, Any]
) -> None:
    """Also while its link reads it, which takes minutes, and of nodes that are not shown: it says itself what it is."""
    cabin.line.features = (*features(), ASSURANCE)
    cabin.line.life = "beef"
    cabin.home.go(online=False)
    await control(cabin, **more)
    assert len(tokens(cabin)) == 1

    if "quality" not in more:
        moody.fails = [RemoteError("service-unavailable", "cancel")]
        assert await fails(cabin, **more) == "remote_no_answer"


async def test_nobody_waits_for_the_latest(cabin: Cabin, moody: Moody) -> None:
    """So nothing is said to be set."""
    moody.fails = [StanzaError("No.")]
    assert await control(cabin, quality="latest") == {}
    await asyncio.sleep(0)

    assert moody.asked == 1


async def test_a_query_is_answered_whatever_its_quality(cabin: Cabin) -> None:
    """It changes nothing."""
    cabin.somebody.commands = {"log": CommandType.QUERY}

    data = {"jid": HOME, "node": LAMP, "command": "log"}
    answer = await cabin.act("execute", **data, quality=0)
    assert answer
    assert cabin.somebody.executed


async def test_an_order_is_kept_for_who_is_not_there(
    cabin: Cabin, moody: Moody
) -> None:
    """If that is asked for; it goes when they come, and once."""
    cabin.line.online.clear()
    assert await fails(cabin) == "not_connected"
    kept = asyncio.create_task(control(cabin, keep_for={"minutes": 1}))
    await asyncio.sleep(0)
    # They come, and go before anything was sent.
    moody.fails = [NotConnected("Gone.")]
    cabin.line.come(FULL)

    assert await kept == {"parameters": ["on"]}
    assert moody.asked == 2


async def test_an_order_is_kept_for_the_house_only(cabin: Cabin) -> None:
    """Not for what else is logged in to its account, which speaks of other things."""
    chat = f"{HOME}/chat"
    cabin.home.go(online=False)
    cabin.line.of = {chat: ()}
    cabin.line.come(chat)
    kept = asyncio.create_task(control(cabin, keep_for={"minutes": 1}))
    for _ in range(5):
        await asyncio.sleep(0)
    cabin.line.come(chat, FULL)
    for _ in range(5):
        await asyncio.sleep(0)
    assert not kept.done()  # it is to be read first
    cabin.home.go(online=True)

    assert await kept == {"parameters": ["on"]}
    assert not cabin.home.listeners


async def test_an_order_that_is_kept_is_refused_by_a_house_without_memory(
    cabin: Cabin, moody: Moody
) -> None:
    """If it is to be that sure; it is not asked again and again until it expires."""
    async with asyncio.timeout(5):
        failure = await fails(cabin, quality=2, keep_for={"hours": 1})
    assert failure == "remote_not_implemented"
    moody.fails = [RemoteError("feature-not-implemented", "cancel")]
    async with asyncio.timeout(5):
        failure = await fails(cabin, keep_for={"hours": 1})
    assert failure == "remote_not_implemented"
    assert moody.asked == 1


async def test_orders_that_are_kept_go_out_in_the_order_they_were_given(
    cabin: Cabin,
) -> None:
    """However long each takes to be made ready."""
    cabin.line.online.clear()
    names = [f"p{number}" for number in range(5)]
    kept = []
    for name in names:
        order = control(cabin, keep_for={"minutes": 1}, parameters={name: True})
        kept.append(asyncio.create_task(order))
        await asyncio.sleep(0)
    ask, pauses = cabin.somebody.control_form, [0.0, 0.005, 0.01, 0.015, 0.02]

    async def slowly(*nodes: NodeRef) -> Form:
        await asyncio.sleep(pauses.pop())
        return await ask(*nodes)

    cabin.somebody.control_form = slowly  # type: ignore[method-assign]
    cabin.line.come(FULL)
    await asyncio.gather(*kept)

    assert [one.settings[0].name for one in cabin.somebody.controls] == names


async def test_an_order_that_is_kept_is_not_sent_after_a_newer_one(
    cabin: Cabin,
) -> None:
    """It ends without having been sent."""
    cabin.home.go(online=False)
    kept = asyncio.create_task(fails(cabin, keep_for={"hours": 1}))
    for _ in range(5):
        await asyncio.sleep(0)
    await control(cabin)  # (its link has not read the house yet)

    assert await kept == "order_overtaken"
    assert len(cabin.somebody.controls) == 1


def renamed(cabin: Cabin, new_id: str) -> None:
    """Have the lamp renamed over there."""
    lamp = cabin.home.store.get(LAMP)
    assert lamp is not None
    info = replace(lamp.info, ref=replace(lamp.info.ref, id=new_id))
    cabin.home.store.rename(LAMP, info)


async def begin[Result](asked: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
    """Return an order that waits."""
    task = asyncio.create_task(asked)
    for _ in range(5):
        await asyncio.sleep(0)
    return task


async def test_an_order_that_is_kept_is_older_also_after_a_renaming(
    cabin: Cabin,
) -> None:
    """What the thing is called by then makes no difference."""
    lamp = cabin.shows("light", f"{CABIN}:{HOME}:lamp")
    cabin.home.go(online=False)
    setting = {"parameters": {"on": True}, "entity_id": lamp}
    kept = await begin(cabin.act("control", **setting, keep_for={"hours": 1}))
    renamed(cabin, "light.door")
    await cabin.act("control", **setting)
    with pytest.raises(HomeAssistantError) as refused:
        await kept

    assert refused.value.translation_key == "order_overtaken"
    (request,) = cabin.somebody.controls
    assert [one.id for one in request.nodes] == ["light.door"]


async def test_the_parts_of_a_thing_are_things_of_their_own(cabin: Cabin) -> None:
    """An order for one of them does not make those for the others needless."""
    relay = {"jid": FRIEND, "node": "relay"}
    kept = await begin(control(cabin, **relay, partition="1", keep_for={"minutes": 1}))
    cabin.line.online[FRIEND] = (f"{FRIEND}/relay",)
    for partition in "0123":
        await control(cabin, **relay, partition=partition, quality="latest")
    await asyncio.sleep(0)

    sent = [request.nodes[0].partition for request in cabin.somebody.controls]
    assert sorted(sent) == list("0123")
    with pytest.raises(HomeAssistantError):
        await kept


async def test_what_is_wanted_while_nobody_is_there_is_the_newest_too(
    cabin: Cabin, moody: Moody
) -> None:
    """What was to be done before is not done when they come, though the newer order was refused."""
    cabin.line.online.clear()
    kept = await begin(fails(cabin, keep_for={"hours": 1}))
    assert await fails(cabin) == "not_connected"
    cabin.line.come(FULL)

    async with asyncio.timeout(5):
        assert await kept == "order_overtaken"
    assert moody.asked == 0


async def test_a_query_that_is_refused_is_no_newer_order(
    cabin: Cabin, moody: Moody
) -> None:
    """What waits goes on waiting."""
    cabin.home.go(online=False)
    kept = await begin(control(cabin, keep_for={"hours": 1}))
    cabin.somebody.commands = {"log": CommandType.QUERY}
    moody.fails = [RemoteError("forbidden", "auth")]
    with pytest.raises(HomeAssistantError):
        await cabin.act("execute", jid=HOME, node=LAMP, command="log")
    cabin.home.go(online=True)

    assert await kept == {"parameters": ["on"]}


async def test_an_order_that_is_kept_expires(cabin: Cabin) -> None:
    """Nothing is sent then."""
    kept = asyncio.create_task(
        fails(cabin, jid=FRIEND, keep_for={"seconds": 1}, node="x")
    )
    assert await kept == "order_expired"


async def test_an_order_that_is_kept_ends_with_the_account(cabin: Cabin) -> None:
    """Nothing is sent then either."""
    cabin.line.online.clear()
    kept = asyncio.create_task(fails(cabin, keep_for={"hours": 1}))
    for _ in range(5):
        await asyncio.sleep(0)
    await cabin.line.courier.stop()

    assert await kept == "order_cancelled"


@pytest.mark.parametrize(
    "more",
    [
        {"quality": 3},
        {"quality": "surely"},
        {"keep_for": {"seconds": 0}},
        {"keep_for": {"days": 2}},
    ],
)
async def test_nonsense_is_refused(cabin: Cabin, more: dict[str, object]) -> None:
    """Before anybody is asked."""
    with pytest.raises(vol.Invalid):
        await control(cabin, **more)
