"""The ways that are compared: who sees the changes of a lane, and who carries out commands in it."""

from abc import ABC, abstractmethod
import asyncio
from collections.abc import (
    AsyncGenerator,
    Awaitable,
    Callable,
    Iterable,
    Mapping,
    Sequence,
)
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import batched
import os
import ssl
import time
from typing import Any, Final, override

import aiohttp

from .bench_compare_world import (
    KINDS,
    LEAN,
    MQTT,
    NOBODY,
    OURS,
    SOCKET,
    Track,
    original,
)
from .instance import HomeAssistantError, HomeAssistantSocket
from .meters import Meter, processor_seconds
from .ports import LOOPBACK
from .progress import say, step

_ALIVE: Final = 20.0  # seconds
_IDLE: Final = 0.1  # seconds of processors in a second, of all of them
_PATIENCE: Final = 180  # seconds

type Moment = tuple[str, str, float]  # entity id, state, when (monotonic clock)

_SWITCHES: Final = slice(KINDS.index("switch"), None, len(KINDS))


async def serve(
    socket: HomeAssistantSocket, domain: str, name: str, **data: object
) -> Mapping[str, Any]:
    """Perform an action that answers, however long that takes, and return its answer."""
    result = await socket.ask(
        "call_service",
        domain=domain,
        service=name,
        service_data=data,
        return_response=True,
    )
    answer: Mapping[str, Any] = result["response"]
    return answer


async def process_of(house: HomeAssistantSocket) -> int:
    """Return the id of the process that a house with a witness is."""
    answer = await house.ask("witness/watch")
    await house.ask("witness/seen", wanted={}, seconds=0)
    return int(answer["pid"])


def moments(rows: Iterable[Sequence[Any]]) -> list[Moment]:
    """Return what a component says of changes."""
    return [(str(entity_id), str(state), float(at)) for entity_id, state, at in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What was seen of changes, and what was not seen in time."""

    seen: list[Moment]
    lacking: int


class Way(ABC):
    """A way from home to somebody who wants to know."""

    def __init__(self, lane: str, meter: Meter) -> None:
        """Take what comes of a lane."""
        self.lane = lane
        self.meter = meter

    def shown_as(self, entity_id: str) -> str:
        """Return under which id an entity of home is seen."""
        return entity_id

    @abstractmethod
    async def watch(self) -> None:
        """Begin to note what is seen."""

    @abstractmethod
    async def sight(self, wanted: Mapping[str, str], patience: float) -> Sight:
        """Return what was seen, once all that is `wanted` is seen, or after so many seconds."""


class ByCabin(Way):
    """What is seen by the cabin: in its states."""

    def __init__(
        self,
        lane: str,
        meter: Meter,
        cabin: HomeAssistantSocket,
        mirrors: Mapping[str, str],
    ) -> None:
        """Ask the witness in the cabin."""
        super().__init__(lane, meter)
        self._cabin = cabin
        self._mirrors = mirrors

    @override
    def shown_as(self, entity_id: str) -> str:
        return self._mirrors[entity_id]

    @override
    async def watch(self) -> None:
        await self._cabin.ask("witness/watch")

    @override
    async def sight(self, wanted: Mapping[str, str], patience: float) -> Sight:
        answer = await self._cabin.ask("witness/seen", wanted=wanted, seconds=patience)
        return Sight(seen=moments(answer["seen"]), lacking=len(answer["lacking"]))


class ByNobody(Way):
    """What nobody sees."""

    @override
    async def watch(self) -> None:
        pass

    @override
    async def sight(self, wanted: Mapping[str, str], patience: float) -> Sight:
        return Sight(seen=[], lacking=0)


class BySocket(Way):
    """What is seen by a client of the WebSocket API, in this process."""

    def __init__(self, lane: str, meter: Meter, socket: HomeAssistantSocket) -> None:
        """Use a connection that has subscribed to the entities, and nothing else."""
        super().__init__(lane, meter)
        self._socket = socket
        self._states: dict[str, str] = {}
        self._seen: list[Moment] = []
        self._news = asyncio.Event()

    async def listen(self) -> None:
        """Take what comes, until cancelled."""
        while True:
            _, event = await self._socket.any_event()
            at = time.perf_counter()
            for entity_id, change in event.get("c", {}).items():
                if (state := change.get("+", {}).get("s")) is not None:
                    self._states[entity_id] = state
                    self._seen.append((entity_id, state, at))
            self._news.set()

    @override
    async def watch(self) -> None:
        self._seen = []

    @override
    async def sight(self, wanted: Mapping[str, str], patience: float) -> Sight:
        def lacking() -> int:
            return len(wanted.items() - self._states.items())

        try:
            async with asyncio.timeout(patience):
                while lacking():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            pass  # (what lacks says so)
        return Sight(seen=self._seen, lacking=lacking())


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """All ways, and the connections to both houses by which they are used."""

    track: Track
    home: HomeAssistantSocket
    cabin: HomeAssistantSocket
    by_lane: Mapping[str, Way]
    connect: Callable[[], HomeAssistantSocket]
    """Makes a client of home's, by TLS; who is not used for a while is thrown out."""

    async def command_ours(self, at_a_time: int, count: int) -> list[float]:
        """Command switches of home's from the cabin; return the seconds that each took."""
        entities = [self.track.mirrors[one] for one in switches(OURS, at_a_time)]
        answer = await self.cabin.ask(
            "witness/command",
            entities=entities,
            rounds=count // at_a_time,
            at_a_time=at_a_time,
        )
        taken: list[float] = answer["seconds"]
        return taken


@dataclass(frozen=True, slots=True)
class Commander:
    """A client that commands, with several commands in flight by its connection."""

    _socket: HomeAssistantSocket

    async def command(self, at_a_time: int, count: int) -> list[float]:
        """Command switches of home's by its WebSocket API; return the seconds that each took."""
        entities = switches(SOCKET, at_a_time)
        rounds = count // at_a_time
        commands = [
            (entity_id, ("turn_off", "turn_on")[number % 2])
            for number in range(1, rounds + 1)
            for entity_id in entities
        ]
        begun: dict[int, float] = {}
        taken: list[float] = []
        turns = iter(commands)

        async def begin() -> None:
            for entity_id, name in turns:
                at = time.perf_counter()
                begun[
                    await self._socket.send(
                        "call_service",
                        domain="switch",
                        service=name,
                        service_data={"entity_id": entity_id},
                    )
                ] = at
                return

        for _ in range(at_a_time):
            await begin()
        while begun:
            answer = await self._socket.result()
            taken.append(time.perf_counter() - begun.pop(answer["id"]))
            if not answer["success"]:
                raise HomeAssistantError(str(answer["error"]))
            await begin()
        return taken


def switches(lane: str, count: int) -> list[str]:
    """Return the first switches of a lane."""
    numbers = range(len(KINDS) * count)[_SWITCHES]
    return [original(lane, number) for number in numbers]


@asynccontextmanager
async def ways(track: Track) -> AsyncGenerator[Ways]:
    """Provide all ways of a track."""
    async with AsyncExitStack() as stack:
        home = await stack.enter_async_context(track.home.websocket())
        cabin = await stack.enter_async_context(track.cabin.websocket())
        tls = ssl.create_default_context(cafile=track.course.authority.file)
        http = await stack.enter_async_context(
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=tls))
        )

        def client() -> HomeAssistantSocket:
            url = f"https://{LOOPBACK}:{track.course.tls_port}"
            return HomeAssistantSocket(http, url, track.course.home.token)

        follower = await stack.enter_async_context(client())
        # (by the thousands: a request has its limit)
        numbers = range(track.count)
        for some in batched(numbers, 5000, strict=False):
            await follower.ask(
                "subscribe_entities", entity_ids=[original(SOCKET, n) for n in some]
            )
        pids = [await process_of(house) for house in (home, cabin)]
        both = tuple(pids)
        xmpp = Meter(both, track.course.server.port)
        mqtt = Meter(both, track.course.mosquitto.port)
        by_socket = BySocket(
            SOCKET, Meter((pids[0], os.getpid()), track.course.tls_port), follower
        )
        for task in (by_socket.listen(), _keep((home, cabin, follower))):
            stack.push_async_callback(_end, asyncio.create_task(task))
        by_lane: dict[str, Way] = {
            OURS: ByCabin(OURS, xmpp, cabin, track.mirrors),
            MQTT: ByCabin(MQTT, mqtt, cabin, track.mirrors),
            LEAN: ByCabin(LEAN, mqtt, cabin, track.mirrors),
            SOCKET: by_socket,
            NOBODY: ByNobody(NOBODY, Meter(both, None)),
        }
        with step("waiting until the houses have done what comes with a start"):
            await _quiet(both)
        yield Ways(
            track=track,
            home=home,
            cabin=cabin,
            by_lane=by_lane,
            connect=client,
        )


async def _keep(sockets: Sequence[HomeAssistantSocket]) -> None:
    """Say something now and then: who says nothing for a minute is thrown out, though a storm may last longer."""
    while True:
        await asyncio.sleep(_ALIVE)
        for one in sockets:
            await one.send("ping")


async def _quiet(processes: Sequence[int]) -> None:
    """Return when processes do next to nothing any more, or after a while: the recorder writes down each registration."""
    for _ in range(_PATIENCE):
        before = sum(map(processor_seconds, processes))
        await asyncio.sleep(1)
        if sum(map(processor_seconds, processes)) - before < _IDLE:
            return
    say("they are not quiet yet; what is measured is of busy houses")


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


type Commands = Callable[[int, int], Awaitable[list[float]]]
"""Carries out so many at a time, so many altogether; returns the seconds of each."""
