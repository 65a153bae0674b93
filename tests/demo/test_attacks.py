"""A hostile account gets nothing out of the demo's houses, does nothing in them, and leaves nothing behind.

The figures are those of `scripts/bench attack`; here is what holds on any machine.
"""

from collections.abc import AsyncGenerator
import re
from typing import Any, Final

import pytest

from scripts.support import attack_words as words
from scripts.support.attacks import ATTACKS
from scripts.support.hostile import Hostile, condition

from .conftest import Demo
from .hostile import Scene, escaped, ignore, log, memory, notifications, requests

pytestmark = [pytest.mark.demo, pytest.mark.usefixtures("socket_enabled")]

MOST: Final = 300  # stanzas of an attack
FEWER: Final = {
    "all nodes again and again": 10,
    "subscriptions to feeds": 40,
    "heavy stanzas of a stranger": 3,
}
KEPT: Final = 40.0  # megabytes; the bench has the limit
TOLD_A_STRANGER: Final = {"service-unavailable", "result", "forbidden"}
"""That nobody is here; that the server is; and that its PubSub nodes are not theirs."""


@pytest.fixture
async def scene(demo: dict[str, Any]) -> AsyncGenerator[Scene]:
    """Return the demo, watched."""
    async with Scene.of(demo) as scene:
        yield scene


@pytest.fixture(scope="module")
def before(demo: dict[str, Any]) -> dict[str, float]:
    """Return the memory of both houses before the first attack."""
    return {house: memory(demo, house) for house in ("home", "cabin")}


@pytest.mark.parametrize("name", ATTACKS)
async def test_nothing_comes_of_an_attack(
    scene: Scene, before: dict[str, float], name: str
) -> None:
    """No command is given, no state is another, and friend and owner are answered as ever."""
    attacker = await scene.attacked(name, FEWER.get(name, MOST))

    assert await scene.touched() == []
    assert (await scene.home.get("/api/"))["message"]
    assert log(scene.facts) == []
    if attacker.attack.user == "stranger":
        assert attacker.heard.keys() <= TOLD_A_STRANGER
        assert attacker.heard["result"] == 1
    if attacker.attack.cut:  # by the server, so that nothing of it arrived
        assert attacker.heard["nothing"] == 0


@pytest.fixture
async def asked(
    scene: Scene, there: Demo
) -> AsyncGenerator[tuple[Scene, list[dict[str, Any]]]]:
    """Return what the owner is shown of a stranger who has asked again and again; ignore them at the end."""
    await scene.attacked("requests to be friends", MOST)
    flows = await requests(scene.home, there.accounts["stranger"].jid)
    yield scene, flows
    for flow in flows:
        await ignore(scene.home, flow["flow_id"])


async def test_a_flood_of_requests_is_one_to_the_owner(
    asked: tuple[Scene, list[dict[str, Any]]], there: Demo
) -> None:
    """One item and one notification, in which nothing that was said is markup or a link."""
    scene, flows = asked
    (text,) = await notifications(scene.home, there.accounts["stranger"].jid)
    (flow,) = flows
    form = await scene.home.get(f"/api/config/config_entries/flow/{flow['flow_id']}")

    assert escaped(words.INJECTIONS[0]) in text
    for shown in (text, *form["description_placeholders"].values()):
        marks = re.sub(r"\\[^\w\s]", "", shown)  # less what is escaped
        assert not set("<`{$|!#*~@") & set(marks)
        assert "evil" not in "".join(re.findall(r"\(.*?\)", marks))
    assert await scene.touched() == []


def test_memory_is_flat(demo: dict[str, Any], before: dict[str, float]) -> None:
    """After all of it the houses have hardly more memory than before."""
    for house, megabytes in before.items():
        assert memory(demo, house) - megabytes < KEPT


async def test_what_was_subscribed_ends_with_who_did(scene: Scene) -> None:
    """A guest who was there and goes has no subscription any more: the house reports to nobody."""
    async with Hostile.logged_in(scene.facts, "guest") as guest:
        await guest.send("<presence/>")
        wish = words.follow(words.LIGHT, "gone")
        assert (await guest.ask(scene.jid, wish)).get("type") == "result"
    await scene.answers()

    async with Hostile.logged_in(scene.facts, "guest") as guest:
        ended = f"<unsubscribe xmlns='{words.EVENTS}' id='gone'/>"
        answer = await guest.ask(scene.jid, ended)
        assert condition(answer) == "item-not-found"


async def test_more_subscriptions_than_fifty_are_refused(scene: Scene) -> None:
    """Of thousands a contact has as many as there is room for, whatever their ids."""
    attacker = await scene.attacked("10,000 subscriptions to values", 500)

    assert attacker.heard["result"] <= 50 + 1  # (the server has answered, too)
    assert attacker.heard["resource-constraint"] > 0
