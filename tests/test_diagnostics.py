"""Diagnostics are posted in public: they help, and they name nobody."""

from datetime import UTC, datetime
import json
from types import SimpleNamespace
from typing import cast

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot.const import DOMAIN, SUBENTRY_CONTACT
from custom_components.xmpp_iot.contacts.grants import Contact, Grants
from custom_components.xmpp_iot.diagnostics import async_get_config_entry_diagnostics
from custom_components.xmpp_iot.models import XmppIotData
from custom_components.xmpp_iot.remote.node import RemoteNode
from custom_components.xmpp_iot.wire.model import NodeInfo, NodeRef
from custom_components.xmpp_iot.wire.quality import Quality
from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import HomeAssistant
from tests.people import records

ANNA = "anna@private.example"
SECRETS = {
    "jid": "home@private.example",
    "password": "top secret",
    "ca_certificate": "-----BEGIN",
    "fingerprint": "00ff",
    "host": "192.0.2.77",
    "user_id": "0815",
    "feed_secret": "4711",
}


class Session:
    """A session that is up, with one contact at two devices."""

    connected = True
    link = SimpleNamespace(
        quality=Quality(
            round_trip=0.04,
            connected_since=datetime(2026, 11, 21, 7, tzinfo=UTC),
            lost=2,
            resumed=1,
            renewed=1,
            uncertain=4,
        ),
        heard_at=datetime(2026, 11, 21, 8, tzinfo=UTC),
    )

    def roster(self) -> dict[str, str]:
        """Return the subscriptions."""
        return {ANNA: "both"}

    def resources(self, bare: str) -> tuple[str, ...]:
        """Return who is online."""
        return (f"{bare}/phone", f"{bare}/desk") if bare == ANNA else ()


def linked() -> SimpleNamespace:
    """Return a linked house that is away."""
    infos = (
        NodeInfo(
            ref=NodeRef(f"{domain}.secret"),
            node_type=f"homeassistant.{domain}",
            display_name="Aunt Anna's",
        )
        for domain in ("sensor", "light")
    )
    return SimpleNamespace(
        online=False,
        last_seen=datetime(2026, 11, 21, 6, tzinfo=UTC),
        store=[RemoteNode(info) for info in infos],
    )


async def test_diagnostics_count_and_do_not_name(hass: HomeAssistant) -> None:
    """Levels, numbers and the state of the connection; no JID, password or certificate."""
    hass.states.async_set("light.one", "on")
    hass.states.async_set("light.two", "on")
    anna = {
        "jid": ANNA,
        "nickname": "Aunt Anna",
        "grants": [
            {
                "id": "1",
                "level": "control",
                "target": {"entity_id": ["light.one"], "area_id": ["bedroom", "attic"]},
                "until": "2100-01-01T00:00:00+00:00",
                "uses": 3,
            }
        ],
    }
    ben = {
        "jid": "ben@b.example",
        "grants": [{"id": "2", "level": "read", "all_entities": True, "ask": True}],
    }
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=SECRETS["jid"],
        data={**SECRETS, "tls": "direct", "port": 5223},
        subentries_data=[
            ConfigSubentryData(
                data=data,
                subentry_type=SUBENTRY_CONTACT,
                title="Aunt Anna",
                unique_id=f"contact:{data['jid']}",
            )
            for data in (anna, ben)
        ],
    )
    entry.add_to_hass(hass)
    grants = Grants(hass, records(hass))
    grants.async_set_contacts(map(Contact.from_subentry, entry.subentries.values()))
    entry.runtime_data = cast(
        XmppIotData,
        SimpleNamespace(
            session=Session(),
            grants=grants,
            feeds=SimpleNamespace(queued=3),
            links=[linked()],
        ),
    )

    diagnostics = await async_get_config_entry_diagnostics(hass, entry)

    hidden = dict.fromkeys(SECRETS, "**REDACTED**")
    assert diagnostics == {
        "account": {**hidden, "tls": "direct", "port": 5223},
        "session": {
            "connected": True,
            "queued_changes": 3,
            "round_trip": 0.04,
            "connected_since": "2026-11-21T07:00:00+00:00",
            "last_heard": "2026-11-21T08:00:00+00:00",
            "lost": 2,
            "resumed": 1,
            "renewed": 1,
            "replaced": 0,
            "undelivered": 0,
            "uncertain": 4,
            "overdue": 0,
        },
        "audiences": [1, 2],
        "contacts": [
            {
                "grants": [
                    {
                        "level": "control",
                        "all_entities": False,
                        "targets": {"entity_id": 1, "area_id": 2},
                        "dangerous": False,
                        "ask": False,
                        "until": "2100-01-01T00:00:00+00:00",
                        "weekly": False,
                        "uses_left": 3,
                        "open": True,
                    }
                ],
                "visible_entities": 1,
                "subscription": "both",
                "online_resources": 2,
            },
            {
                "grants": [
                    {
                        "level": "read",
                        "all_entities": True,
                        "targets": {},
                        "dangerous": False,
                        "ask": True,
                        "until": None,
                        "weekly": False,
                        "uses_left": None,
                        "open": True,
                    }
                ],
                "visible_entities": 2,
                "subscription": None,
                "online_resources": 0,
            },
        ],
        "houses": [
            {
                "online": False,
                "last_seen": "2026-11-21T06:00:00+00:00",
                "nodes": 2,
                "unavailable": 2,
                "types": {"light": 1, "sensor": 1},
            }
        ],
    }
    text = json.dumps(diagnostics)
    for secret in (*SECRETS.values(), ANNA, "Anna", "b.example", "bedroom"):
        assert secret not in text
