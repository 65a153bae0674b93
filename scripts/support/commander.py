"""Whoever commands in the cabin what is in home, in every way there is, and writes down what they are told."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
import random
import time
from typing import Any, Final

import aiohttp

from .instance import HomeAssistantError
from .pipeline import Pipeline
from .stricken import JOURNAL, Stricken
from .verdicts import Command, Verdict, verdict

ENTITY: Final = "entity"
EXECUTE: Final = "execute"
CONTROL: Final = "control"

# What is to come of a command, and how often: it is done at once, takes its time, or is refused.
_HOW: Final[Mapping[str, int]] = {"": 80, "/0.5": 8, "/4": 4, "/12": 2, "/no": 6}
_AWAY: Final = (aiohttp.ClientError, HomeAssistantError, OSError, TypeError)
_PAUSE: Final = 0.1  # seconds until a house that is away is looked for again


def _call(way: str, mirror: str, value: str) -> dict[str, Any]:
    """Return what sets a slip, by its mirror."""
    on = {"entity_id": mirror}
    data: dict[str, Any]
    match way:
        case "execute":
            data = {**on, "command": "set_value", "form": {"value": value}}
            return {"domain": "xmpp_iot", "service": way, "service_data": data}
        case "control":
            data = {**on, "parameters": {"value": value}}
            return {"domain": "xmpp_iot", "service": way, "service_data": data}
        case _:
            data = {**on, "value": value}
            return {"domain": "text", "service": "set_value", "service_data": data}


class Commander:
    """Commands by the cabin's API, whenever there is one."""

    def __init__(self, world: Stricken, seed: int) -> None:
        """Command always the same things for the same seed."""
        self.commands: list[Command] = []
        self._world = world
        self._dice = random.Random(f"{seed} commands")
        self._pipeline: Pipeline | None = None
        self._open: set[asyncio.Task[None]] = set()

    async def command(self, rate: float, seconds: float) -> None:
        """Give so many commands a second for so many seconds, waiting for none of them."""
        async with aiohttp.ClientSession() as http:
            keeper = asyncio.create_task(self._keep(http))
            loop = asyncio.get_running_loop()
            begun = loop.time()
            for number in range(round(rate * seconds)):
                await asyncio.sleep(begun + number / rate - loop.time())
                self._give(f"c{number + 1}")
            await self._settle()
            keeper.cancel()
            await asyncio.wait([keeper])

    async def _settle(self) -> None:
        """Wait for the answers, so long that whatever has none then never gets one."""
        if self._open:
            _, silent = await asyncio.wait(self._open, timeout=60)
            for task in silent:
                task.cancel()

    def _give(self, name: str) -> None:
        dice = self._dice
        way = dice.choice((ENTITY, EXECUTE, CONTROL))
        mirror = dice.choice(tuple(self._world.slips.values()))
        (how,) = dice.choices(tuple(_HOW), tuple(_HOW.values()))
        command = Command(name, way, called_at=time.time())
        self.commands.append(command)
        if self._pipeline is None:
            command.verdict = Verdict.UNCALLED
            return
        call = _call(way, mirror, name + how)
        task = asyncio.create_task(self._ask(self._pipeline, command, call))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    @staticmethod
    async def _ask(pipeline: Pipeline, command: Command, call: dict[str, Any]) -> None:
        try:
            answer = await pipeline.request("call_service", **call)
        except ConnectionError:
            # The house is gone: whoever asked it knows nothing.
            command.verdict = Verdict.UNKNOWN
            command.said = "the house that was asked is gone"
        else:
            command.verdict = verdict(answer)
            command.said = "" if answer["success"] else str(answer["error"])
        command.took = time.time() - command.called_at

    async def _keep(self, http: aiohttp.ClientSession) -> None:
        """Have a connection whenever the house is there."""
        house = self._world.house("cabin")
        while True:
            with suppress(*_AWAY):
                async with Pipeline(http, house.url, house.token) as pipeline:
                    await _until_noted(pipeline)
                    self._pipeline = pipeline
                    try:
                        await pipeline.closed()
                    finally:
                        self._pipeline = None
            await asyncio.sleep(_PAUSE)


async def _until_noted(pipeline: Pipeline) -> None:
    """Return when the house's journal has begun: it may be starting."""
    while True:
        config = await pipeline.request("get_config")
        if JOURNAL in config["result"]["components"]:
            return
        await asyncio.sleep(_PAUSE)
