"""What a contact may do, as data: what each thing's levels are, and what the gate would say of one request.

All of it is what the gate itself says (`Grants.decide`), and nothing is counted or changed by asking.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback, split_entity_id
from homeassistant.util import dt as dt_util

from .danger import async_is_dangerous
from .grant import Contact, Grant, Level, Window
from .grants import Decision, Grants, Verdict
from .targets import async_resolve
from .wording import Wording, async_entity_name

MOST_ENTITIES: Final = 200  # described when nobody says which
_MOST_CHANGES: Final = (
    30  # of a window until one knows that it does not close: a week has fewer
)


@dataclass(frozen=True, slots=True)
class Rights:
    """Tells what a contact may do."""

    hass: HomeAssistant
    grants: Grants
    wording: Wording
    contact: Contact

    @callback
    def async_all(self, entities: Collection[str] = ()) -> dict[str, Any]:
        """Return the contact's grants, and what may be done to each of these entities, or to what it sees."""
        seen = self.grants.view(self.contact.jid)
        asked = sorted(entities or seen)
        shown = asked if entities else asked[:MOST_ENTITIES]
        return {
            "contact": self.contact.name,
            "jid": self.contact.jid,
            "grants": [self._grant(one) for one in self.contact.grants],
            "levels": {one.value: self._count(seen, one) for one in Level},
            "entities": {one: self._entity(one) for one in shown},
            "more": len(asked) - len(shown),
        }

    @callback
    def async_one(
        self, entity_id: str, level: Level, action: str | None
    ) -> dict[str, Any]:
        """Return what the gate would say of one request now, and why."""
        decision = self._decide(level, entity_id, action)
        domain, _ = split_entity_id(entity_id)
        return {
            "contact": self.contact.name,
            "jid": self.contact.jid,
            "entity_id": entity_id,
            "level": level.value,
            "action": f"{domain}.{action}" if action else None,
            "dangerous": self._is_dangerous(entity_id, action),
            **self._said(decision),
            "reason": self._reason(decision, level, entity_id, action),
        }

    def _decide(
        self, level: Level, entity_id: str, action: str | None = None
    ) -> Decision:
        return self.grants.decide(self.contact.jid, level, entity_id, action)

    def _is_dangerous(self, entity_id: str, action: str | None) -> bool:
        return action is not None and async_is_dangerous(self.hass, entity_id, action)

    def _count(self, entities: Iterable[str], level: Level) -> int:
        return sum(
            self._decide(level, one).verdict is Verdict.ALLOWED for one in entities
        )

    def _grant(self, grant: Grant) -> dict[str, Any]:
        """Return a grant, whether it counts now or not."""
        rows = self.grants.rights(self.contact.jid)
        return {
            **self._by(grant),
            "open": any(one.id == grant.id for one, _ in rows),
            "entities": len(self.grants.means(self.contact.jid, grant)),
        }

    def _entity(self, entity_id: str) -> dict[str, Any]:
        """Return what may be done to an entity, and which dangerous actions."""
        domain, _ = split_entity_id(entity_id)
        return {
            "name": async_entity_name(self.hass, entity_id),
            "levels": {
                level.value: self._said(self._decide(level, entity_id))
                for level in Level
            },
            "dangerous": {
                action: self._said(self._decide(Level.COMMAND, entity_id, action))
                for action in sorted(
                    self.hass.services.async_services_for_domain(domain)
                )
                if self._is_dangerous(entity_id, action)
            },
        }

    def _said(self, decision: Decision) -> dict[str, Any]:
        """Return a decision: by which grant, until when and how often that holds."""
        said: dict[str, Any] = {"verdict": decision.verdict.value}
        if decision.once is not None:
            return {
                **said,
                "grant": self.wording.say("allowed_once"),
                "until": decision.once.until.isoformat(),
                "uses_left": 1,
            }
        return said if decision.grant is None else {**said, **self._by(decision.grant)}

    def _by(self, grant: Grant) -> dict[str, Any]:
        left = self.grants.uses_left(grant)
        until = closes(grant.window, dt_util.utcnow())
        return {
            "grant": self.wording.async_grant(grant, left),
            "grant_id": grant.id,
            "until": until and until.isoformat(),
            "uses_left": left,
        }

    def _reason(
        self, decision: Decision, level: Level, entity_id: str, action: str | None
    ) -> str:
        match decision.verdict:
            case Verdict.ALLOWED:
                key = "reason_once" if decision.once else "reason_allowed"
            case Verdict.ASK:
                key = "reason_ask"
            case Verdict.FORBIDDEN:
                enough = self._decide(level, entity_id).verdict is Verdict.ALLOWED
                is_it = enough and self._is_dangerous(entity_id, action)
                key = "reason_dangerous" if is_it else "reason_level"
            case Verdict.INVISIBLE | Verdict.UNKNOWN:
                key = self._hidden(entity_id)
        return self.wording.say(key)

    def _hidden(self, entity_id: str) -> str:
        """Return why an entity does not exist for the contact."""
        if self.hass.states.get(entity_id) is None:
            return "reason_gone"
        about = {
            one.id
            for one in self.contact.grants
            if one.all_entities or entity_id in async_resolve(self.hass, one.target)
        }
        if not about:
            return "reason_no_grant"
        counting = {one.id for one, _ in self.grants.rights(self.contact.jid)}
        return "reason_excluded" if about & counting else "reason_closed"


def closes(window: Window, now: datetime) -> datetime | None:
    """Return when an open window closes, for the first time; None if it never will, or is closed."""
    if not window.is_open(now):
        return None
    moment = now
    for _ in range(_MOST_CHANGES):
        if (change := window.next_change(moment)) is None:
            return None
        if not window.is_open(change):
            return change
        moment = change
    return None
