"""The parts of an account, each told with whom it works: rooms that do not know each other meet here."""

from functools import partial

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback

from .account_sensor import AccountSensors
from .concentrator.actions import Actions
from .concentrator.feeds import Feeds
from .concentrator.fields import FieldReader
from .concentrator.house import Concentrator
from .concentrator.nodes import SOURCE
from .concentrator.uploads import Uploads
from .const import CONF_NEVER_EXPOSED, CONF_PROVISIONING, CONF_USER_ID, SUBENTRY_CONTACT
from .contacts.befriending import Befriending
from .contacts.consent import Consent
from .contacts.first_contact import FirstContact
from .contacts.floods import Floods
from .contacts.grants import Contact, Grants
from .contacts.invites import Invites
from .contacts.judge import DeviceJudge
from .contacts.lasting import LastingRights
from .contacts.opinion import SecondOpinion
from .contacts.opinion_issue import async_report_trouble
from .contacts.owner import Owner
from .contacts.persons import Persons
from .contacts.record import Record
from .contacts.record_entities import RecordEntities
from .contacts.records import Records
from .contacts.roster import RosterKeeper
from .link_issues import LinkIssues
from .models import XmppIotConfigEntry, XmppIotData
from .remote.links import Links
from .remote.owned import OwnedDevices
from .remote.statistics_import import StatisticsImport
from .wire import provisioning
from .wire.account import Account
from .wire.assurance import ASSURANCE
from .wire.assurance_service import AssuranceService
from .wire.blocking import Blocking
from .wire.presence import SubscriptionRequest
from .wire.provisioning_service import ProvisioningService
from .wire.service import IoTService, features
from .wire.session import Session


@callback
def async_assemble(
    hass: HomeAssistant,
    entry: XmppIotConfigEntry,
    account: Account,
    records: Records,
) -> XmppIotData:
    """Return the parts of an account, each knowing those it works with."""
    grants = Grants(hass, records)
    session = Session(
        account,
        name=hass.config.location_name,
        admits=lambda bare: (
            grants.admits(bare) or opinion.trusts(bare) or is_own_device(bare)
        ),
        follows=lambda bare: bare in links.wanted or bare in opinion.wanted,
        features=(*features(), *provisioning.FEATURES, ASSURANCE),
        language=lambda: hass.config.language,
    )
    links = Links(hass, entry, session, partial(_needed, entry))
    owned = OwnedDevices(hass, links)
    rights = LastingRights(
        hass, grants, owned.things, lambda: entry.options.get(CONF_NEVER_EXPOSED, ())
    )
    judge = DeviceJudge(owned, rights.may, rights.async_follow)

    def is_own_device(bare: str) -> bool:
        # (what is linked is soon said, and asked by every stanza)
        return bare in links.wanted and bare in judge.devices()

    persons = Persons(hass, records, entry.data[CONF_USER_ID])
    record = Record(hass, persons.user_of)
    reader = FieldReader(hass, SOURCE)
    invites = Invites(hass, entry, lambda bare: bare in records.blocked)
    first_contact = FirstContact(hass, entry, records, grants, lambda: links.wanted)

    @callback
    def proposed(bare: str) -> None:
        """Show the owner whom the provisioning server wants to be a friend."""
        if bare not in roster.friends and bare != session.bare:
            said = f"XEP-0324: {opinion.server}"
            first_contact.async_requested(SubscriptionRequest(bare=bare, message=said))

    @callback
    def denied(bare: str) -> None:
        roster.async_hide_from(bare)

    opinion = SecondOpinion(
        session,
        source=SOURCE,
        on_trouble=partial(async_report_trouble, hass, entry),
        on_friend=proposed,
        on_unfriend=denied,
    )
    befriending = Befriending(opinion)
    roster = RosterKeeper(
        session,
        grants,
        lambda: {**links.wanted, **opinion.wanted},
        redeem=invites.async_redeem,
        meet=first_contact.async_requested,
        agreement=befriending,
    )
    async_apply_options(entry, grants, opinion)
    feeds = Feeds(
        hass,
        entry,
        session,
        grants,
        reader,
        opinion=opinion,
        is_answering=record.is_open,
    )
    consent = Consent(hass, entry, grants, Owner(hass, entry, session.chats))
    house = Concentrator(
        hass,
        grants,
        Actions(hass, entry, grants, record),
        reader,
        feed_address=feeds.async_address,
        uploads=Uploads(hass, session),
        consent=consent,
        opinion=opinion,
    )
    return XmppIotData(
        records=records,
        persons=persons,
        record=record,
        record_entities=RecordEntities(hass, entry, session.bare, record),
        session=session,
        floods=Floods(hass, entry, session),
        blocking=Blocking(session),
        grants=grants,
        consent=consent,
        opinion=opinion,
        befriending=befriending,
        first_contact=first_contact,
        invites=invites,
        roster=roster,
        house=house,
        service=IoTService(
            session,
            house,
            (
                ProvisioningService(judge, session),
                AssuranceService(house.life, feeds.last_item),
            ),
        ),
        feeds=feeds,
        account_sensors=AccountSensors(entry, session, feeds),
        link_issues=LinkIssues(hass, entry, session, grants=grants, feeds=feeds),
        links=links,
        statistics=StatisticsImport(hass, entry, links),
    )


@callback
def async_apply_options(
    entry: XmppIotConfigEntry, grants: Grants, opinion: SecondOpinion
) -> None:
    """Let the gate, and who has to agree with it, know what the entry says."""
    contacts = map(
        Contact.from_subentry, entry.get_subentries_of_type(SUBENTRY_CONTACT)
    )
    # First who may only take away: nobody gets anything between the two.
    opinion.async_name(entry.options.get(CONF_PROVISIONING))
    grants.async_set_contacts(contacts, entry.options.get(CONF_NEVER_EXPOSED, ()))


def _needed(entry: XmppIotConfigEntry) -> tuple[Platform, ...]:
    """Return the platforms that show something of this house: contacts have event entities."""
    contacts = entry.get_subentries_of_type(SUBENTRY_CONTACT)
    return (Platform.EVENT, Platform.SENSOR) if contacts else (Platform.SENSOR,)
