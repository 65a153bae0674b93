"""A component for benches: how long Home Assistant's event loop was blocked, measured inside of it.

`bench_inside` puts it into the house that is measured, and asks it by the action `heartbeat.read`; with `count`
that also says how many tasks, and objects of what is measured, there are. `heartbeat.hurry` spares a bench the
pause before the next attempt to connect.
"""

import asyncio
import gc
import os
from pathlib import Path
import threading
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
from homeassistant.util.json import JsonObjectType

DOMAIN: Final = "heartbeat"
READ: Final = "read"
HURRY: Final = "hurry"
_TARGET: Final = "xmpp_iot"  # what is measured
_PARTS: Final = ("custom_components.", "slixmpp.")  # whose objects are counted
_PERIOD: Final = 0.005  # seconds between beats
# Linux only: nanoseconds that a thread has run, that it has waited for a processor, and how often it ran.
_THREADS: Final = Path("/proc/self/task")
_SCHEDULE: Final = "schedstat"
_NANOSECONDS: Final = 1e9


class Schedule:
    """How long the threads of this process were ready to run while others had the processor."""

    def __init__(self) -> None:
        """Ask the system, if it tells; the thread that makes this is the one that matters."""
        self._own = threading.get_native_id()
        self._files: dict[int, int] = {}
        self._before = self._read()

    def lap(self) -> tuple[float, float]:
        """Return since the last time the seconds that the thread has run, and that it was kept waiting by others.

        It may itself have waited for a processor, or for Python's lock, whose holder waited for one.
        """
        before, self._before = self._before, self._read()
        passed = {
            thread: (ran - before[thread][0], waited - before[thread][1])
            for thread, (ran, waited) in self._before.items()
            if thread in before
        }
        ran, waited = passed.pop(self._own, (0.0, 0.0))
        return ran, waited + max((other for _, other in passed.values()), default=0.0)

    def _read(self) -> dict[int, tuple[float, float]]:
        """Return for each thread the seconds it has run and waited; nothing where nobody knows."""
        ids = (one.native_id for one in threading.enumerate())
        threads = {one for one in ids if one is not None}
        for gone in self._files.keys() - threads:
            os.close(self._files.pop(gone))
        found = {}
        for thread in threads:
            try:
                ran, waited, _ = os.pread(self._file(thread), 100, 0).split()
            except OSError:  # it has ended just now, or the system does not tell
                continue
            found[thread] = int(ran) / _NANOSECONDS, int(waited) / _NANOSECONDS
        return found

    def _file(self, thread: int) -> int:
        if thread not in self._files:
            path = _THREADS / str(thread) / _SCHEDULE
            self._files[thread] = os.open(path, os.O_RDONLY)
        return self._files[thread]

    def close(self) -> None:
        """Ask no more."""
        while self._files:
            os.close(self._files.popitem()[1])


class Heart:
    """Beats, and remembers how late the latest beat was, and why."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to beat in a loop."""
        self._loop = loop
        self._schedule = Schedule()
        self._collecting: float | None = (
            None  # until when the collection under way is counted
        )
        self._pause = 0.0  # by it
        self._forget()
        self._next()
        gc.callbacks.append(self._collected)

    def _forget(self) -> None:
        self._late = self._blocked = self._collection = self._beside = 0.0  # seconds

    def _next(self) -> None:
        self._due = self._loop.time() + _PERIOD
        self._collected_since = 0.0
        self._timer = self._loop.call_at(self._due, self._beat)

    def _beat(self) -> None:
        late = self._loop.time() - self._due
        ran, kept_waiting = self._schedule.lap()
        blocked = max(min(ran, late), late - kept_waiting)
        self._count()
        self._late = max(self._late, late)
        self._blocked = max(self._blocked, blocked)
        self._beside = max(self._beside, blocked - self._collected_since)
        self._next()

    def _collected(self, phase: str, info: dict[str, int]) -> None:
        """Note that a collection begins or ends.

        One in another thread lets the loop go on before it says that it has ended.
        """
        if phase == "start":
            self._pause = 0.0
            self._collecting = time.perf_counter()
        else:
            self._count()
            self._collecting = None

    def _count(self) -> None:
        """Count a collection under way, as far as it has come."""
        # (another thread may end it meanwhile)
        if (since := self._collecting) is None:
            return
        self._collecting = time.perf_counter()
        took = self._collecting - since
        self._collected_since += took
        self._pause += took
        self._collection = max(self._collection, self._pause)

    def read(self) -> dict[str, float]:
        """Return the longest of each kind since the last time, in milliseconds.

        `late_ms` is a beat's delay, `blocked_ms` this without the time for which others on the machine kept
        the loop waiting, at least what it has run; `collection_ms` is a pause by Python's garbage collector,
        and `beside_ms` what blocked the loop less such pauses in it.
        """
        result = {
            "late_ms": round(self._late * 1000, 1),
            "blocked_ms": round(self._blocked * 1000, 1),
            "collection_ms": round(self._collection * 1000, 1),
            "beside_ms": round(self._beside * 1000, 1),
        }
        self._forget()
        return result

    def stop(self) -> None:
        """Beat no more."""
        self._timer.cancel()
        gc.callbacks.remove(self._collected)
        self._schedule.close()


async def async_setup(hass: HomeAssistant, config: dict[str, Any]) -> bool:
    """Begin to beat, until Home Assistant stops."""
    heart = Heart(hass.loop)

    async def read(call: ServiceCall) -> ServiceResponse:
        result: JsonObjectType = {"pid": os.getpid(), **heart.read()}
        # What was before is not to be tidied up while the next thing is measured.
        began = time.perf_counter()
        gc.collect()
        result["full_collection_ms"] = round((time.perf_counter() - began) * 1000, 1)
        if call.data.get("count"):
            result |= {"tasks": len(asyncio.all_tasks()), "objects": _objects()}
        await asyncio.sleep(2 * _PERIOD)
        heart.read()
        return result

    async def hurry(call: ServiceCall) -> None:
        """Have every account look at once whether its server is there again."""
        for entry in hass.config_entries.async_loaded_entries(_TARGET):
            entry.runtime_data.session.link.check()

    async def stop(event: Event) -> None:
        heart.stop()

    hass.services.async_register(
        DOMAIN, READ, read, supports_response=SupportsResponse.ONLY
    )
    hass.services.async_register(DOMAIN, HURRY, hurry)
    hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, stop)
    return True


def _objects() -> int:
    """Return how many objects of what is measured there are."""
    modules = (str(type(one).__module__) for one in gc.get_objects())
    return sum(one.startswith(_PARTS) for one in modules)
