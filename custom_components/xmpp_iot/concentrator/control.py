"""Control in (XEP-0325): settings and forms become Home Assistant actions, checked completely first."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from homeassistant.core import State

from ..wire.errors import BadRequest, ItemNotFound, StanzaError
from ..wire.form_model import Form, FormField, Submission
from ..wire.model import ControlRequest, NodeRef, Setting, ValueType
from ..wire.order_token import ORDER, OrderToken
from ..wire.xml import format_value, parse_value
from .commands import EXPIRES, FRAME, drafted
from .domains import domain_of
from .interfaces import settable
from .parameter import Data, NotAccepted, Parameter, by_name
from .parameters import Text

type Call = tuple[str, Data]


def stamped_expiry(request: ControlRequest) -> datetime | None:
    """Return the moment after which the sender wants nothing done any more, if it says so.

    That is a dateTime setting, or form field, named `expires`.
    """
    for setting in request.settings:
        if setting.name == EXPIRES:
            if not isinstance(setting.value, datetime):
                raise _wrong({EXPIRES: "A value of type dateTime is needed."})
            return setting.value
    return form_expiry(request.form)


def form_expiry(form: Submission | None) -> datetime | None:
    """Return the same of a form."""
    if not form or not (values := form.get(EXPIRES)) or not values[0]:
        return None
    try:
        value = parse_value(ValueType.DATE_TIME, values[0])
    except StanzaError as err:
        raise _wrong({EXPIRES: err.text}) from err
    assert isinstance(value, datetime)
    return value


def stamped_token(request: ControlRequest) -> OrderToken | None:
    """Return what an order says it is known by, if it says so: a setting, or form field, of that name."""
    for setting in request.settings:
        if setting.name == ORDER:
            return OrderToken.parse(str(setting.value))
    return form_token(request.form)


def form_token(form: Submission | None) -> OrderToken | None:
    """Return the same of a form."""
    if not form or not (values := form.get(ORDER)) or not values[0]:
        return None
    return OrderToken.parse(values[0])


def meaning(
    nodes: Iterable[NodeRef],
    form: Submission | None,
    settings: Iterable[Setting] = (),
    command: str = "",
) -> object:
    """Return what tells an order from others, typed or by form: not its token, nor until when it may be done."""
    typed = {one.name: (format_value(one.type, one.value),) for one in settings}
    said = sorted((typed | dict(form or {})).items())
    return tuple(nodes), command, [it for it in said if it[0] not in FRAME]


def plan(request: ControlRequest, state: State) -> tuple[Call, ...]:
    """Return the actions that do to an entity what is asked, in document order.

    Neighbouring settings of the same action become one. ItemNotFound for a parameter the entity does not
    have, BadRequest for a value it cannot take, both with the parameter's name.
    """
    offered = settable(state)
    settings = tuple(_settings(request, offered))
    unknown = {
        one.name: "There is no such parameter."
        for one in settings
        if one.name not in offered
    }
    if not offered or unknown:
        raise ItemNotFound("There is no such parameter.", parameters=unknown)
    if not settings:
        raise BadRequest("There is nothing to set.")
    calls = _merged(_accepted(settings, offered, state), state)
    row = domain_of(state.entity_id)
    if wrong := {k: v for _, data in calls for k, v in row.disordered(data).items()}:
        raise _wrong(wrong)
    return calls


def common_form(states: Iterable[State], draft: Submission | None = None) -> Form:
    """Return the form of the parameters that all these entities have (XEP-0325 section 3.6).

    ItemNotFound if there are none. Untouched fields need not be submitted (XEP-0336 notSame). With a
    `draft`, a form filled in so far, it has the draft's values and what is wrong with them.
    """
    first, *others = states = tuple(states)
    offered = by_name(domain_of(first.entity_id).parameters, first)
    for state in others:
        theirs = by_name(domain_of(state.entity_id).parameters, state)
        offered = {
            name: one
            for name, one in offered.items()
            if name in theirs and theirs[name].type is one.type
        }
    if not offered:
        raise ItemNotFound("There are no control parameters.")
    fields = tuple(_field(one, first) for one in offered.values())
    if draft is not None:
        wrong = _wrong_so_far(draft, states)
        fields = tuple(drafted(field, draft, wrong) for field in fields)
    return Form(title=str(first.name) if not others else "", fields=fields)


def _wrong_so_far(draft: Submission, states: Iterable[State]) -> Mapping[str, str]:
    """Return what is wrong with a draft's values for any of the entities, by field."""
    wrong: dict[str, str] = {}
    for state in states:
        offered = by_name(domain_of(state.entity_id).parameters, state)
        given = {name: values for name, values in draft.items() if name in offered}
        if not any(map(any, given.values())):
            continue
        try:
            plan(ControlRequest(nodes=(), form=given), state)
        except StanzaError as err:
            wrong |= err.parameters
    return wrong


def _field(parameter: Parameter, state: State) -> FormField:
    return replace(
        parameter.field(state),
        label=parameter.name.replace("_", " ").capitalize(),
        not_same=True,
        group=state.domain,
    )


def _settings(
    request: ControlRequest, offered: Mapping[str, Parameter]
) -> Iterable[Setting]:
    """Return what is to be set, whether it came typed or by form."""
    if request.form is None:
        return [one for one in request.settings if one.name not in FRAME]
    given = {
        name: values
        for name, values in request.form.items()
        if name not in FRAME
        and (any(values) or (values and isinstance(offered.get(name), Text)))
    }
    return [_typed(name, values, offered.get(name)) for name, values in given.items()]


def _typed(name: str, values: tuple[str, ...], parameter: Parameter | None) -> Setting:
    """Return a form field's text as a setting of the type its parameter has."""
    if parameter is None:
        return Setting(name, ValueType.STRING, values[0])
    if len(values) != 1:
        raise _wrong({name: "Exactly one value is needed."})
    try:
        return Setting(name, parameter.type, parse_value(parameter.type, values[0]))
    except StanzaError as err:
        raise _wrong({name: err.text}) from err


def _accepted(
    settings: Iterable[Setting], offered: Mapping[str, Parameter], state: State
) -> list[tuple[Parameter, object]]:
    """Return every value as Home Assistant takes it; BadRequest naming all that it cannot."""
    accepted: list[tuple[Parameter, object]] = []
    wrong: dict[str, str] = {}
    for setting in settings:
        parameter = offered[setting.name]
        try:
            value = parameter.accept(setting.type, setting.value, state)
        except NotAccepted as err:
            wrong[setting.name] = str(err)
        else:
            accepted.append((parameter, value))
    if wrong:
        raise _wrong(wrong)
    return accepted


def _merged(
    accepted: Iterable[tuple[Parameter, object]], state: State
) -> tuple[Call, ...]:
    """Return the calls, those of the same action next to each other made one."""
    calls: list[tuple[str, Data, Data]] = []
    for parameter, value in accepted:
        action, data = parameter.call(value)
        companions = parameter.companions(state)
        if calls and calls[-1][0] == action:
            calls[-1][1].update(companions)
            calls[-1][2].update(data)
        else:
            calls.append((action, companions, data))
    return tuple((action, {**along, **data}) for action, along, data in calls)


def _wrong(reasons: Mapping[str, str]) -> BadRequest:
    text = " ".join(f"{name}: {reason}" for name, reason in reasons.items())
    return BadRequest(text, parameters=reasons)
