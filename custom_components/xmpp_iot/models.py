"""What a loaded config entry holds."""

from dataclasses import dataclass

from homeassistant.config_entries import ConfigEntry

from .concentrator.feeds import Feeds
from .concentrator.house import Concentrator
from .contacts.grants import Grants
from .contacts.roster import RosterKeeper
from .remote.links import Links
from .remote.statistics_import import StatisticsImport
from .wire.service import IoTService
from .wire.session import Session

type XmppIotConfigEntry = ConfigEntry[XmppIotData]


@dataclass(frozen=True, slots=True, kw_only=True)
class XmppIotData:
    """One account at work."""

    session: Session
    grants: Grants
    roster: RosterKeeper
    house: Concentrator
    service: IoTService
    feeds: Feeds
    links: Links
    statistics: StatisticsImport

    def start(self) -> None:
        """Begin to answer, before anybody can ask."""
        self.grants.async_start()
        self.house.start()
        self.service.start()
        self.feeds.async_start()
        self.roster.async_start()
        self.links.directory.changed.add(self.roster.async_contacts_changed)
        self.links.start()
        self.statistics.start()

    async def stop(self) -> None:
        """End everything, leaving no task, timer or listener."""
        await self.statistics.stop()
        await self.links.stop()
        self.roster.async_stop()
        await self.feeds.async_stop()
        await self.service.stop()
        self.house.stop()
        self.grants.async_stop()
        await self.session.close()
