"""What an entity has to ask for again after changes: lists and forecasts, which no reading contains.

One question at a time: what changes while it is under way is asked for once more after it. So a house that
changes often is asked as fast as it answers, and no faster.
"""

import asyncio
from collections.abc import Awaitable, Callable
import logging

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

_LOGGER = logging.getLogger(__name__)


class Refresh:
    """Asks again for one entity, until its end."""

    def __init__(
        self, hass: HomeAssistant, name: str, ask: Callable[[], Awaitable[None]]
    ) -> None:
        """Ask by `ask`, which raises HomeAssistantError where there is no answer; `name` is for the log."""
        self._hass = hass
        self._name = name
        self._ask = ask
        self._task: asyncio.Task[None] | None = None
        self._again = False
        self._failed = False

    @callback
    def want(self) -> None:
        """Have it asked in the background: now, or after the answer that is waited for."""
        if self._task is not None and not self._task.done():
            self._again = True
            return
        self._task = self._hass.async_create_background_task(
            self._run(), f"xmpp_iot refresh of {self._name}"
        )

    async def settled(self, patience: float) -> None:
        """Return when all that was wanted is there, or after so many seconds."""
        if self._task is not None and not self._task.done():
            await asyncio.wait({self._task}, timeout=patience)

    @callback
    def end(self) -> None:
        """Ask no more."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        self._again = True
        while self._again:
            self._again = False
            try:
                await self._ask()
            except HomeAssistantError as err:
                self._fail(err)
            else:
                self._failed = False

    def _fail(self, err: HomeAssistantError) -> None:
        """Say that there is no answer, once until there is one again."""
        if not self._failed:
            self._failed = True
            _LOGGER.warning("There is no news of %s: %s", self._name, err)
