"""Entities that show a picture of another house: cameras and images.

A picture costs both houses something, and browsers ask often. One is fetched at a time, for all who wait;
who goes on waiting no longer does not end it, so that a slow picture is there for the next one who asks.
"""

import asyncio
from typing import Final, override

from homeassistant.const import CONF_HOST
from homeassistant.core import callback

from ..entity import XmppIotEntity
from ..wire.upload import is_this_machine
from .pictures import QUERY, Picture, no_picture, picture_of

EVERY: Final = 10.0  # seconds, at most


class WithStill(XmppIotEntity):
    """An entity that shows a picture."""

    _fetching: asyncio.Task[Picture] | None = None  # or fetched last
    _begun = False  # what is fetched; before, it waits for the one before
    _version: object = None
    _fetched_at: float = 0.0  # by the event loop's clock

    async def still(self, version: object = None) -> Picture:
        """Return the picture, HomeAssistantError with the reason if there is none.

        As long as the `version` is the same, so is the picture. One without version, and a failure, is
        fetched again after EVERY seconds.
        """
        task = self._fetching
        if task is None or self._is_outdated(task, version):
            task = self._fetch(task)
        self._version = version
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if not task.cancelled():
                raise
            raise no_picture("It is not fetched any more.") from None

    @override
    async def async_added_to_hass(self) -> None:
        """Fetch nothing beyond the entity's end."""
        await super().async_added_to_hass()
        self.async_on_remove(self._end)

    def _is_outdated(self, task: asyncio.Task[Picture], version: object) -> bool:
        if not task.done():
            return self._begun and version != self._version
        if task.cancelled() or version != self._version:
            return True
        if version is not None and task.exception() is None:
            return False
        return self.hass.loop.time() - self._fetched_at >= EVERY

    def _fetch(self, before: asyncio.Task[Picture] | None) -> asyncio.Task[Picture]:
        self._begun = False
        self._fetching = task = self.hass.async_create_background_task(
            self._picture(before), f"xmpp_iot picture of {self.entity_id}"
        )
        # Perhaps nobody waits for it any more.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return task

    async def _picture(self, before: asyncio.Task[Picture] | None) -> Picture:
        if before is not None and not before.done():
            try:
                await asyncio.wait((before,))
            finally:
                before.cancel()  # who is sent away while it waits, takes along what it waits for
        self._begun = True
        try:
            report = await self.house.query(self.node, QUERY, {})
            return await picture_of(self.hass, report, near=self._is_near)
        finally:
            self._fetched_at = self.hass.loop.time()

    @property
    def _is_near(self) -> bool:
        """Whether the account's server is on this machine."""
        entry = self.platform.config_entry
        return entry is not None and is_this_machine(entry.data.get(CONF_HOST, ""))

    @callback
    def _end(self) -> None:
        if self._fetching is not None:
            self._fetching.cancel()
