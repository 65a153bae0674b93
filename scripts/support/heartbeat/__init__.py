"""A component for benches: how long Home Assistant's event loop was blocked, measured inside of it.

`bench_inside` puts it into the house that is measured, and asks it by the action `heartbeat.read`.
"""

import asyncio
import gc
import os
import time
from typing import Any, Final

from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import (
    Event,
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
)

DOMAIN: Final = "heartbeat"
READ: Final = "read"
_PERIOD: Final = 0.005  # seconds between beats


class Heart:
    """Beats, and remembers how late the latest beat was, and why."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to beat in a loop."""
        self._loop = loop
        self._collecting = 0.0
        self._forget()
        self._next()
        gc.callbacks.append(self._collected)

    def _forget(self) -> None:
        self._late = self._own = self._collection = self._beside = 0.0  # seconds

    def _next(self) -> None:
        self._due = self._loop.time() + _PERIOD
        self._used = time.process_time()
        self._collected_since = 0.0
        self._timer = self._loop.call_at(self._due, self._beat)

    def _beat(self) -> None:
        late = self._loop.time() - self._due
        self._late = max(self._late, late)
        self._beside = max(self._beside, late - self._collected_since)
        # Else somebody else has had the processor, or it waited for a disk.
        own = min(late, time.process_time() - self._used)
        self._own = max(self._own, own)
        self._next()

    def _collected(self, phase: str, info: dict[str, int]) -> None:
        now = time.perf_counter()
        if phase == "start":
            self._collecting = now
        else:
            took = now - self._collecting
            self._collected_since += took
            self._collection = max(self._collection, took)

    def read(self) -> dict[str, float]:
        """Return the longest of each kind since the last time, in milliseconds.

        `late_ms` is a beat's delay, `own_ms` as much of it as this process computed meanwhile, in whatever
        thread, `collection_ms` a pause by Python's garbage collector, `beside_ms` a delay less such pauses in it.
        """
        result = {
            "late_ms": round(self._late * 1000, 1),
            "own_ms": round(self._own * 1000, 1),
            "collection_ms": round(self._collection * 1000, 1),
            "beside_ms": round(self._beside * 1000, 1),
        }
        self._forget()
        return result

    def stop(self) -> None:
        """Beat no more."""
        self._timer.cancel()
        gc.callbacks.remove(self._collected)


async def async_setup(hass: HomeAssistant, config: dict[str, Any]) -> bool:
    """Begin to beat, until Home Assistant stops."""
    heart = Heart(hass.loop)

    async def read(call: ServiceCall) -> ServiceResponse:
        result: ServiceResponse = {"pid": os.getpid(), **heart.read()}
        # What was before is not to be tidied up while the next thing is measured.
        gc.collect()
        await asyncio.sleep(2 * _PERIOD)
        heart.read()
        return result

    async def stop(event: Event) -> None:
        heart.stop()

    hass.services.async_register(
        DOMAIN, READ, read, supports_response=SupportsResponse.ONLY
    )
    hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, stop)
    return True
