"""What a loaded config entry holds."""

from dataclasses import dataclass

from homeassistant.config_entries import ConfigEntry

from .account_sensor import AccountSensors
from .concentrator.feeds import Feeds
from .concentrator.house import Concentrator
from .contacts.befriending import Befriending
from .contacts.consent import Consent
from .contacts.first_contact import FirstContact
from .contacts.floods import Floods
from .contacts.grants import Grants
from .contacts.invites import Invites
from .contacts.opinion import SecondOpinion
from .contacts.persons import Persons
from .contacts.record import Record
from .contacts.record_entities import RecordEntities
from .contacts.records import Records
from .contacts.roster import RosterKeeper
from .link_issues import LinkIssues
from .remote.links import Links
from .remote.statistics_import import StatisticsImport
from .wire.blocking import Blocking
from .wire.service import IoTService
from .wire.session import Session

type XmppIotConfigEntry = ConfigEntry[XmppIotData]


@dataclass(frozen=True, slots=True, kw_only=True)
class XmppIotData:
    """One account at work."""

    records: Records
    persons: Persons
    record: Record
    record_entities: RecordEntities
    session: Session
    floods: Floods
    blocking: Blocking
    grants: Grants
    consent: Consent
    opinion: SecondOpinion
    befriending: Befriending
    first_contact: FirstContact
    invites: Invites
    roster: RosterKeeper
    house: Concentrator
    service: IoTService
    feeds: Feeds
    link_issues: LinkIssues
    account_sensors: AccountSensors
    links: Links
    statistics: StatisticsImport

    def start(self) -> None:
        """Begin to answer, before anybody can ask."""
        self.floods.async_start()
        self.invites.async_start()
        self.opinion.async_start()
        self.befriending.async_start()
        self.grants.async_start()
        self.consent.async_start()
        self.first_contact.async_start()
        self.blocking.start()
        self.house.start()
        self.service.start()
        self.feeds.async_start()
        self.feeds.subscribers.flooded.add(self.floods.async_flooded)
        self.link_issues.async_start()
        self.roster.async_start()
        self.links.directory.changed.add(self.roster.async_contacts_changed)
        self.links.start()
        self.statistics.start()

    async def stop(self) -> None:
        """End everything, leaving no task, timer or listener."""
        self.invites.async_stop()
        await self.statistics.stop()
        await self.links.stop()
        self.roster.async_stop()
        await self.befriending.async_stop()
        self.link_issues.async_stop()
        await self.feeds.async_stop()
        await self.service.stop()
        await self.opinion.async_stop()
        await self.consent.async_stop()
        self.first_contact.async_stop()
        await self.blocking.stop()
        self.house.stop()
        self.record.async_stop()
        self.grants.async_stop()
        self.floods.async_stop()
        await self.session.close()
        await self.records.async_save()
