"""The form of one grant: what may be done to what, and when. Contacts and invites share it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import voluptuous as vol

from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import section
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.selector import (
    BooleanSelector,
    DateTimeSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TargetSelector,
    TimeSelector,
)
from homeassistant.util import dt as dt_util

from .const import (
    CONF_ALL_ENTITIES,
    CONF_ASK,
    CONF_DANGEROUS,
    CONF_DAYS,
    CONF_FROM,
    CONF_ID,
    CONF_LEVEL,
    CONF_TARGET,
    CONF_TO,
    CONF_UNTIL,
    CONF_USES,
    SECTION_WHEN,
)
from .contacts.grant import DAYS, Level
from .contacts.migration import new_id
from .contacts.targets import async_named, async_pinned

CONF_COUNT_ANEW: Final = "count_anew"
CONF_NO_END: Final = "no_end"
MOST_USES: Final = 10_000

_TARGET: Final = vol.Schema(cv.TARGET_FIELDS)
_WHAT: Final = {
    vol.Required(CONF_LEVEL, default=Level.READ.value): SelectSelector(
        SelectSelectorConfig(
            options=[level.value for level in Level],
            mode=SelectSelectorMode.LIST,
            translation_key=CONF_LEVEL,
        )
    ),
    vol.Required(CONF_ALL_ENTITIES, default=False): BooleanSelector(),
    vol.Optional(CONF_TARGET): TargetSelector(),
    vol.Required(CONF_DANGEROUS, default=False): BooleanSelector(),
    vol.Required(CONF_ASK, default=False): BooleanSelector(),
}
_UNTIL: Final = {vol.Optional(CONF_UNTIL): DateTimeSelector()}
# The browser's field for a moment cannot be made empty again.
_NO_END: Final = {vol.Required(CONF_NO_END, default=False): BooleanSelector()}
_HOURS_AND_USES: Final = {
    vol.Optional(CONF_DAYS): SelectSelector(
        SelectSelectorConfig(
            options=list(DAYS),
            multiple=True,
            mode=SelectSelectorMode.LIST,
            translation_key=CONF_DAYS,
        )
    ),
    vol.Optional(CONF_FROM): TimeSelector(),
    vol.Optional(CONF_TO): TimeSelector(),
    vol.Optional(CONF_USES): vol.All(
        NumberSelector(
            NumberSelectorConfig(
                min=1, max=MOST_USES, step=1, mode=NumberSelectorMode.BOX
            )
        ),
        vol.Coerce(int),
    ),
}
_COUNT_ANEW: Final = {vol.Required(CONF_COUNT_ANEW, default=False): BooleanSelector()}


class WrongWhen(Exception):
    """Nothing can be made of what was said about the time; the text is the error's key."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What was made of a form: a row, and by field what is wrong with it."""

    row: dict[str, Any]
    errors: dict[str, str]


@callback
def async_fields(
    shown: Mapping[str, Any], errors: Mapping[str, str], *, known: bool = False
) -> dict[vol.Marker, Any]:
    """Return the form's fields; `shown` is what they are filled in with, for a `known` grant or a new one.

    The section of the time is open when it says something, or the error is in it.
    """
    when = shown.get(SECTION_WHEN, {})
    fields = (
        _UNTIL
        | (_NO_END if known and CONF_UNTIL in when else {})
        | _HOURS_AND_USES
        | (_COUNT_ANEW if known and CONF_USES in when else {})
    )
    collapsed = not when and SECTION_WHEN not in errors
    return _WHAT | {
        vol.Optional(SECTION_WHEN): section(
            vol.Schema(fields), {"collapsed": collapsed}
        )
    }


@callback
def async_shown(hass: HomeAssistant, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row that is kept as the form shows it."""
    when = {
        key: row[key]
        for key in (CONF_DAYS, CONF_FROM, CONF_TO, CONF_USES)
        if key in row
    }
    if until := row.get(CONF_UNTIL):
        local = dt_util.as_local(datetime.fromisoformat(until))
        when[CONF_UNTIL] = local.strftime("%Y-%m-%d %H:%M:%S")
    return {
        CONF_LEVEL: row[CONF_LEVEL],
        CONF_ALL_ENTITIES: row.get(CONF_ALL_ENTITIES, False),
        CONF_TARGET: async_named(hass, row.get(CONF_TARGET, {})),
        CONF_DANGEROUS: row.get(CONF_DANGEROUS, False),
        CONF_ASK: row.get(CONF_ASK, False),
        SECTION_WHEN: when,
    }


@callback
def async_filled(
    hass: HomeAssistant, user_input: Mapping[str, Any], row_id: str | None = None
) -> Filled:
    """Return the row that a form says, as it is kept.

    It is the one with the id `row_id` still, whose uses go on being counted, unless they are to be
    counted anew.
    """
    errors: dict[str, str] = {}
    when = user_input.get(SECTION_WHEN, {})
    row = {
        CONF_ID: new_id() if row_id is None or when.get(CONF_COUNT_ANEW) else row_id,
        CONF_LEVEL: user_input[CONF_LEVEL],
        CONF_ALL_ENTITIES: user_input[CONF_ALL_ENTITIES],
        CONF_TARGET: _target(hass, user_input, errors),
        CONF_DANGEROUS: user_input[CONF_DANGEROUS],
        CONF_ASK: user_input[CONF_ASK],
    }
    try:
        row |= _until(when) | _hours(when)
    except WrongWhen as err:
        errors[SECTION_WHEN] = str(err)
    if CONF_USES in when:
        row[CONF_USES] = when[CONF_USES]
    return Filled(row, errors)


def _target(
    hass: HomeAssistant, user_input: Mapping[str, Any], errors: dict[str, str]
) -> dict[str, Any]:
    """Return the target as it is kept; else say what is wrong with it."""
    try:
        target = _TARGET(user_input.get(CONF_TARGET, {}))
    except vol.Invalid:
        # Only by API: the form's selector makes neither templates nor 'all'.
        errors[CONF_TARGET] = "invalid_target"
        return {}
    pinned = async_pinned(hass, target)
    if not pinned and not user_input[CONF_ALL_ENTITIES]:
        errors[CONF_TARGET] = "no_target"
    return pinned


def _until(when: Mapping[str, Any]) -> dict[str, str]:
    """Return until when a row counts; WrongWhen for a moment that is over."""
    if CONF_UNTIL not in when or when.get(CONF_NO_END):
        return {}
    until = cv.datetime(when[CONF_UNTIL])
    if until.tzinfo is None:
        until = until.replace(tzinfo=dt_util.get_default_time_zone())
    if until <= dt_util.utcnow():
        raise WrongWhen("until_past")
    return {CONF_UNTIL: dt_util.as_utc(until).isoformat()}


def _hours(when: Mapping[str, Any]) -> dict[str, Any]:
    """Return the weekly hours of a row; WrongWhen for half of them."""
    if (CONF_FROM in when) != (CONF_TO in when):
        raise WrongWhen("half_of_hours")
    chosen = when.get(CONF_DAYS, ())
    hours: dict[str, Any] = {
        key: cv.time(when[key]).isoformat("seconds")
        for key in (CONF_FROM, CONF_TO)
        if key in when
    }
    if 0 < len(days := [day for day in DAYS if day in chosen]) < len(DAYS):
        hours[CONF_DAYS] = days
    return hours
