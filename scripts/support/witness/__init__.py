"""A component for benches: when changes of states are seen in a house, and how long actions of it take.

By the WebSocket API `witness/watch` begins to note all changes of states, `witness/seen` returns them once the states
are as wanted, `witness/command` carries out actions, `witness/profile` shows where the time goes, `witness/memory` what
is kept. (As actions they
would be events, too, for the recorder to keep.) All times are those of the system's monotonic clock, which is one for all
processes of a machine. With `port`, `certificate` and `key` in the configuration the house is reached there by
TLS, too, as if a proxy were in front of it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
import gc
import os
import ssl
import time
import tracemalloc
from typing import Any, Final

from aiohttp.web import TCPSite
import voluptuous as vol

from homeassistant.components.websocket_api import async_register_command
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.decorators import (
    async_response,
    websocket_command,
)
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED, EVENT_STATE_CHANGED
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.recorder import get_instance

from .sampler import Sampler

type Message = Mapping[str, Any]
type Answer = dict[str, object]

DOMAIN: Final = "witness"
_FILES: Final = 40  # that are told of, of those whose code has taken most memory
LOOPBACK: Final = "127.0.0.1"


class Witness:
    """Notes what changes, and when."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Notice nothing yet."""
        self._hass = hass
        self._seen: list[object] = []
        self._lacking: dict[str, str] = {}
        self._complete = asyncio.Event()
        self._forget: CALLBACK_TYPE | None = None
        self._sampler: Sampler | None = None

    def _stop(self) -> None:
        if self._forget is not None:
            self._forget()
            self._forget = None

    async def watch(self, message: Message) -> Answer:
        """Begin to note all changes; say which process this is."""
        self._stop()
        self._seen = []
        self._lacking = {}
        self._forget = self._hass.bus.async_listen(EVENT_STATE_CHANGED, self._note)
        return {"pid": os.getpid()}

    @callback
    def _note(self, event: Event[EventStateChangedData]) -> None:
        at = time.perf_counter()
        if (state := event.data["new_state"]) is None:
            return
        self._seen.append([state.entity_id, state.state, at])
        if self._lacking.get(state.entity_id) == state.state:
            del self._lacking[state.entity_id]
            if not self._lacking:
                self._complete.set()

    async def seen(self, message: Message) -> Answer:
        """Return what was noted once all states are as `wanted`, or after so many `seconds`; and what lacks then."""
        self._lacking = {
            entity_id: state
            for entity_id, state in message["wanted"].items()
            if not self._is(entity_id, state)
        }
        self._complete.clear()
        if self._lacking:
            try:
                async with asyncio.timeout(message["seconds"]):
                    await self._complete.wait()
            except TimeoutError:
                pass  # (the bench is told by what lacks)
        self._stop()
        lacking: list[object] = list(self._lacking)
        return {"seen": self._seen, "lacking": lacking}

    def _is(self, entity_id: str, state: str) -> bool:
        found = self._hass.states.get(entity_id)
        return found is not None and found.state == state

    async def profile(self, message: Message) -> Answer:
        """Begin to look at what the event loop does; or end it, and return how often it was found in each function."""
        if self._sampler is None:
            self._sampler = Sampler()
            self._sampler.start()
            return {}
        sampler, self._sampler = self._sampler, None
        return await self._hass.async_add_executor_job(sampler.end)

    async def memory(self, message: Message) -> Answer:
        """Return how many bytes Python has that came since this was asked first, which makes all slower; and by which code."""
        # What Home Assistant writes down and remembers of each entity anyhow is not what is measured.
        await get_instance(self._hass).async_block_till_done()
        if not tracemalloc.is_tracing():
            for entry in er.async_get(self._hass).entities.values():
                _ = entry.as_storage_fragment
            for device in dr.async_get(self._hass).devices:
                _ = device.as_storage_fragment
            tracemalloc.start()
        gc.collect()
        taken = tracemalloc.take_snapshot().statistics("filename")[:_FILES]
        return {
            "bytes": tracemalloc.get_traced_memory()[0],
            "of": {one.traceback[0].filename: one.size for one in taken},
        }

    async def command(self, message: Message) -> Answer:
        """Switch the `entities` on, and off in the next of the `rounds`, so many at a time; return how long each took."""
        turns = iter(
            [
                (entity_id, ("turn_off", "turn_on")[number % 2])
                for number in range(1, message["rounds"] + 1)
                for entity_id in message["entities"]
            ]
        )
        taken: list[object] = []

        async def carry_out() -> None:
            for entity_id, name in turns:
                begun = time.perf_counter()
                await self._hass.services.async_call(
                    "switch", name, {"entity_id": entity_id}, blocking=True
                )
                taken.append(time.perf_counter() - begun)

        begun = time.perf_counter()
        await asyncio.gather(*(carry_out() for _ in range(message["at_a_time"])))
        return {"seconds": taken, "altogether": time.perf_counter() - begun}


SCHEMAS: Final[Mapping[str, Mapping[vol.Marker, object]]] = {
    "watch": {},
    "seen": {vol.Required("wanted"): dict, vol.Required("seconds"): vol.Coerce(float)},
    "profile": {},
    "memory": {},
    "command": {
        vol.Required("entities"): [str],
        vol.Required("rounds"): int,
        vol.Required("at_a_time"): int,
    },
}


async def async_setup(hass: HomeAssistant, config: Mapping[str, Any]) -> bool:
    """Register the commands, and open the port."""
    witness = Witness(hass)
    for name in SCHEMAS:
        _register(hass, name, getattr(witness, name))
    if options := config[DOMAIN]:

        async def open_port(event: Event) -> None:
            await _open_port(hass, options)

        hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STARTED, open_port)
    return True


def _register(
    hass: HomeAssistant, name: str, act: Callable[[Message], Awaitable[Answer]]
) -> None:
    """Let clients of the WebSocket API give a command."""

    @websocket_command({vol.Required("type"): f"{DOMAIN}/{name}", **SCHEMAS[name]})
    @async_response
    async def handle(
        hass: HomeAssistant,
        connection: ActiveConnection,
        message: dict[str, Any],
    ) -> None:
        connection.send_result(message["id"], await act(message))

    async_register_command(hass, handle)


async def _open_port(hass: HomeAssistant, options: Mapping[str, Any]) -> None:
    """Serve Home Assistant's own application by TLS, too; its end is that of the application."""

    def context() -> ssl.SSLContext:
        made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        made.load_cert_chain(options["certificate"], options["key"])
        return made

    runner = hass.http.runner
    assert runner is not None
    site = TCPSite(
        runner,
        LOOPBACK,
        options["port"],
        ssl_context=await hass.async_add_executor_job(context),
    )
    await site.start()
