"""Which of the protocols somebody speaks, as their service discovery says (XEP-0030)."""

from collections.abc import Iterable
from dataclasses import dataclass

from ..wire.assurance import ASSURANCE
from ..wire.dialects import FAMILIES, Dialect
from ..wire.disco import INFO, INFO_QUERY
from ..wire.errors import NoAnswer, RemoteError
from ..wire.paging import RSM
from ..wire.peer import Correspondence
from ..wire.xml import clark, element


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """Somebody who speaks at least one of the protocols."""

    jid: str  # full
    name: str
    dialect: Dialect
    """The preferred one of those they speak; nothing is mixed within an exchange."""
    concentrator: bool
    """Whether there are nodes behind it; else it is a device by itself."""
    events: bool
    """Whether it takes event subscriptions."""
    readable: bool = True
    """Whether it has values to read."""
    controllable: bool = True
    """Whether it has something to set."""
    in_pages: bool = False
    """Whether long lists can be had in pages (XEP-0059)."""
    assured: bool = False
    """Whether it says how much it has told (see `wire.assurance`)."""


async def meet(session: Correspondence, jid: str) -> Acquaintance | None:
    """Return what a full JID says of itself; None for somebody who speaks no IoT protocol.

    RemoteError, NoAnswer and NotConnected as the session raises them.
    """
    answer = await session.iq(jid, element(INFO_QUERY))
    if answer is None:
        return None
    features = {
        var
        for feature in answer.iterfind(clark(INFO, "feature"))
        if (var := feature.get("var"))
    }
    identity = answer.find(clark(INFO, "identity"))
    name = "" if identity is None else identity.get("name", "")
    # A concentrator before a device: the nodes of one who is both are the device's parts.
    for dialect in FAMILIES:
        if dialect.concentrator in features:
            return Acquaintance(
                jid,
                name,
                dialect,
                concentrator=True,
                events=dialect.events in features,
                in_pages=RSM in features,
                assured=ASSURANCE in features,
            )
    for dialect in FAMILIES:
        if not features.isdisjoint({dialect.sensor_data, dialect.control}):
            return Acquaintance(
                jid,
                name,
                dialect,
                concentrator=False,
                events=dialect.events in features,
                readable=dialect.sensor_data in features,
                controllable=dialect.control in features,
            )
    return None


async def meet_any(
    session: Correspondence, jids: Iterable[str], *, has_nodes: bool = False
) -> Acquaintance | None:
    """Return what the first of these full JIDs that speaks an IoT protocol says of itself; None if none does.

    Where it `has_nodes`, a concentrator comes before a device, which would take a node for itself.

    One that does not say, as a telephone asleep, hides no other: only where there is none its RemoteError or
    NoAnswer is raised. NotConnected as the session raises it.
    """
    trouble: RemoteError | NoAnswer | None = None
    device: Acquaintance | None = None
    for jid in jids:
        try:
            known = await meet(session, jid)
        except (RemoteError, NoAnswer) as err:
            trouble = err
            continue
        if known is not None and (known.concentrator or not has_nodes):
            return known
        device = device or known
    if device is None and trouble is not None:
        raise trouble
    return device


async def meet_concentrator(
    session: Correspondence, jids: Iterable[str]
) -> Acquaintance | None:
    """Return what the first of these full JIDs that is a concentrator says of itself; None if none is.

    RemoteError or NoAnswer where that is not known, as one of them does not say what it is; NotConnected as the
    session raises it.
    """
    trouble: RemoteError | NoAnswer | None = None
    for jid in jids:
        try:
            known = await meet(session, jid)
        except (RemoteError, NoAnswer) as err:
            trouble = err
            continue
        if known is not None and known.concentrator:
            return known
    if trouble is not None:
        raise trouble
    return None
