"""Setting an account up as soon as its server is back, where it was away when Home Assistant wanted to.

Home Assistant tries again by itself, after 5, 10, 20 seconds and then every 80: a server that restarts for
half a minute would cost a house a minute and a half. So somebody knocks at its door, as often as a house
that has lost its connection asks for it (wire/backoff.py), and has Home Assistant try when it is opened.
"""

import asyncio
import logging
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .wire.account import Account
from .wire.backoff import Backoff
from .wire.errors import AuthenticationFailed, LoginError, SentAway, Unreachable
from .wire.login import try_login

_LOGGER = logging.getLogger(__name__)

TIMEOUT: Final = 8.0  # seconds for one log-in
_KNOCKERS: Final[HassKey[dict[str, Knocker]]] = HassKey(f"{DOMAIN}_knockers")
# Home Assistant goes through these while it tries again.
_TRYING: Final = frozenset(
    {ConfigEntryState.SETUP_RETRY, ConfigEntryState.SETUP_IN_PROGRESS}
)


@callback
def async_knock(hass: HomeAssistant, entry: ConfigEntry[Any], account: Account) -> None:
    """Set the entry up again as soon as its server lets `account` in.

    Called while a set-up fails for now (ConfigEntryNotReady). It ends by itself when the entry is set up,
    unloaded, disabled or removed.
    """
    knockers = hass.data.setdefault(_KNOCKERS, {})
    if (knocker := knockers.get(entry.entry_id)) is None:
        knocker = knockers[entry.entry_id] = Knocker(hass, entry)
    knocker.account = account


@callback
def async_forget_knocker(hass: HomeAssistant, entry_id: str) -> None:
    """Knock no more for an entry that is removed."""
    if (knocker := hass.data.get(_KNOCKERS, {}).get(entry_id)) is not None:
        knocker.end()


class Knocker:
    """Knocks for one entry."""

    account: Account

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Follow what becomes of the entry."""
        self._hass = hass
        self._entry = entry
        self._backoff = Backoff()
        self._sent_away = False
        self._reloading = False
        self._task: asyncio.Task[None] | None = None
        self._unsubscribe: CALLBACK_TYPE = entry.async_on_state_change(self._changed)

    @callback
    def _changed(self) -> None:
        """Knock while Home Assistant waits, and only then."""
        self._stop()
        match self._entry.state:
            case ConfigEntryState.SETUP_RETRY:
                self._reloading = False
                self._task = self._hass.async_create_background_task(
                    self._knock(), f"xmpp_iot knocks for {self._entry.title}"
                )
            case ConfigEntryState.NOT_LOADED if self._reloading:
                pass  # on the way to be set up
            case state if state not in _TRYING:
                self.end()

    @callback
    def end(self) -> None:
        """Leave nothing behind."""
        self._stop()
        # (not while Home Assistant goes through its list of those that follow)
        self._hass.loop.call_soon(self._unsubscribe)
        self._hass.data[_KNOCKERS].pop(self._entry.entry_id, None)

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _knock(self) -> None:
        """Knock until the server opens, be it to say that the password is wrong."""
        while True:
            now = self._hass.loop.time()
            await asyncio.sleep(self._backoff.next(now, sent_away=self._sent_away))
            try:
                await try_login(self.account, timeout=TIMEOUT)
            except AuthenticationFailed:
                break
            except LoginError as err:
                self._sent_away = isinstance(err, SentAway) or not isinstance(
                    err, Unreachable
                )
                _LOGGER.debug("%s is not let in yet: %s", self.account.jid, err)
            else:
                break
        # Where the set-up fails nevertheless it is not for lack of a server: leave it alone for longer.
        self._sent_away = self._reloading = True
        self._task = None
        self._hass.config_entries.async_schedule_reload(self._entry.entry_id)
