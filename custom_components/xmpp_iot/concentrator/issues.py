"""Home Assistant's repairs, as far as they are about a node: something for its messages.

An issue that names entities is about them, and only for who may command all of them: its words may
mention each. One that names only what is not there any more is for nobody: who could see that? One that
names none is about the devices of its integration, and for who may command all that is of it: its words
may mention any device by its name.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)

from ..contacts.grants import Level, Permits
from ..wire.model import NodeMessage, NodeState
from .entity_ids import entities_in

# The names under which integrations keep the config entry that an issue is about.
_ENTRY_KEYS: Final = ("entry_id", "config_entry_id")
# A repair is nothing that is out of order now: that would be an unavailable node.
_SEVERITIES: Final = {
    ir.IssueSeverity.CRITICAL: ("Error", NodeState.WARNING_UNSIGNED),
    ir.IssueSeverity.ERROR: ("Error", NodeState.WARNING_UNSIGNED),
    ir.IssueSeverity.WARNING: ("Warning", NodeState.INFORMATION),
}
_UNRATED: Final = ("Information", NodeState.INFORMATION)
_SEPARATOR: Final = "/"

type Finding = tuple[NodeMessage, NodeState]


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue, and the entities it names."""

    entry: ir.IssueEntry
    names: frozenset[str]

    @property
    def finding(self) -> Finding:
        """What it says of a node, for who has no words for it."""
        severity = self.entry.severity
        kind, state = _SEVERITIES[severity] if severity else _UNRATED
        text = (self.entry.translation_key or self.entry.issue_id).replace("_", " ")
        message = NodeMessage(
            at=self.entry.created,
            kind=kind,
            text=f"{text.capitalize()}.",
            event_id=f"{self.entry.domain}{_SEPARATOR}{self.entry.issue_id}",
        )
        return message, state


class Issues:
    """The issues of this moment, as far as one contact may know of them."""

    def __init__(self, hass: HomeAssistant, permits: Permits) -> None:
        """Find the issues that are active and that nobody chose to ignore."""
        self._hass = hass
        self._permits = permits
        self._issues = tuple(
            Issue(entry, _named(hass, entry)) for entry in active_issues(hass)
        )
        self._trusted: dict[str, bool] = {}  # with an integration as a whole

    def of_entity(self, entity_id: str) -> tuple[Finding, ...]:
        """Return what is to say of an entity."""
        return tuple(
            issue.finding
            for issue in self._issues
            if entity_id in issue.names
            and all(self._permits(named, Level.COMMAND) for named in issue.names)
        )

    def of_device(self, device: dr.AnyDeviceEntry) -> tuple[Finding, ...]:
        """Return what is to say of a device."""
        if not self._issues:
            return ()
        entry = self._hass.config_entries.async_get_entry(device.config_entry_id)
        domain = entry.domain if entry else ""
        found = tuple(
            issue.finding
            for issue in self._issues
            if not issue.names and _is_of(issue.entry, device.config_entry_id, domain)
        )
        return found if found and self._commands_all(domain) else ()

    def _commands_all(self, domain: str) -> bool:
        """Return whether the contact may command every enabled entity of an integration."""
        if (trusted := self._trusted.get(domain)) is None:
            trusted = self._trusted[domain] = all(
                self._permits(entry.entity_id, Level.COMMAND)
                for entry in er.async_get(self._hass).entities.values()
                if entry.platform == domain and entry.disabled_by is None
            )
        return trusted


def named_entities(hass: HomeAssistant) -> frozenset[str]:
    """Return all entities that any issue names."""
    return frozenset[str]().union(*(_named(hass, it) for it in active_issues(hass)))


def is_issue(message: NodeMessage) -> bool:
    """Return whether a node's message is of a repair."""
    return _SEPARATOR in message.event_id


def issue_of(hass: HomeAssistant, message: NodeMessage) -> ir.IssueEntry | None:
    """Return the issue that a node's message is of, if it is of one that is still there."""
    domain, found, issue_id = message.event_id.partition(_SEPARATOR)
    return ir.async_get(hass).async_get_issue(domain, issue_id) if found else None


def active_issues(hass: HomeAssistant) -> Iterator[ir.IssueEntry]:
    """Yield the issues that are active and not ignored."""
    for entry in ir.async_get(hass).issues.values():
        if entry.active and entry.dismissed_version is None:
            yield entry


def _texts(entry: ir.IssueEntry) -> Iterator[str]:
    yield entry.issue_id
    for holder in (entry.data, entry.translation_placeholders):
        yield from (str(value) for value in (holder or {}).values())


def _named(hass: HomeAssistant, entry: ir.IssueEntry) -> frozenset[str]:
    """Return the entities that an issue names anywhere; those that are gone if there are no others."""
    registry = er.async_get(hass)
    named = frozenset[str]().union(*map(entities_in, _texts(entry)))
    there = (one for one in named if one in registry.entities or hass.states.get(one))
    return frozenset(there) or named


def _is_of(entry: ir.IssueEntry, config_entry_id: str, domain: str) -> bool:
    """Return whether an issue is about a config entry, or its integration as a whole."""
    data = entry.data or {}
    if named := [data[key] for key in _ENTRY_KEYS if key in data]:
        return config_entry_id in named
    return domain in {entry.domain, entry.issue_domain}
