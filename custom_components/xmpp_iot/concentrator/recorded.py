"""What the recorder keeps of one entity's states, in pages of limited size.

Home Assistant's own query with a limit (`recorder.history.state_changes_during_period`) leaves out what changed
in attributes only, and cannot go on between two states of the same time. So the page is a query of its own, by
the recorder's index of entity and time.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Concatenate, Final

from sqlalchemy import or_, select
from sqlalchemy.engine import Row
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql import Select

from homeassistant.components.recorder.const import DOMAIN as RECORDER
from homeassistant.components.recorder.db_schema import (
    SHARED_ATTR_OR_LEGACY_ATTRIBUTES,
    StateAttributes,
    States,
)
from homeassistant.components.recorder.models import decode_attributes_from_source
from homeassistant.const import ATTR_MODE, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, State, split_entity_id
from homeassistant.helpers.recorder import get_instance, session_scope
from homeassistant.util import dt as dt_util

from ..wire.errors import InternalServerError
from ..wire.model import NodeRef, ReadRequest

PAGE: Final = 500  # states in memory at a time
HALF_MICROSECOND: Final = 5e-7
"""Seconds. The recorder's times are floats; those a contact is told and asks by are whole microseconds."""
_PASSWORD: Final = "password"
_TEXTS: Final = frozenset(
    {"input_text", "text"}
)  # domains whose text may be a password


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose past somebody wants, under which address, and what of it."""

    entity_id: str
    node: NodeRef
    request: ReadRequest


@dataclass(frozen=True, slots=True)
class Place:
    """A place among the states of an entity: they are ordered by time, then by row."""

    updated: float  # seconds since 1970
    row: int = -1  # before all states of that time


@dataclass(frozen=True, slots=True)
class Page:
    """States in their order, and the place of the last one; None if there are no more."""

    states: tuple[State, ...]
    last: Place | None


def loaded(hass: HomeAssistant) -> bool:
    """Return whether there is a recorder to ask."""
    return RECORDER in hass.config.components


def keeps(hass: HomeAssistant, entity_id: str) -> bool:
    """Return whether the recorder keeps what becomes of an entity."""
    if not loaded(hass):
        return False
    takes = get_instance(hass).entity_filter
    return takes is None or takes(entity_id)


async def ask[**P, Answer](
    hass: HomeAssistant,
    function: Callable[Concatenate[HomeAssistant, P], Answer],
    *arguments: P.args,
    **options: P.kwargs,
) -> Answer:
    """Return what `function` finds in the database; InternalServerError where that cannot be read."""
    question = partial(function, hass, *arguments, **options)
    try:
        return await get_instance(hass).async_add_executor_job(question)
    except SQLAlchemyError as err:
        raise InternalServerError("The recorder cannot be read now.") from err


def before(moment: datetime) -> Place:
    """Return the place before all states of that time or later."""
    return Place(moment.timestamp() - HALF_MICROSECOND)


def mode_now(hass: HomeAssistant, entity_id: str) -> str | None:
    """Return the mode of an entity whose text may be a password, None for all others.

    Home Assistant does not record the mode: what has none now counts as a password.
    """
    if split_entity_id(entity_id)[0] not in _TEXTS:
        return None
    state = hass.states.get(entity_id)
    mode = state.attributes.get(ATTR_MODE) if state else None
    return str(mode or _PASSWORD)


def states_page(
    hass: HomeAssistant,
    entity_id: str,
    after: Place,
    end: datetime,
    mode: str | None = None,
) -> Page:
    """Return the states after a place and not after `end` (in the recorder's executor).

    `mode` is what `mode_now` says of the entity.
    """
    with session_scope(hass=hass, read_only=True) as session:
        known = get_instance(hass).states_meta_manager.get(entity_id, session, False)
        if known is None:
            return Page((), None)
        rows = session.execute(_statement(known, after, end)).all()
    cache: dict[str, dict[str, Any]] = {}
    states = tuple(_state(entity_id, row, cache, mode) for row in rows)
    if len(rows) < PAGE:
        return Page(states, None)
    return Page(states, Place(rows[-1].last_updated_ts, rows[-1].state_id))


def _statement(metadata_id: int, after: Place, end: datetime) -> Select[Any]:
    return (
        select(
            States.state_id,
            States.state,
            States.last_updated_ts,
            SHARED_ATTR_OR_LEGACY_ATTRIBUTES,
        )
        .outerjoin(
            StateAttributes, States.attributes_id == StateAttributes.attributes_id
        )
        .where(
            States.metadata_id == metadata_id,
            States.last_updated_ts >= after.updated,
            States.last_updated_ts <= end.timestamp() + HALF_MICROSECOND,
            or_(States.last_updated_ts > after.updated, States.state_id > after.row),
        )
        .order_by(States.last_updated_ts, States.state_id)
        .limit(PAGE)
    )


def _state(
    entity_id: str, row: Row[Any], cache: dict[str, dict[str, Any]], mode: str | None
) -> State:
    """Return a row as the state it was; without a value the entity was not there (Recorder)."""
    attributes = decode_attributes_from_source(row.attributes, cache)
    return State(
        entity_id,
        STATE_UNAVAILABLE if row.state is None else row.state,
        attributes if mode is None else _with_mode(attributes, mode),
        last_updated=dt_util.utc_from_timestamp(row.last_updated_ts),
        validate_entity_id=False,
    )


def _with_mode(attributes: Mapping[str, Any], mode: str) -> dict[str, Any]:
    """Return attributes with the mode; a password once or now is one."""
    recorded = attributes.get(ATTR_MODE, mode)
    return {**attributes, ATTR_MODE: _PASSWORD if mode == _PASSWORD else recorded}
