"""What a change costs home when 1, 10 or 100 contacts follow, who may all see the same, or 5 or 20 different views.

Each mix of contacts has a lane of its own in one home (see crowd); who shares a view may see the lane and one entity
more, which says which view it is. The contacts are plain XMPP clients that are online and have subscribed, all in
the bench's own process: what they and the server spend is not counted, what home spends is.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import batched
import json
from pathlib import Path
import secrets
from typing import Final

from .bench_compare_cases import Row
from .bench_compare_link import settled
from .bench_compare_ways import process_of, serve
from .bench_compare_world import original
from .bench_inside import add_component, install
from .demo import DOMAIN, RESOURCE, scratch_folder
from .follower import find_feed, following
from .friends import logged_in, make_friends
from .houses import House, Owner
from .instance import HomeAssistant, HomeAssistantSocket
from .meters import processor_seconds
from .ports import free_ports
from .progress import step
from .servers import CertificateAuthority, XmppServer, server_versions

HOME: Final = "home"
NOBODY: Final = "nobody"
SPICE: Final = "spice"
"""The lane of which each view has another one."""
_EACH: Final = 20  # entities of a lane
_AT_ONCE: Final = 20  # contacts that are introduced at a time
_TURNS: Final = 5
_ROUNDS: Final = 2
_RATE: Final = 20.0  # changes a second
_QUIET: Final = 0.3  # seconds for what is left to do after the last change


@dataclass(frozen=True, slots=True)
class Mix:
    """So many contacts with so many views."""

    contacts: int
    views: int

    @property
    def lane(self) -> str:
        """Return the lane that they see."""
        return f"c{self.contacts}v{self.views}"

    @property
    def row(self) -> str:
        """Return what people call it."""
        return f"contacts {self.contacts}, {self.views} view{'s' * (self.views > 1)}"

    @property
    def users(self) -> list[str]:
        """Return the accounts of all of them."""
        return [f"{self.lane}-{number}" for number in range(self.contacts)]

    def target(self, number: int) -> dict[str, list[str]]:
        """Return what one of them may see."""
        extra = original(SPICE, number % self.views)
        return {"floor_id": [self.lane], "entity_id": [extra]}


FEW: Final = (Mix(1, 1), Mix(10, 1), Mix(10, 5))
MANY: Final = (Mix(1, 1), Mix(10, 1), Mix(100, 1), Mix(100, 5), Mix(100, 20))


@dataclass(frozen=True, slots=True, kw_only=True)
class Village:
    """A house, its server, and all its contacts."""

    server: XmppServer
    house: House
    mixes: tuple[Mix, ...]

    @classmethod
    def prepared(cls, folder: Path, mixes: tuple[Mix, ...], server: str) -> Village:
        """Prepare all in the folder; nothing is started."""
        users = [HOME, *(user for mix in mixes for user in mix.users)]
        made = server_versions()[server].server(
            folder / "server",
            CertificateAuthority(folder / "authority"),
            {user: secrets.token_urlsafe(9) for user in users},
            DOMAIN,
        )
        house = House(folder / HOME, "Home", free_ports(1)[0])
        lanes = [*(mix.lane for mix in mixes), NOBODY, SPICE]
        crowd = {"lanes": dict.fromkeys(lanes, 2 * _EACH)}
        add_component(house.directory, "crowd", json.dumps(crowd))
        add_component(house.directory, "witness")
        install(house.directory)
        return cls(server=made, house=house, mixes=mixes)

    @property
    def jid(self) -> str:
        """Return the house's account."""
        return self.server.accounts[HOME].jid

    async def set_up(self, api: HomeAssistant) -> str:
        """Set up the account; return the entry's id."""
        account = self.server.accounts[HOME]
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
        return await api.add_entry("xmpp_iot", answers)

    async def add_contacts(self, api: HomeAssistant, entry_id: str, mix: Mix) -> None:
        """Let contacts in, and have all of them accept that."""
        for number, user in enumerate(mix.users):
            contact = {
                "jid": self.server.accounts[user].jid,
                "nickname": user,
                "level": "read",
                "all_entities": False,
                "target": mix.target(number),
            }
            await api.add_subentry(entry_id, "contact", [contact])
        for some in batched(mix.users, _AT_ONCE, strict=False):
            accounts = (self.server.accounts[user] for user in some)
            await asyncio.gather(
                *(make_friends(self.server, one, self.jid) for one in accounts)
            )

    async def follow(self, stack: AsyncExitStack, mix: Mix, heard: Heard) -> None:
        """Have all of them be online and follow, until the stack ends."""
        for user in mix.users:
            client = await stack.enter_async_context(
                logged_in(self.server, self.server.accounts[user], "bench")
            )
            feed = await find_feed(client, f"{self.jid}/{RESOURCE}")
            await stack.enter_async_context(following(client, feed, heard))


@dataclass(slots=True)
class Heard:
    """How many events of all contacts there were."""

    events: int = 0

    def __call__(self, nodes: frozenset[str], /) -> None:
        """Take an event."""
        self.events += 1


@asynccontextmanager
async def _village(mixes: tuple[Mix, ...], server: str) -> AsyncGenerator[Village]:
    with scratch_folder() as folder:
        village = Village.prepared(folder, mixes, server)
        owner = Owner(username="owner", password=secrets.token_urlsafe(9))
        with village.server:
            village.house.start()
            try:
                await village.house.wait_until_up(owner)
                yield village
            finally:
                village.house.stop()


async def run(mixes: tuple[Mix, ...], server: str) -> dict[str, Row]:
    """Measure all mixes, in turns; return a row for each, and one of what nobody sees."""
    rows: dict[str, Row] = {mix.row: {} for mix in mixes}
    heard = {mix.lane: Heard() for mix in mixes}
    async with _village(mixes, server) as village, village.house.api() as api:
        entry_id = await village.set_up(api)
        async with AsyncExitStack() as stack:
            for mix in mixes:
                with step(f"{mix.row}: they come"):
                    before = await settled(api)
                    await village.add_contacts(api, entry_id, mix)
                    await village.follow(stack, mix, heard[mix.lane])
                    after = await settled(api)
                if before is not None and after is not None:
                    grown = 1000 * (after - before) / mix.contacts
                    rows[mix.row]["kb_per_contact"] = round(grown, 1)
            socket = await stack.enter_async_context(api.websocket())
            costs = await _measured(socket, [*heard, NOBODY])
    for mix in mixes:
        rows[mix.row] |= costs[mix.lane]
        changes = costs[mix.lane]["changes"] or 1
        rows[mix.row]["events"] = round(heard[mix.lane].events / changes, 2)
    return rows | {"contacts none": costs[NOBODY]}


async def _measured(socket: HomeAssistantSocket, lanes: list[str]) -> dict[str, Row]:
    """Let each lane change in turns; return what a change of it costs home."""
    pid = await process_of(socket)
    spent: dict[str, list[float]] = {lane: [] for lane in lanes}
    each = _EACH * _ROUNDS
    for _ in range(_TURNS):
        for lane in lanes:
            before = processor_seconds(pid)
            await serve(
                socket, "crowd", "change", lane=lane, count=_EACH, rounds=_ROUNDS,
                rate=_RATE, platform="sensor",
            )  # fmt: skip
            await asyncio.sleep(_QUIET)
            spent[lane].append((processor_seconds(pid) - before) / each)
    return dict(_rows(spent, each))


def _rows(spent: Mapping[str, list[float]], each: int) -> Iterator[tuple[str, Row]]:
    for lane, seconds in spent.items():
        middle = sorted(seconds)[len(seconds) // 2]
        yield lane, {"changes": each * len(seconds), "cpu_ms": round(1000 * middle, 3)}
