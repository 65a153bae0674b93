"""The owner side of provisioning: this house rules on its devices, and has them forget old rulings."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.disco import INFO, INFO_QUERY
from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    Forbidden,
    NoAnswer,
    RemoteError,
)
from custom_components.xmpp_iot.wire.model import Caller, NodeRef
from custom_components.xmpp_iot.wire.provisioning import decode_ruling, encode_question
from custom_components.xmpp_iot.wire.provisioning_model import (
    DENIED,
    Matter,
    Question,
    Ruling,
)
from custom_components.xmpp_iot.wire.provisioning_service import ProvisioningService
from custom_components.xmpp_iot.wire.service import IoTService
from custom_components.xmpp_iot.wire.stanzas import Kind
from custom_components.xmpp_iot.wire.xml import (
    Element,
    clark,
    element,
    from_text,
    split_tag,
    to_text,
)

from .conversation import FRIEND, NOON, Conversation

LAMP = "lamp@example.org"
DEVICE = Caller(jid=f"{LAMP}/device", sent_at=NOON)
BOB = "bob@example.net"
HALL = NodeRef("hall")
READ = Question(matter=Matter.READ, jid=BOB, nodes=(HALL,))

each_dialect = pytest.mark.parametrize("dialect", FAMILIES, ids=lambda one: one.name)


@dataclass
class Owner:
    """A judge who says what is to be said, and the session over which devices are told."""

    owned: set[str] = field(default_factory=lambda: {LAMP})
    ruling: Ruling = DENIED
    asked: list[tuple[str, Question]] = field(default_factory=list)
    followers: list[Callable[[], None]] = field(default_factory=list)
    watchers: list[Callable[[str, bool], None]] = field(default_factory=list)
    online: set[str] = field(default_factory=lambda: {DEVICE.jid})
    features: tuple[str, ...] = ()
    told: list[tuple[str, str]] = field(default_factory=list)
    answers: list[Exception] = field(default_factory=list)
    slow: asyncio.Event | None = None

    def devices(self) -> frozenset[str]:
        """Return who may ask."""
        return frozenset(self.owned)

    def rule(self, device: str, question: Question) -> Ruling:
        """Rule."""
        self.asked.append((device, question))
        return self.ruling

    def follow(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Keep the follower until it is taken back."""
        self.followers.append(changed)
        return lambda: self.followers.remove(changed)

    def on_presence(self, callback: Callable[[str, bool], None]) -> Callable[[], None]:
        """Keep the watcher until it is taken back."""
        self.watchers.append(callback)
        return lambda: self.watchers.remove(callback)

    def resources(self, bare: str) -> tuple[str, ...]:
        """Return who is online."""
        return tuple(one for one in self.online if one.startswith(f"{bare}/"))

    async def iq(
        self,
        to: str | None,
        payload: Element,
        *,
        kind: Kind = "get",
        timeout: float = 10,
    ) -> Element | None:
        """Answer as a device does."""
        assert to is not None
        if self.slow is not None:
            await self.slow.wait()
        if payload.tag == INFO_QUERY:
            found = (
                element(clark(INFO, "feature"), {"var": one}) for one in self.features
            )
            return element(INFO_QUERY, {}, *found)
        assert kind == "set"
        self.told.append((to, split_tag(payload.tag)[0]))
        if self.answers:
            raise self.answers.pop(0)
        return None

    def change(self) -> None:
        """Have rights changed."""
        for follower in tuple(self.followers):
            follower()

    def comes(self, jid: str) -> None:
        """Have a device come online."""
        self.online.add(jid)
        for watcher in tuple(self.watchers):
            watcher(jid, True)


async def settled() -> None:
    """Wait until nobody is being told anything."""
    while tasks := [
        task
        for task in asyncio.all_tasks()
        if task.get_name() == "xmpp_iot provisioning"
    ]:
        await asyncio.wait(tasks)


@asynccontextmanager
async def _house(owner: Owner) -> AsyncIterator[Conversation]:
    conversation = Conversation()
    await conversation.service.stop()
    conversation.service = IoTService(
        conversation.line,
        conversation.house,
        (ProvisioningService(owner, owner),),
    )
    conversation.service.start()
    yield conversation
    await conversation.service.stop()
    assert not owner.followers
    assert not owner.watchers
    await settled()


@pytest.fixture
def owner() -> Owner:
    """Return somebody with one device, which is online."""
    return Owner()


@pytest.fixture
async def house(owner: Owner) -> AsyncIterator[Conversation]:
    """Return a house that is the provisioning server of that device."""
    async with _house(owner) as conversation:
        yield conversation


async def ask(
    house: Conversation, question: Question, dialect: Dialect, caller: Caller = DEVICE
) -> Ruling:
    """Return what the house rules."""
    text = to_text(encode_question(question, dialect))
    answer = await house.ask(text, caller=caller)
    return decode_ruling(from_text(answer), question, dialect)


@each_dialect
async def test_a_device_is_told_what_others_may_do(
    house: Conversation, owner: Owner, dialect: Dialect
) -> None:
    """All three matters, in the dialect it asks in."""
    owner.ruling = Ruling(allowed=True, names=frozenset({"Lamp"}))
    for matter in Matter:
        question = Question(matter=matter, jid=BOB)
        ruling = await ask(house, question, dialect)
        assert ruling.allowed
        assert ruling.names == (None if matter is Matter.FRIEND else {"Lamp"})
    assert [(one, asked.matter) for one, asked in owner.asked] == [
        (LAMP, matter) for matter in Matter
    ]


async def test_nobody_but_the_own_devices_may_ask(
    house: Conversation, owner: Owner
) -> None:
    """A contact is refused, and the judge does not hear of it."""
    with pytest.raises(Forbidden):
        await ask(house, READ, FAMILIES[0], caller=FRIEND)
    assert not owner.asked


async def test_a_question_is_asked_not_set(house: Conversation, owner: Owner) -> None:
    """It changes nothing."""
    text = to_text(encode_question(READ, FAMILIES[0]))
    with pytest.raises(BadRequest):
        await house.ask(text, kind="set", caller=DEVICE)
    assert not owner.asked


@each_dialect
async def test_a_device_forgets_when_rights_change(
    house: Conversation, owner: Owner, dialect: Dialect
) -> None:
    """In the dialect it asked in."""
    await ask(house, READ, dialect)
    owner.change()
    await settled()
    assert owner.told == [(DEVICE.jid, dialect.provisioning)]


async def test_a_device_of_an_earlier_run_forgets_too(
    house: Conversation, owner: Owner
) -> None:
    """It has not asked yet; what it speaks is found out, once."""
    owner.features = ("urn:xmpp:iot:provisioning",)
    owner.change()
    await settled()
    owner.features = ()
    owner.change()
    await settled()
    assert owner.told == [(DEVICE.jid, "urn:xmpp:iot:provisioning")] * 2


async def test_a_device_that_asks_nobody_is_left_alone(
    house: Conversation, owner: Owner
) -> None:
    """It speaks no provisioning."""
    owner.change()
    await settled()
    owner.comes(DEVICE.jid)
    owner.change()
    await settled()
    assert not owner.told


async def test_a_device_that_is_away_forgets_when_it_is_back(
    house: Conversation, owner: Owner
) -> None:
    """Once, not each time."""
    await ask(house, READ, FAMILIES[0])
    owner.online.clear()
    owner.change()
    await settled()
    assert not owner.told
    owner.comes(DEVICE.jid)
    await settled()
    owner.comes(DEVICE.jid)
    await settled()
    assert len(owner.told) == 1


async def test_a_device_that_does_not_answer_is_told_again(
    house: Conversation, owner: Owner
) -> None:
    """When it comes back; one that refuses has heard."""
    await ask(house, READ, FAMILIES[0])
    owner.answers = [NoAnswer(), RemoteError("forbidden", "auth")]
    owner.change()
    await settled()
    owner.comes(DEVICE.jid)
    await settled()
    owner.comes(DEVICE.jid)
    await settled()
    assert len(owner.told) == 2


async def test_changes_meanwhile_are_told_once_more(
    house: Conversation, owner: Owner
) -> None:
    """However many there are."""
    await ask(house, READ, FAMILIES[0])
    owner.slow = asyncio.Event()
    owner.change()
    await asyncio.sleep(0)
    owner.change()
    owner.change()
    owner.slow.set()
    await settled()
    assert len(owner.told) == 2


async def test_a_change_right_after_the_last_look_is_told(
    house: Conversation, owner: Owner
) -> None:
    """Between the end of the telling and its being noted."""
    await ask(house, READ, FAMILIES[0])
    owner.change()
    (task,) = (
        one for one in asyncio.all_tasks() if one.get_name() == "xmpp_iot provisioning"
    )
    while not task.done():
        await asyncio.sleep(0)
        if task.done():
            break
    owner.change()
    await settled()
    await asyncio.sleep(0)
    await settled()
    assert len(owner.told) == 2


async def test_what_is_no_device_any_more_is_told_nothing(
    house: Conversation, owner: Owner
) -> None:
    """It may not ask either."""
    await ask(house, READ, FAMILIES[0])
    owner.owned.clear()
    owner.change()
    await settled()
    assert not owner.told
    with pytest.raises(Forbidden):
        await ask(house, READ, FAMILIES[0])


async def test_nobody_is_told_after_the_end(owner: Owner) -> None:
    """What is under way is stopped."""
    async with _house(owner) as house:
        await ask(house, READ, FAMILIES[0])
        owner.slow = asyncio.Event()
        owner.change()
        await asyncio.sleep(0)
    assert not owner.told
