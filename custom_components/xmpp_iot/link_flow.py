"""Link another house: find it, become its friend, look at what it has, and choose from that."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final, override

import voluptuous as vol

from homeassistant.config_entries import (
    SOURCE_USER,
    ConfigEntryState,
    SubentryFlowResult,
)
from homeassistant.core import callback
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

from .const import CONF_JID, SUBENTRY_CONCENTRATOR
from .link_form import (
    Lists,
    async_remembered,
    async_words,
    choice,
    counts,
    cut,
    is_empty,
    offered,
    plain,
    schema,
)
from .mapping_flow import MappingSteps
from .models import XmppIotConfigEntry
from .remote.directory import LinkDirectory, concentrators, introduce
from .remote.selection import CONF_PREFIX
from .remote.tally import tally
from .wire.account import parse_bare_jid
from .wire.errors import InvalidAddress, NoAnswer, NotConnected, RemoteError, WireError

SEARCH_WITHIN: Final = 2.5  # seconds that the first form may keep people waiting
FRIENDS_WITHIN: Final = 30.0  # seconds for the other house to agree
# Seconds that progress is shown at least: the frontend listens for its end only once it shows it.
SEEN: Final = 1.5

# What one says to somebody who is not, or not yet, let in.
_NOT_LET_IN: Final = frozenset(
    {
        "forbidden",
        "not-authorized",
        "registration-required",
        "service-unavailable",
        "subscription-required",
    }
)


class ConcentratorFlow(MappingSteps):
    """Link a house, and change what of it is shown.

    Nothing is reloaded: the entry's update listener applies the difference.
    """

    _directory: LinkDirectory

    def __init__(self) -> None:
        """Know of no house yet."""
        self._errors: dict[str, str] = {}
        self._reason = ""
        self._typed = ""
        self._jid = ""
        self._name = ""  # what the house calls itself
        self._befriended = False
        self._lists: Lists = {}
        self._counts: dict[str, str] = {}
        self._found: dict[str, str] | None = None
        self._task: asyncio.Task[str] | None = None

    @callback
    @override
    def async_remove(self) -> None:
        """Leave no friendship behind that nobody needs."""
        self._forget()

    # Which house

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask which house, and offer those that are there."""
        if not self._look_up():
            return await self.async_step_gone()
        if user_input is not None:
            self._forget()
            self._errors = {}
            self._typed = user_input[CONF_JID]
            self._jid = self._address(self._typed)
            self._name = ""
            if not self._errors:
                there = self._directory.resources(self._jid)
                step = self.async_step_survey if there else self.async_step_befriend
                return await step()
        form = vol.Schema({vol.Required(CONF_JID): await self._houses()})
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(
                form, {CONF_JID: self._typed}
            ),
            errors=self._errors,
            description_placeholders={"reason": cut(self._reason)},
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Begin with what is chosen, or where something foreign is shown let people say what is wrong."""
        if self._is_foreign():
            return self.async_show_menu(
                step_id="reconfigure", menu_options=["choose", "correct"]
            )
        return await self.async_step_choose()

    async def async_step_choose(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Look at the house again, if it is there, and change what is chosen."""
        subentry = self._get_reconfigure_subentry()
        self._jid = subentry.data[CONF_JID]
        self._name = subentry.title
        self._lists = await async_remembered(
            self.hass, self._get_entry(), subentry.data
        )
        if self._look_up() and self._directory.resources(self._jid):
            return await self.async_step_survey()
        return await self.async_step_offline()

    async def async_step_gone(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """End, because the account is not logged in."""
        return self.async_abort(reason="entry_not_loaded")

    # Becoming friends

    async def async_step_befriend(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask the house to share its presence, and wait for it a while."""
        return self._progress("befriend", self._befriend)

    async def async_step_waiting(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Let people choose what to do about a house that has not agreed yet."""
        return self.async_show_menu(
            step_id="waiting",
            menu_options=["link", "befriend", "user"],
            description_placeholders={CONF_JID: self._jid},
        )

    async def async_step_link(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Link the house as a whole, whenever it agrees."""
        return self._finish(choice({}))

    async def _befriend(self) -> str:
        """Wait for the house to come online; return the next step."""
        try:
            self._directory.befriend(self._jid, self._jid)
        except NotConnected:
            self._errors = {"base": "not_connected"}
            return "user"
        self._befriended = True
        online = await self._directory.wait_online(self._jid, FRIENDS_WITHIN)
        return "survey" if online else "waiting"

    @callback
    def _forget(self) -> None:
        if self._befriended:
            self._befriended = False
            self._directory.forget(self._jid)

    # What it has

    async def async_step_survey(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Look at what the house has."""
        return self._progress("survey", self._survey)

    async def _survey(self) -> str:
        """Ask the house for its nodes; return the next step."""
        peers, jids = self._directory.peers, self._directory.resources(self._jid)
        try:
            if (found := await introduce(peers, jids)) is not None:
                self._name = self._name or cut(found.known.name)
                counted = tally(found.nodes)
                words = await async_words(self.hass, counted.domains)
                self._lists = offered(counted, words)
                self._counts = counts(counted, words)
                return "selection"
            problem = "not_concentrator"
        except WireError as err:
            problem = self._problem(err)
        if self.source != SOURCE_USER:
            self._errors = {"base": problem}
            return "offline"
        if problem == "not_let_in":
            return "waiting" if self._befriended else "befriend"
        self._errors = {"base": problem}
        return "user"

    @callback
    def _problem(self, err: WireError) -> str:
        """Return the error to show, and remember what the house said."""
        self._reason = str(err)
        match err:
            case NotConnected():
                return "not_connected"
            case NoAnswer():
                return "no_answer"
            case RemoteError(remote_condition=condition) if condition in _NOT_LET_IN:
                return "not_let_in"
        return "refused"

    # What of it is wanted

    async def async_step_selection(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what of the house to show."""
        return self._choose("selection", user_input)

    async def async_step_offline(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what of a house to show that cannot be looked at now."""
        return self._choose("offline", user_input)

    @callback
    def _choose(
        self, step_id: str, user_input: dict[str, Any] | None
    ) -> SubentryFlowResult:
        present = {} if self.source == SOURCE_USER else self._present()
        shown: Mapping[str, Any] = present
        if user_input is not None:
            chosen = choice(user_input)
            if not is_empty(chosen):
                return self._finish(chosen)
            self._errors = {"base": "nothing_chosen"}
            shown = user_input
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                schema(self._lists, present), shown
            ),
            errors=self._errors,
            description_placeholders={
                **self._counts,
                "name": plain(self._name or self._jid),
                "reason": cut(self._reason),
            },
        )

    @callback
    def _present(self) -> dict[str, Any]:
        """Return what is chosen now, as the form shows it."""
        data = self._get_reconfigure_subentry().data
        return {**data, CONF_PREFIX: data.get(CONF_PREFIX, "").strip()}

    @callback
    def _finish(self, chosen: Mapping[str, Any]) -> SubentryFlowResult:
        """Keep what is chosen."""
        data = {CONF_JID: self._jid, **chosen}
        if self.source != SOURCE_USER:
            return self.async_update_and_abort(
                self._get_entry(),
                self._get_reconfigure_subentry(),
                data_updates=data,
            )
        return self.async_create_entry(
            title=self._name or self._jid, data=data, unique_id=_unique_id(self._jid)
        )

    # What the steps share

    @callback
    def _look_up(self) -> bool:
        """Find out who is there; return whether the account is at work at all."""
        entry: XmppIotConfigEntry = self._get_entry()
        if entry.state is not ConfigEntryState.LOADED:
            return False
        self._directory = entry.runtime_data.links.directory
        return True

    @callback
    def _address(self, text: str) -> str:
        """Return the bare JID of a house that is not linked; else remember what is wrong."""
        try:
            jid = parse_bare_jid(text)
        except InvalidAddress:
            self._errors[CONF_JID] = "invalid_jid"
            return text
        if jid == self._get_entry().unique_id:
            self._errors[CONF_JID] = "own_account"
        elif self._is_linked(jid):
            self._errors[CONF_JID] = "already_linked"
        return jid

    @callback
    def _is_linked(self, jid: str) -> bool:
        subentries = self._get_entry().subentries.values()
        return any(_unique_id(jid) == one.unique_id for one in subentries)

    async def _houses(self) -> SelectSelector | TextSelector:
        """Return the field for the address, with those that say they are concentrators."""
        if self._found is None:
            session = self._directory.peers.session
            online = self._directory.online()
            asked = [jid for jid in online if not self._is_linked(_bare(jid))]
            found = await concentrators(session, asked, within=SEARCH_WITHIN)
            self._found = {_bare(known.jid): cut(known.name) for known in found}
        if not self._found:
            return TextSelector()
        options = [
            SelectOptionDict(value=jid, label=f"{name} ({jid})" if name else jid)
            for jid, name in sorted(self._found.items())
        ]
        return SelectSelector(
            SelectSelectorConfig(
                options=options, custom_value=True, mode=SelectSelectorMode.DROPDOWN
            )
        )

    @callback
    def _progress(
        self, step_id: str, work: Callable[[], Coroutine[Any, Any, str]]
    ) -> SubentryFlowResult:
        """Show that `work` is under way, then do the step it returns."""
        if self._task is None:
            self._task = self._get_entry().async_create_background_task(
                self.hass,
                _seen(work),
                f"xmpp_iot {step_id} {self._jid}",
                eager_start=False,
            )
        if not self._task.done():
            return self.async_show_progress(
                step_id=step_id,
                progress_action=step_id,
                progress_task=self._task,
                description_placeholders={CONF_JID: self._jid},
            )
        task, self._task = self._task, None
        # The entry takes its tasks with it when it is unloaded.
        step = "gone" if task.cancelled() else task.result()
        return self.async_show_progress_done(next_step_id=step)


async def _seen(work: Callable[[], Coroutine[Any, Any, str]]) -> str:
    """Return the step after `work`, not before people have seen that it is under way."""
    loop = asyncio.get_running_loop()
    until = loop.time() + SEEN
    step = await work()
    await asyncio.sleep(max(0.0, until - loop.time()))
    return step


def _bare(full: str) -> str:
    return full.partition("/")[0]


def _unique_id(jid: str) -> str:
    """Return the house's unique id within the account."""
    return f"{SUBENTRY_CONCENTRATOR}:{jid}"
