"""Alarm panels of other houses."""

from functools import partial
from typing import ClassVar, override

from homeassistant.components.alarm_control_panel import AlarmControlPanelEntity
from homeassistant.components.alarm_control_panel.const import (
    ATTR_CODE_ARM_REQUIRED,
    AlarmControlPanelEntityFeature,
    AlarmControlPanelState,
    CodeFormat,
)
from homeassistant.const import (
    ATTR_CODE,
    ATTR_CODE_FORMAT,
    ATTR_STATE,
    SERVICE_ALARM_ARM_AWAY,
    SERVICE_ALARM_ARM_CUSTOM_BYPASS,
    SERVICE_ALARM_ARM_HOME,
    SERVICE_ALARM_ARM_NIGHT,
    SERVICE_ALARM_ARM_VACATION,
    SERVICE_ALARM_DISARM,
    SERVICE_ALARM_TRIGGER,
    Platform,
)

from .entity import Mirror, XmppIotEntity, features, platform_async_setup_entry
from .remote.convert import flag
from .remote.rows import said

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other


class XmppIotAlarmControlPanel(XmppIotEntity, AlarmControlPanelEntity):
    """An alarm panel of another house; its codes are checked over there."""

    mirrors: ClassVar[tuple[Mirror, ...]] = (
        Mirror("alarm_state", ATTR_STATE, convert=AlarmControlPanelState),
        *said("changed_by"),
        Mirror(ATTR_CODE_FORMAT, static=True, convert=CodeFormat),
        Mirror(ATTR_CODE_ARM_REQUIRED, static=True, convert=flag, default=True),
        features(AlarmControlPanelEntityFeature),
    )

    @override
    async def async_alarm_disarm(self, code: str | None = None) -> None:
        """Disarm it over there."""
        await self.command(SERVICE_ALARM_DISARM, {ATTR_CODE: code})

    @override
    async def async_alarm_arm_home(self, code: str | None = None) -> None:
        """Arm it for when somebody is there."""
        await self.command(SERVICE_ALARM_ARM_HOME, {ATTR_CODE: code})

    @override
    async def async_alarm_arm_away(self, code: str | None = None) -> None:
        """Arm it for when nobody is there."""
        await self.command(SERVICE_ALARM_ARM_AWAY, {ATTR_CODE: code})

    @override
    async def async_alarm_arm_night(self, code: str | None = None) -> None:
        """Arm it for the night."""
        await self.command(SERVICE_ALARM_ARM_NIGHT, {ATTR_CODE: code})

    @override
    async def async_alarm_arm_vacation(self, code: str | None = None) -> None:
        """Arm it for when nobody is there for long."""
        await self.command(SERVICE_ALARM_ARM_VACATION, {ATTR_CODE: code})

    @override
    async def async_alarm_arm_custom_bypass(self, code: str | None = None) -> None:
        """Arm it without what it shall overlook."""
        await self.command(SERVICE_ALARM_ARM_CUSTOM_BYPASS, {ATTR_CODE: code})

    @override
    async def async_alarm_trigger(self, code: str | None = None) -> None:
        """Set the alarm off."""
        await self.command(SERVICE_ALARM_TRIGGER, {ATTR_CODE: code})


async_setup_entry = partial(
    platform_async_setup_entry,
    platform=Platform.ALARM_CONTROL_PANEL,
    entity=XmppIotAlarmControlPanel,
)
