"""Locks of other houses."""

from functools import partial
from typing import Any, ClassVar, override

from homeassistant.components.lock import LockEntity
from homeassistant.components.lock.const import LockEntityFeature, LockState
from homeassistant.const import (
    ATTR_CODE_FORMAT,
    ATTR_STATE,
    SERVICE_LOCK,
    SERVICE_OPEN,
    SERVICE_UNLOCK,
    Platform,
)

from .entity import Mirror, XmppIotEntity, features, platform_async_setup_entry
from .remote.convert import among
from .remote.rows import said
from .remote.states import pattern

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other


class XmppIotLock(XmppIotEntity, LockEntity):
    """A lock of another house."""

    mirrors: ClassVar[tuple[Mirror, ...]] = (
        Mirror("is_locked", ATTR_STATE, convert=among(LockState.LOCKED)),
        Mirror("is_locking", ATTR_STATE, convert=among(LockState.LOCKING)),
        Mirror("is_unlocking", ATTR_STATE, convert=among(LockState.UNLOCKING)),
        Mirror("is_open", ATTR_STATE, convert=among(LockState.OPEN)),
        Mirror("is_opening", ATTR_STATE, convert=among(LockState.OPENING)),
        Mirror("is_jammed", ATTR_STATE, convert=among(LockState.JAMMED)),
        *said("changed_by"),
        Mirror(ATTR_CODE_FORMAT, static=True, convert=pattern, plain=True),
        features(LockEntityFeature),
    )

    @override
    async def async_lock(self, **kwargs: Any) -> None:
        """Lock it over there."""
        await self.command(SERVICE_LOCK, kwargs)

    @override
    async def async_unlock(self, **kwargs: Any) -> None:
        """Unlock it over there."""
        await self.command(SERVICE_UNLOCK, kwargs)

    @override
    async def async_open(self, **kwargs: Any) -> None:
        """Open its latch over there."""
        await self.command(SERVICE_OPEN, kwargs)


async_setup_entry = partial(
    platform_async_setup_entry, platform=Platform.LOCK, entity=XmppIotLock
)
