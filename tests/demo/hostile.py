"""What is looked at while the demo's house is attacked: what it has done, shown, logged and kept."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
import re
import string
from typing import Any, Final, Self
from xml.etree import ElementTree as ET

from scripts.support.attack_words import LIGHT, SOURCE
from scripts.support.attacks import ATTACKS, Attacker
from scripts.support.bench_inside import resident
from scripts.support.hostile import PING, Hostile
from scripts.support.instance import HomeAssistant
from scripts.support.linking import DOMAIN, ENTRIES
from scripts.support.untouched import Untouched

FLOWS: Final = "/api/config/config_entries/flow"
EXPECTED: Final = re.compile(
    r" sends more (to \S+ than it may|messages than the house can work on); some"
)
"""What a house says of whom it has to keep away."""

_TREE: Final = "urn:nf:iot:concentrator:1.0"
_FEED: Final = re.compile(r"xmpp:[^?]*\?;node=([\w-]+)")


def escaped(text: str) -> str:
    """Return the Markdown that shows just this text."""
    return re.sub(f"([{re.escape(string.punctuation)}])", r"\\\1", text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Both houses of a demo while somebody attacks, and a friend who goes on asking."""

    facts: Mapping[str, Any]
    home: HomeAssistant
    cabin: HomeAssistant
    friend: Hostile
    """Who is honest."""
    watched: tuple[Untouched, Untouched]

    @classmethod
    @asynccontextmanager
    async def of(cls, facts: Mapping[str, Any]) -> AsyncGenerator[Self]:
        """Watch the houses of a running demo (`facts` is its ready file)."""
        home, cabin = (
            HomeAssistant(house["url"], house["token"])
            for house in map(facts["homeassistant"].get, ("home", "cabin"))
        )
        async with (
            home,
            cabin,
            Hostile.logged_in(facts, "friend", "honest") as friend,
            Untouched.watch(home) as at_home,
            Untouched.watch(cabin) as at_cabin,
        ):
            yield cls(
                facts=facts,
                home=home,
                cabin=cabin,
                friend=friend,
                watched=(at_home, at_cabin),
            )

    @property
    def jid(self) -> str:
        """Home's full JID."""
        jid: str = self.facts["homeassistant"]["home"]["concentrator_jid"]
        return jid

    async def feed(self) -> str:
        """Return the name of home's feed: all who see the same follow the same."""
        of = f"id='{LIGHT}' src='{SOURCE}' parameters='true'"
        question = f"<getNode xmlns='{_TREE}' {of}/>"
        answer = await self.friend.ask(self.jid, question)
        values = (one.get("value", "") for one in answer.iter(f"{{{_TREE}}}string"))
        feeds = [found[1] for one in values if (found := _FEED.fullmatch(one))]
        assert feeds, ET.tostring(answer, encoding="unicode")
        return feeds[0]

    async def attacked(self, name: str, most: int | None = None) -> Attacker:
        """Carry out the first stanzas of an attack, and return when home has taken them all."""
        attacker = Attacker(
            facts=self.facts, attack=ATTACKS[name], feed=await self.feed()
        )
        await attacker.round(most)
        await self.answers()
        return attacker

    async def answers(self) -> None:
        """Check that the house answers its friend, after all that has come before."""
        answer = await self.friend.ask(self.jid, PING)
        assert answer.get("type") == "result"

    async def touched(self) -> list[str]:
        """Return what was done in either house."""
        at_home, at_cabin = self.watched
        return await at_home.touched() + await at_cabin.touched()


def log(facts: Mapping[str, Any]) -> list[str]:
    """Return what the houses have logged that should not be: warnings of ours, and failures."""
    found = []
    for house in facts["homeassistant"].values():
        text = (Path(house["config_dir"]) / "home-assistant.out").read_text()
        found += re.findall(r".* (?:WARNING|ERROR|CRITICAL) .*\[custom_comp.*", text)
        found += re.findall(r"xmpp_iot/.*|slixmpp.*|.*blocking call.*", text)
    return [line for line in found if EXPECTED.search(line) is None]


def memory(facts: Mapping[str, Any], house: str) -> float:
    """Return the megabytes that the process of a house has (Linux)."""
    folder = facts["homeassistant"][house]["config_dir"].encode()
    (pid,) = (
        int(process.name)
        for process in Path("/proc").glob("[0-9]*")
        if folder in _command(process) and b"homeassistant" in _command(process)
    )
    return resident(pid)


def _command(process: Path) -> list[bytes]:
    try:
        return (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return []  # it has ended


async def notifications(house: HomeAssistant, about: str) -> list[str]:
    """Return the persistent notifications about somebody."""
    async with house.websocket() as socket:
        listed = await socket.ask("persistent_notification/get")
    return [
        str(one["message"])
        for one in listed
        if one["notification_id"].endswith(f"_{about}")
    ]


async def requests(house: HomeAssistant, about: str) -> list[dict[str, Any]]:
    """Return the discovered items about somebody."""
    async with house.websocket() as socket:
        listed = await socket.ask("config_entries/flow/progress")
    return [
        flow
        for flow in listed
        if flow["handler"] == DOMAIN
        and str(flow["context"].get("unique_id")).endswith(f":{about}")
    ]


async def ignore(house: HomeAssistant, flow: str) -> None:
    """Answer a discovered item by ignoring who asks, and forget that it was ignored."""
    await house.get(f"{FLOWS}/{flow}")
    await house.post(f"{FLOWS}/{flow}", {"next_step_id": "ignore_request"})
    for entry in await house.get(f"{ENTRIES}?domain={DOMAIN}"):
        if entry["source"] == "ignore":
            await house.delete(f"{ENTRIES}/{entry['entry_id']}")
