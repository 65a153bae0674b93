"""Whether all that was told has come, is found out though nobody says so."""

import asyncio
from collections.abc import Callable

import pytest

from custom_components.xmpp_iot.remote import assurance
from custom_components.xmpp_iot.wire.assurance import ASSURANCE, CHECK, encode_checked
from custom_components.xmpp_iot.wire.call import Call
from custom_components.xmpp_iot.wire.errors import (
    FeatureNotImplemented,
    RemoteTimeout,
    StanzaError,
)
from custom_components.xmpp_iot.wire.provider import Request
from custom_components.xmpp_iot.wire.xml import Element

from .far import NODE, Far, state, until
from .stay import Stay

LAMP = "light.lamp"


class Assuring:
    """A far house that says how much it has told."""

    def __init__(self, far: Far) -> None:
        """Say it when asked."""
        self.far = far
        self.life = "beef"
        self.epoch = "e1"
        self.asked: list[str] = []
        self.refusal: StanzaError | None = None
        far.session.features = (*far.session.features, ASSURANCE)
        far.road.handle_iq((CHECK,), self._say)

    async def _say(self, request: Request | Call) -> Element | None:
        self.asked.append(request.payload.get("feed", ""))
        if self.refusal is not None:
            raise self.refusal
        return encode_checked(self.life, f"{self.epoch}-{self.far.number}")


@pytest.fixture
def assuring(stay: Stay, monkeypatch: pytest.MonkeyPatch) -> Assuring:
    """Return a house that is asked soon."""
    monkeypatch.setattr(assurance, "EVERY", 0.03)
    monkeypatch.setattr(assurance, "GRACE", 0.02)
    return Assuring(stay.far)


async def test_what_was_lost_is_read_though_nothing_else_is_told(
    stay: Stay, assuring: Assuring
) -> None:
    """After a silence; and where nothing was lost, nothing is read."""
    visit = await stay.begin()
    assert visit.life == "beef"
    stay.read()
    await until_asked(assuring, 2)
    assert stay.read() == []
    assert set(assuring.asked) == {NODE}

    stay.far.publish(state(LAMP, "off"), lost=True)
    await soon(lambda: stay.says(LAMP) == "off")


async def test_the_first_item_shows_a_gap_too(stay: Stay, assuring: Assuring) -> None:
    """What was told before is known from the beginning."""
    stay.far.number = 41
    await stay.begin()
    stay.far.publish(state(LAMP, "off"), lost=True)
    stay.far.publish(state("sensor.rain", "wet"))

    await until(lambda: stay.says(LAMP) == "off")


async def test_what_is_only_late_is_not_read(
    stay: Stay, assuring: Assuring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It gets its time to come."""
    monkeypatch.setattr(assurance, "GRACE", 0.2)
    await stay.begin()
    stay.read()
    far, asked = stay.far, len(assuring.asked)
    far.number += 1  # told, and on its way
    await until_asked(assuring, asked + 1)
    far.number -= 1
    far.publish(state(LAMP, "off"))
    await asyncio.sleep(0.3)

    assert stay.says(LAMP) == "off"
    assert stay.read() == []


async def test_a_house_that_began_anew_unseen_is_read_anew(
    stay: Stay, assuring: Assuring
) -> None:
    """Its presence may be lost, too."""
    visit = await stay.begin()
    surveys = stay.far.house.surveys
    assuring.life = "cafe"

    await soon(lambda: stay.far.house.surveys > surveys)
    await soon(lambda: visit.life == "cafe")


@pytest.mark.parametrize("refusal", [RemoteTimeout(), FeatureNotImplemented()])
async def test_a_house_that_cannot_be_asked_is_read(
    stay: Stay, assuring: Assuring, refusal: StanzaError
) -> None:
    """That says whether it is there."""
    await stay.begin()
    stay.read()
    assuring.refusal = refusal
    asked = len(assuring.asked)
    await until_asked(assuring, asked + 1)

    await soon(lambda: bool(stay.far.house.reads))


async def test_a_house_that_answers_nonsense_is_not_asked_again(
    stay: Stay, assuring: Assuring
) -> None:
    """It is followed all the same."""
    assuring.epoch = "e-x"
    await stay.begin()
    assert len(assuring.asked) == 1
    await asyncio.sleep(0.1)
    assert len(assuring.asked) == 1

    stay.far.publish(state(LAMP, "off"))
    await until(lambda: stay.says(LAMP) == "off")


async def test_who_does_not_assure_is_not_asked(stay: Stay) -> None:
    """It would not understand."""
    visit = await stay.begin()

    assert not visit.life
    assert not any(payload.tag == CHECK for _, payload in stay.far.session.asked)


async def until_asked(assuring: Assuring, times: int) -> None:
    """Wait until the house was asked so often."""
    await soon(lambda: len(assuring.asked) >= times)


async def soon(condition: Callable[[], bool]) -> None:
    """Wait until something is so that takes time."""
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("It does not happen.")
