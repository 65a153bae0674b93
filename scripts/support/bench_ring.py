"""Three houses in a ring, each of which shows the next one, while all of them change all the time.

Nothing may go round: the stanzas of a change are as many at the end as in the beginning, and when the
changes end there are no more. At the end every house shows the next one as it is.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
import secrets
import time
from typing import Any, Final

from . import bench_verdict
from .bench_inside import Inside, Row, add_component, install
from .bench_link import CROWD
from .demo import scratch_folder
from .houses import House, Owner
from .instance import HomeAssistant
from .linking import DOMAIN, link, unequal, wait_until_shown
from .ports import free_ports
from .progress import say
from .servers import CertificateAuthority, Prosody

USERS: Final = ("first", "second", "third")
MEMBERS: Final = 40  # of each house's crowd
RATE: Final = 20.0  # changes a second, in each house
TURN: Final = 10.0  # seconds of changes that are asked for at once
QUIET: Final = 10.0  # seconds in which nothing more may come
# A change is published, this is confirmed, and the one house that follows is told: pings come on top.
LIMITS: Final[Mapping[str, float]] = {
    "per_change": 3.02,
    "echo": 0,
    "unequal": 0,
    "beside_ms": 100,
}

_PATIENCE: Final = 10.0
_TALLIED: Final = 1.0  # seconds until the server has written what it counted


@dataclass(frozen=True, slots=True)
class Ring:
    """Houses, each of which is linked by the one before it."""

    server: Prosody
    houses: tuple[House, ...]
    owner: Owner = field(
        default_factory=lambda: Owner(
            username="owner", password=secrets.token_urlsafe(9)
        )
    )

    @classmethod
    def prepared(cls, folder: Path) -> Ring:
        """Prepare all in the folder; nothing is started."""
        authority = CertificateAuthority(folder / "authority")
        users = {user: secrets.token_urlsafe(9) for user in USERS}
        server = Prosody(folder / "prosody", "ring.example", authority, users)
        server.tallies = True
        houses = tuple(
            House(folder / user, user.capitalize(), port)
            for user, port in zip(USERS, free_ports(len(USERS)), strict=True)
        )
        for house in houses:
            add_component(house.directory, CROWD, f"{{count: {MEMBERS}}}")
            install(house.directory)
        return cls(server, houses)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Start the processes, and stop them all at the end."""
        with ExitStack() as stack:
            stack.enter_context(self.server)
            for house in self.houses:
                house.start()
                stack.callback(house.stop)
            for house in self.houses:
                stack.callback(house.terminate)
            yield

    def jid(self, number: int) -> str:
        """Return the account of a house, the first one after the last."""
        return self.server.accounts[USERS[number % len(USERS)]].jid

    async def set_up(self) -> None:
        """Let each house let the one before it in, and then link the one after it."""
        await asyncio.gather(*(one.wait_until_up(self.owner) for one in self.houses))
        for number, house in enumerate(self.houses):
            account = self.server.accounts[USERS[number]]
            answers = {
                "jid": account.jid,
                "password": account.password,
                "server": {
                    "host": self.server.host,
                    "port": self.server.port,
                    "tls": "starttls",
                    "ca_certificate": self.server.ca_file.read_text(),
                },
            }
            async with house.api() as api:
                entry_id = await api.add_entry(DOMAIN, answers)
                contact = {
                    "jid": self.jid(number - 1),
                    "nickname": "Neighbour",
                    "level": "command",
                    "all_entities": True,
                }
                await api.add_subentry(entry_id, "contact", [contact])
        for number, house in enumerate(self.houses):
            async with house.api() as api:
                await wait_until_shown(api, await link(api, self.jid(number + 1)))


@asynccontextmanager
async def world(minutes: int) -> AsyncGenerator[Mapping[str, Any]]:
    """Provide the ring, as the only fact there is."""
    with scratch_folder() as folder:
        ring = Ring.prepared(folder)
        with ring.running():
            await ring.set_up()
            yield {"ring": ring}


async def run(facts: Mapping[str, Any], minutes: int) -> dict[str, Row]:
    """Let all of them change for so many minutes; a row for each of these, for the silence, and the houses."""
    ring: Ring = facts["ring"]
    rows: dict[str, Row] = {}
    async with AsyncExitStack() as stack:
        houses = [await stack.enter_async_context(one.api()) for one in ring.houses]
        watched: dict[str, Row] = {user: {} for user in USERS}
        for api, row in zip(houses, watched.values(), strict=True):
            inside = Inside(api)
            await inside.find()
            await stack.enter_async_context(inside.watched(row))
        for minute in range(1, minutes + 1):
            rows[f"minute {minute}"] = await _minute(ring, houses)
        rows["silence"] = await _silence(ring, houses)
        # The end of the stack adds what the houses say of themselves.
        rows |= watched
    return rows


async def _minute(ring: Ring, houses: list[HomeAssistant]) -> Row:
    before = sum(_stanzas(ring).values())
    changes = 0
    for _ in range(round(60 / TURN)):
        told = await asyncio.gather(*(_stir(one) for one in houses))
        changes += sum(told)
    await asyncio.sleep(_TALLIED)
    stanzas = sum(_stanzas(ring).values()) - before
    return {
        "changes": changes,
        "stanzas": stanzas,
        "per_change": round(stanzas / changes, 3),
    }


async def _stir(house: HomeAssistant) -> int:
    path = f"/api/services/{CROWD}/stir?return_response"
    said = await house.post(path, {"rate": RATE, "seconds": TURN})
    return int(said["service_response"]["changes"])


async def _silence(ring: Ring, houses: list[HomeAssistant]) -> Row:
    """Return what goes on though nothing changes any more, and what is not as it is in the next house."""
    begun = time.perf_counter()
    while unlike := [one async for one in _unequal(houses)]:
        if time.perf_counter() - begun > _PATIENCE:
            break
    seconds = time.perf_counter() - begun
    for one in unlike:
        say(f"not equal: {one}")
    await asyncio.sleep(_TALLIED)
    before = _stanzas(ring)
    await asyncio.sleep(QUIET)
    after = _stanzas(ring)
    # What the houses say of themselves now and then, and pings, are no messages.
    echo = sum(after[one] - before[one] for one in after if one.endswith("message"))
    return {"echo": echo, "unequal": len(unlike), "seconds": round(seconds, 2)}


def _stanzas(ring: Ring) -> dict[str, int]:
    """Return the counts of all kinds of all users' stanzas."""
    return {
        f"{user} {kind}": count
        for user, kinds in ring.server.tally().items()
        for kind, count in kinds.items()
    }


async def _unequal(houses: list[HomeAssistant]) -> AsyncGenerator[str]:
    """Yield which of the mirrors are not like their originals, and how both are."""
    for number, house in enumerate(houses):
        after = houses[(number + 1) % len(houses)]
        for how in (await unequal(house, after)).values():
            yield f"{USERS[number]}: {how}"


COLUMNS: Final[Mapping[str, str]] = {
    "changes": "changes",
    "stanzas": "stanzas",
    "per_change": "a change",
    "echo": "echo",
    "unequal": "unequal",
    "seconds": "s",
    "memory_mb": "memory MB",
    "late_ms": "late ms",
    "blocked_ms": "blocked ms",
    "collection_ms": "by gc",
    "beside_ms": "beside gc",
}


def table(rows: Mapping[str, Row]) -> str:
    """Return the figures for people, with the limits below; what was not measured is a dash."""
    return (
        f"{bench_verdict.table(rows, LIMITS, COLUMNS)}\n"
        "stanzas: of all three accounts to and from the server; echo: messages when nothing changes any more;\n"
        "unequal: mirrors that are not like their originals then; s: until the last one was; late: the longest a\n"
        "house's event loop was, blocked: this less the time for which others on the machine kept it waiting"
    )
