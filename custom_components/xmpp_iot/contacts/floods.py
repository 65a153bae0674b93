"""Who sends more than it may: a repair issue names it, until it has been quiet for a while."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final, Protocol

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_call_later

from ..const import CONF_CONTACT_RATE, CONF_STRANGER_RATE, DOMAIN
from ..wire.rate import Limit, Limits
from .wording import escaped

QUIET: Final = 600.0  # seconds without a flood after which the issue goes away
_MOST: Final = 5  # issues at a time: a crowd of domains is one

_DEFAULT: Final = Limits()


class FloodSession(Protocol):
    """What this module needs of `wire.session.Session`."""

    def set_limits(self, limits: Limits) -> None:
        """Let others send so much from now on."""

    def on_flood(self, callback: Callable[[str, bool], None]) -> Callable[[], None]:
        """Call back with who sends too much, and whether that is somebody known."""


class Floods:
    """Keeps the limits as the options say, and tells the owner of whoever is beyond them."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], session: FloodSession
    ) -> None:
        """Do nothing yet."""
        self._hass = hass
        self._entry = entry
        self._session = session
        self._unsubscribe: Callable[[], None] | None = None
        self._ends: dict[str, CALLBACK_TYPE] = {}  # of issues, by their id

    @callback
    def async_start(self) -> None:
        """Set the limits, and begin to tell."""
        self.async_follow_entry()
        self._unsubscribe = self._session.on_flood(self.async_flooded)

    @callback
    def async_stop(self) -> None:
        """Tell nothing any more; what was told is over."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        for issue, cancel in tuple(self._ends.items()):
            cancel()
            self._over(issue)

    @callback
    def async_follow_entry(self) -> None:
        """Take the limits from the entry's options."""
        self._session.set_limits(limits(self._entry.options))

    @callback
    def async_flooded(self, who: str, is_known: bool) -> None:
        """Tell the owner of somebody, while that is wanted."""
        if self._unsubscribe is None:
            return
        issue = f"flood_{self._entry.entry_id}_{who}"
        if issue in self._ends:
            self._ends.pop(issue)()
        elif len(self._ends) >= _MOST:
            return  # it is in the log
        over = HassJob(
            partial(self._over, issue), "xmpp_iot flood", cancel_on_shutdown=True
        )
        self._ends[issue] = async_call_later(self._hass, QUIET, over)
        kind = "flood_contact" if is_known else "flood_strangers"
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            issue,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=kind if who else "flood_crowd",
            translation_placeholders={  # an issue's text is Markdown
                "account": escaped(self._entry.title),
                "who": escaped(who),
            },
        )

    @callback
    def _over(self, issue: str, _now: datetime | None = None) -> None:
        self._ends.pop(issue, None)
        ir.async_delete_issue(self._hass, DOMAIN, issue)


def limits(options: Mapping[str, Any]) -> Limits:
    """Return the limits that an account's options set; the bursts are in proportion to the rates."""
    return Limits(
        contact=_at_rate(_DEFAULT.contact, options.get(CONF_CONTACT_RATE)),
        domain=_at_rate(_DEFAULT.domain, options.get(CONF_STRANGER_RATE)),
        strangers=_DEFAULT.strangers,
    )


def _at_rate(limit: Limit, rate: float | None) -> Limit:
    if rate is None:
        return limit
    return Limit(rate, max(1, round(limit.burst * rate / limit.rate)))
