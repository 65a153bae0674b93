"""The ways in: a row for each that a request can take.

A later way in (ad-hoc commands, chat) joins the matrix by one row here: what is said, and the right it
takes. The test fails for an operation, or for anything the session or its service handles, without a row.
"""

from functools import partial
import itertools
from typing import Final

from custom_components.xmpp_iot.wire.concentrator import ADDABLE_TYPES, UNIMPLEMENTED
from custom_components.xmpp_iot.wire.model import Operation
from custom_components.xmpp_iot.wire.xml import from_text

from .client import Client
from .dialects import DIALECTS, XSF, Words
from .matrix import CAMERA, LIGHT, LOCK, Right, Scene, Way
from .matrix_begun import following, form_session, query_under_way, readout_for_later
from .matrix_chat import CHAT
from .matrix_others import FEEDS, INJECTED, NOT_HERE, PROVISIONING, PUSHES
from .matrix_words import (
    SUBMIT,
    abort,
    bare,
    cancel,
    dynamic,
    edited,
    events,
    form,
    get_form,
    interfaces,
    nodes,
    plain,
    power,
    query,
    read,
    synchronization,
    tree,
    unlock,
)

DISCO: Final = "http://jabber.org/protocol/disco"

_NUMBERS: Final = itertools.count(1000)

PRESENT: Final = (
    plain("<ping xmlns='urn:xmpp:ping'/>"),
    plain(f"<query xmlns='{DISCO}#info'/>"),
    plain(f"<query xmlns='{DISCO}#items'/>"),
    Way(
        name="version",
        needs=Right.HERE,
        says=lambda _: "<query xmlns='jabber:iq:version'/>",
        dialects=("nf",),
        granted=NOT_HERE,
    ),
    Way(
        name="a command of XEP-0050",
        needs=Right.HERE,
        says=lambda scene: (
            "<command xmlns='http://jabber.org/protocol/commands' action='execute'"
            f" node='{scene.node}'/>"
        ),
        kind="set",
        dialects=("nf",),
        granted=NOT_HERE,
    ),
    Way(
        name="clock",
        needs=Right.HERE,
        says=partial(synchronization, name="req"),
        dialects=("nf",),
    ),
    Way(
        name="source of the clock",
        needs=Right.HERE,
        says=partial(synchronization, name="sourceReq"),
        dialects=("nf",),
        granted="item-not-found",
    ),
)
"""What whoever is admitted may know."""

SENSOR_DATA: Final = (
    Way(name="read", needs=Right.SEE, says=read, node=LIGHT),
    Way(
        name="read the past",
        needs=Right.SEE,
        says=lambda scene: read(
            scene, "historicalOther='true'" if scene.words is XSF else "h='true'"
        ),
        node=LIGHT,
    ),
    Way(name="cancel", needs=Right.HERE, says=cancel, begins=readout_for_later),
    Way(
        name="cancel another's",
        needs=Right.HERE,  # and nothing comes of it
        says=cancel,
        begins=readout_for_later,
        of_another=True,
    ),
    Way(
        name="follow values",
        needs=Right.SEE,
        says=partial(events, name="subscribe"),
        node=LIGHT,
        dialects=("nf",),
    ),
    Way(
        name="follow values no more",
        needs=Right.SEE,
        says=partial(events, name="unsubscribe"),
        dialects=("nf",),
        begins=following,
    ),
    Way(name="interfaces", needs=Right.SEE, says=interfaces, node=LIGHT),
)

ORDERS: Final = (
    Way(
        name="control",
        needs=Right.CONTROL,
        says=power,
        kind="set",
        node=LIGHT,
        does="turn_off",
    ),
    Way(
        name="control by a form",
        needs=Right.CONTROL,
        says=form,
        kind="set",
        node=LIGHT,
        does="turn_off",
    ),
    Way(
        name="control what is dangerous",
        needs=Right.DANGEROUS,
        says=unlock,
        kind="set",
        node=LOCK,
        does="unlock",
    ),
    Way(
        name="control by an IQ of type get",
        needs=None,
        says=power,
        node=LIGHT,
        refused="bad-request",
        unseen="bad-request",
    ),
    Way(
        name="control without answer",
        needs=Right.CONTROL,
        says=power,
        kind="message",
        node=LIGHT,
        does="turn_off",
        dialects=("xsf",),
    ),
    Way(
        name="control without answer what is dangerous",
        needs=Right.DANGEROUS,
        says=unlock,
        kind="message",
        node=LOCK,
        does="unlock",
        dialects=("xsf",),
    ),
    Way(
        name="control without answer in a dialect that has none",
        needs=None,
        says=power,
        kind="message",
        node=LIGHT,
        dialects=("nf",),
    ),
    Way(name="form", needs=Right.CONTROL_OFFERED, says=get_form, node=LIGHT),
    Way(
        name="form of what is dangerous",
        needs=Right.CONTROL_OFFERED,
        says=get_form,
        node=LOCK,
    ),
    Way(
        name="form as filled in",
        needs=Right.CONTROL_OFFERED,
        says=partial(dynamic, "submit"),
        kind="set",
        begins=form_session,
        refused="item-not-found",
    ),
    Way(
        name="form forgotten",
        needs=Right.CONTROL_OFFERED,
        says=partial(dynamic, "cancel"),
        kind="set",
        begins=form_session,
        refused="item-not-found",
    ),
    Way(
        name="another's form as filled in",
        needs=None,
        says=partial(dynamic, "submit"),
        kind="set",
        begins=form_session,
        of_another=True,
        refused="item-not-found",
    ),
    Way(
        name="another's form forgotten",
        needs=None,
        says=partial(dynamic, "cancel"),
        kind="set",
        begins=form_session,
        of_another=True,
        refused="item-not-found",
    ),
)

OPERATIONS: Final = (
    bare(Operation.GET_CAPABILITIES, Right.HERE),
    bare(Operation.GET_ALL_DATA_SOURCES, Right.HERE),
    bare(Operation.GET_ROOT_DATA_SOURCES, Right.HERE),
    tree(Operation.GET_CHILD_DATA_SOURCES, Right.HERE),
    tree(Operation.CONTAINS_NODE, Right.HERE, LIGHT, tells=(Right.SEE, "true")),
    nodes(Operation.CONTAINS_NODES, needs=Right.HERE, tells=(Right.SEE, ">true<")),
    tree(Operation.GET_NODE, Right.SEE, LIGHT, "parameters='true' messages='true'"),
    nodes(Operation.GET_NODES, needs=Right.SEE),
    tree(Operation.GET_ALL_NODES, Right.HERE, tells=(Right.SEE, LIGHT)),
    tree(Operation.GET_ROOT_NODES, Right.HERE, tells=(Right.SEE, LOCK)),
    tree(Operation.GET_CHILD_NODES, Right.SEE, LIGHT),
    tree(Operation.GET_ANCESTORS, Right.SEE, LIGHT),
    tree(Operation.GET_NODE_INHERITANCE, Right.SEE, LIGHT),
    tree(
        Operation.GET_NODE_COMMANDS,
        Right.SEE,
        LIGHT,
        tells=(Right.COMMAND_OFFERED, "turn_off"),
    ),
    tree(
        Operation.GET_NODE_COMMANDS,
        Right.SEE,
        LOCK,
        tells=(Right.DANGEROUS_OFFERED, "unlock"),
    ),
    tree(
        Operation.GET_COMMAND_PARAMETERS,
        Right.COMMAND_OFFERED,
        LIGHT,
        "command='turn_on'",
    ),
    tree(
        Operation.GET_COMMAND_PARAMETERS,
        Right.DANGEROUS_OFFERED,
        LOCK,
        "command='unlock'",
    ),
    tree(
        Operation.EXECUTE_NODE_COMMAND,
        Right.COMMAND,
        LIGHT,
        "command='turn_off'",
        SUBMIT.format(""),
        kind="set",
        does="turn_off",
    ),
    tree(
        Operation.EXECUTE_NODE_COMMAND,
        Right.DANGEROUS,
        LOCK,
        "command='unlock'",
        SUBMIT.format(""),
        kind="set",
        does="unlock",
    ),
    tree(Operation.GET_NODE_PARAMETERS, Right.COMMAND, LIGHT),
    Way(
        name=Operation.SET_NODE_PARAMETERS,
        needs=Right.COMMAND,
        says=lambda scene: scene.words.tree(
            Operation.SET_NODE_PARAMETERS,
            scene.words.attributes(scene.node),
            edited(scene.words),
        ),
        kind="set",
        node=LIGHT,
        does="rename",
    ),
    Way(
        name=Operation.EXECUTE_NODE_QUERY,
        needs=Right.COMMAND,
        says=query,
        kind="set",
        node=CAMERA,
        does="picture",
    ),
    Way(
        name=Operation.ABORT_NODE_QUERY,
        needs=Right.COMMAND,
        says=abort,
        kind="set",
        begins=query_under_way,
        refused="item-not-found",
    ),
    Way(
        name=Operation.ABORT_NODE_QUERY,
        needs=None,
        says=abort,
        kind="set",
        begins=query_under_way,
        of_another=True,
        refused="item-not-found",
    ),
    bare(ADDABLE_TYPES, Right.HERE),
    *(bare(name, Right.HERE, granted=NOT_HERE) for name in sorted(UNIMPLEMENTED)),
    tree("subscribe", Right.HERE, attributes="ttl='60'", dialects=("nf",)),
    tree("subscribe", Right.HERE, dialects=("xsf",)),
    tree("unsubscribe", Right.HERE),
)
"""Every operation of a concentrator, and what is about events of nodes."""

WAYS: Final = (
    *PRESENT,
    *SENSOR_DATA,
    *ORDERS,
    *OPERATIONS,
    *FEEDS,
    *INJECTED,
    *CHAT,
    *PROVISIONING,
    *PUSHES,
)


def tags(way: Way) -> frozenset[str]:
    """Return the tags of what is said on a way, in every dialect it is in."""
    spoken = {
        "nf": tuple(one for one in DIALECTS.values() if one is not XSF),
        "xsf": (XSF,),
    }
    return frozenset(
        from_text(way.says(Scene(words, way.node, "", "", 1))).tag
        for name in way.dialects
        for words in spoken[name]
    )


def text_of(way: Way, client: Client, words: Words, node: str, thing: str) -> str:
    """Return what a client says who takes a way."""
    return way.says(Scene(words, node, client.jid, thing, next(_NUMBERS)))
