"""The actions of this integration: read, set and command what others have, be it shown as an entity or not."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final

import voluptuous as vol

from homeassistant.auth.permissions.const import POLICY_CONTROL, POLICY_READ
from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_ENTITY_ID, CONF_TARGET
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_register_admin_service
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .remote import direct
from .remote.delivery import Stamp
from .remote.direct import Deed, Place
from .remote.errors import as_home_assistant_error
from .remote.link import Link
from .remote.responses import readings_response, report_response
from .remote.statistics_import import Imported
from .service_orders import ORDER_FIELDS, ordered
from .service_targets import (
    ATTR_JID,
    ATTR_NODE,
    ATTR_PARTITION,
    ATTR_SOURCE,
    chosen_sensors,
    invalid,
    whom,
)
from .wire.errors import WireError
from .wire.model import HISTORICAL, Category, NodeRef, ReadRequest
from .wire.report import ReportItem

READ: Final = "read"
CONTROL: Final = "control"
EXECUTE: Final = "execute"
IMPORT_STATISTICS: Final = "import_statistics"

ATTR_CATEGORIES: Final = "categories"
ATTR_COMMAND: Final = "command"
ATTR_DAYS: Final = "days"
ATTR_END: Final = "end"
ATTR_FIELDS: Final = "fields"
ATTR_FORM: Final = "form"
ATTR_PARAMETERS: Final = "parameters"
ATTR_START: Final = "start"

CATEGORIES: Final[Mapping[str, Category]] = {one.name.lower(): one for one in Category}
_MOST_DAYS: Final = 3660

_DATA: Final = vol.Schema({cv.string: object})
_WHERE: Final = {
    vol.Exclusive(ATTR_ENTITY_ID, CONF_TARGET): cv.entity_id,
    vol.Exclusive(ATTR_JID, CONF_TARGET): cv.string,
    vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string,
    vol.Optional(ATTR_NODE, default=""): cv.string,
    vol.Optional(ATTR_SOURCE, default=""): cv.string,
    vol.Optional(ATTR_PARTITION, default=""): cv.string,
}
_SOMEWHERE: Final = cv.has_at_least_one_key(ATTR_ENTITY_ID, ATTR_JID)
_READ: Final = vol.All(
    vol.Schema(
        {
            **_WHERE,
            vol.Optional(ATTR_FIELDS, default=list): vol.All(
                cv.ensure_list, [cv.string]
            ),
            vol.Optional(ATTR_CATEGORIES, default=list): vol.All(
                cv.ensure_list, [vol.In(CATEGORIES)]
            ),
            vol.Optional(ATTR_START): cv.datetime,
            vol.Optional(ATTR_END): cv.datetime,
        }
    ),
    _SOMEWHERE,
)
_CONTROL: Final = vol.All(
    vol.Schema(
        {
            **_WHERE,
            **ORDER_FIELDS,
            vol.Required(ATTR_PARAMETERS): vol.All(_DATA, vol.Length(min=1)),
        }
    ),
    _SOMEWHERE,
)
_EXECUTE: Final = vol.All(
    vol.Schema(
        {
            **_WHERE,
            **ORDER_FIELDS,
            vol.Required(ATTR_COMMAND): cv.string,
            vol.Optional(ATTR_FORM, default=dict): _DATA,
        }
    ),
    _SOMEWHERE,
)
_IMPORT: Final = vol.All(
    vol.Schema(
        {
            **cv.TARGET_FIELDS,
            vol.Optional(ATTR_DAYS): vol.All(
                vol.Coerce(int), vol.Range(min=1, max=_MOST_DAYS)
            ),
        }
    ),
    cv.has_at_least_one_key(*(str(key) for key in cv.TARGET_FIELDS)),
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Offer the actions, also while no account is loaded: then they say so."""
    hass.services.async_register(
        DOMAIN, READ, _read, _READ, supports_response=SupportsResponse.ONLY
    )
    hass.services.async_register(
        DOMAIN, CONTROL, _control, _CONTROL, supports_response=SupportsResponse.OPTIONAL
    )
    hass.services.async_register(
        DOMAIN, EXECUTE, _execute, _EXECUTE, supports_response=SupportsResponse.OPTIONAL
    )
    async_register_admin_service(
        hass,
        DOMAIN,
        IMPORT_STATISTICS,
        _import_statistics,
        _IMPORT,
        SupportsResponse.OPTIONAL,
    )


async def _read(call: ServiceCall) -> ServiceResponse:
    """Answer what somebody reads of a node."""
    asked = await whom(call, POLICY_READ)
    request = _request(call, asked.node)
    with _translated(asked.title):
        return readings_response(await direct.read(await asked.peer(), request))


async def _control(call: ServiceCall) -> ServiceResponse:
    """Set control parameters of a node; answer which ones were set, if that is waited for."""
    asked = await whom(call, POLICY_CONTROL)
    parameters: dict[str, Any] = call.data[ATTR_PARAMETERS]

    async def prepare(place: Place, stamp: Stamp) -> Deed[tuple[str, ...]]:
        return await direct.control(place, parameters, stamp)

    with _translated(asked.title):
        done = await ordered(call, asked, (CONTROL, *sorted(parameters)), prepare)
    return {} if done is None else {ATTR_PARAMETERS: list(done)}


async def _execute(call: ServiceCall) -> ServiceResponse:
    """Have a command of a node carried out; answer a query's report."""
    asked = await whom(call, POLICY_CONTROL)
    command: str = call.data[ATTR_COMMAND]
    form: dict[str, Any] = call.data[ATTR_FORM]

    async def prepare(place: Place, stamp: Stamp) -> Deed[Sequence[ReportItem] | None]:
        return await direct.execute(place, command, form, stamp)

    kind = (EXECUTE, command, *sorted(form))
    with _translated(asked.title):
        report = await ordered(call, asked, kind, prepare)
    return {} if report is None else report_response(report)


async def _import_statistics(call: ServiceCall) -> ServiceResponse:
    """Import the statistics of houses, or of some of their sensors; answer how many hours came."""
    hours: dict[str, int] = {}
    since = None
    if days := call.data.get(ATTR_DAYS):
        since = dt_util.utcnow() - timedelta(days=days)
    chosen = list(chosen_sensors(call))
    if any(not entry.runtime_data.statistics.possible for entry, _, _ in chosen):
        raise invalid("no_recorder")
    # All at once: one house that does not answer keeps none of the others out.
    results = await asyncio.gather(
        *(
            entry.runtime_data.statistics.import_now(link, nodes, since)
            for entry, link, nodes in chosen
        ),
        return_exceptions=True,
    )
    for (_, link, _), done in zip(chosen, results, strict=True):
        if isinstance(done, BaseException):
            raise done
        _check(done, link)
        hours |= done.hours
    if not hours:
        raise invalid("no_statistics")
    return {"hours": dict(hours)}


def _request(call: ServiceCall, node: NodeRef) -> ReadRequest:
    """Return what is to be read: of a time, all that was then."""
    start, end = (_utc(call.data.get(name)) for name in (ATTR_START, ATTR_END))
    if start and end and end < start:
        raise invalid("end_first")
    chosen = frozenset(CATEGORIES[name] for name in call.data[ATTR_CATEGORIES])
    of_a_time = HISTORICAL if start or end else frozenset()
    return ReadRequest(
        id="",
        nodes=(node,) if node.id else (),
        fields=frozenset(call.data[ATTR_FIELDS]),
        categories=chosen or of_a_time,
        start=start,
        end=end,
    )


def _utc(moment: datetime | None) -> datetime | None:
    return moment and dt_util.as_utc(moment)


def _check(done: Imported, link: Link) -> None:
    """Raise what was refused, now that everything else is done."""
    if done.refused:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="statistics_refused",
            translation_placeholders={
                "house": link.devices.title,
                "reason": " ".join(
                    f"{name}: {reason}" for name, reason in done.refused.items()
                ),
            },
        )


@contextmanager
def _translated(title: str) -> Iterator[None]:
    """Have what goes wrong over there said as Home Assistant says it."""
    try:
        yield
    except WireError as err:
        raise as_home_assistant_error(err, title) from err
