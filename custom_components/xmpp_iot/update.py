"""Updates of other houses.

What to skip is each house's own to say: Home Assistant keeps it in the entity. What is skipped over there is
no news here.
"""

from functools import partial
from typing import Any, ClassVar, override

from homeassistant.components.update import UpdateEntity
from homeassistant.components.update.const import (
    ATTR_AUTO_UPDATE,
    ATTR_BACKUP,
    ATTR_DISPLAY_PRECISION,
    ATTR_IN_PROGRESS,
    ATTR_INSTALLED_VERSION,
    ATTR_LATEST_VERSION,
    ATTR_RELEASE_SUMMARY,
    ATTR_RELEASE_URL,
    ATTR_SKIPPED_VERSION,
    ATTR_TITLE,
    ATTR_UPDATE_PERCENTAGE,
    ATTR_VERSION,
    SERVICE_INSTALL,
    UpdateDeviceClass,
    UpdateEntityFeature,
)
from homeassistant.const import ATTR_STATE, Platform

from .entity import (
    Mirror,
    XmppIotEntity,
    device_class,
    features,
    platform_async_setup_entry,
)
from .remote.convert import flag, number, text, whole

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other


class XmppIotUpdate(XmppIotEntity, UpdateEntity):
    """An update of another house."""

    mirrors: ClassVar[tuple[Mirror, ...]] = (
        device_class(UpdateDeviceClass),
        features(UpdateEntityFeature),
        Mirror(ATTR_AUTO_UPDATE, convert=flag, default=False),
        Mirror(ATTR_DISPLAY_PRECISION, convert=whole(), default=0),
        # Home Assistant shows it only of an entity that tells how far it is.
        Mirror(ATTR_IN_PROGRESS, convert=flag, default=False, kept=True),
        Mirror(ATTR_INSTALLED_VERSION, convert=text, plain=True),
        Mirror(ATTR_LATEST_VERSION, convert=text, plain=True),
        Mirror(ATTR_RELEASE_SUMMARY, convert=text, plain=True),
        Mirror(ATTR_RELEASE_URL, convert=text, plain=True),
        Mirror(ATTR_TITLE, convert=text, plain=True),
        Mirror(ATTR_UPDATE_PERCENTAGE, convert=number()),
    )
    shown: ClassVar[frozenset[str]] = frozenset({ATTR_SKIPPED_VERSION})

    @override
    def version_is_newer(self, latest_version: str, installed_version: str) -> bool:
        """Return what the other house says: it knows what it skips."""
        return self.node.boolean(ATTR_STATE) is True

    @override
    async def async_install(
        self, version: str | None, backup: bool, **kwargs: Any
    ) -> None:
        """Have a version installed over there, the latest one where none is given."""
        await self.command(
            SERVICE_INSTALL, {ATTR_VERSION: version, ATTR_BACKUP: backup}
        )

    @override
    async def async_release_notes(self) -> str | None:
        """Return the summary: only the other house's own frontend has the notes."""
        return self.release_summary


async_setup_entry = partial(
    platform_async_setup_entry, platform=Platform.UPDATE, entity=XmppIotUpdate
)
