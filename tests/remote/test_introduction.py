"""What foreign nodes say that they can do, and devices that are their only node."""

import logging

import pytest

from custom_components.xmpp_iot.remote import introduction
from custom_components.xmpp_iot.remote.acquaintance import Acquaintance
from custom_components.xmpp_iot.remote.device_peer import DevicePeer, peer_of
from custom_components.xmpp_iot.remote.introduction import introduce, only_in_form
from custom_components.xmpp_iot.remote.node import RemoteNode
from custom_components.xmpp_iot.wire.dialect_nf import NF
from custom_components.xmpp_iot.wire.errors import NoAnswer, NotConnected, RemoteError
from custom_components.xmpp_iot.wire.fragments import DEVICE
from custom_components.xmpp_iot.wire.happening import SourceSubscription
from custom_components.xmpp_iot.wire.model import (
    Commands,
    ControlRequest,
    NodeInfo,
    NodeRef,
    Nodes,
    Operation,
    ReadRequest,
    Setting,
    TreeRequest,
    ValueType,
)
from custom_components.xmpp_iot.wire.peer import Peer, Peers

from .foreign_nodes import said, tell
from .things import THING, Things

FORM = "<x xmlns='jabber:x:data' type='form'><field var='{}' type='boolean'/></x>"
COMMANDS = (
    f"<commands xmlns='{NF.concentrator}'>"
    "<command command='wink' name='Wink' type='Simple'/></commands>"
)


def node(node_id: str = "thing", kind: str = "Acme.Thing") -> RemoteNode:
    """Return a node that nobody was asked about."""
    return RemoteNode(
        NodeInfo(
            ref=NodeRef(node_id, "things"),
            node_type=kind,
            display_name="Thing",
            is_readable=True,
            is_controllable=True,
            has_commands=True,
        )
    )


@pytest.fixture
def things() -> Things:
    """Return somebody with something to set and a command."""
    return Things({"getForm": FORM.format("Lamp"), "getNodeCommands": COMMANDS})


@pytest.fixture
def peer(things: Things) -> Peer:
    """Return it as one to be asked."""
    return Peers(things).peer(THING, NF)


async def test_a_foreign_node_is_asked_once(peer: Peer, things: Things) -> None:
    """What it can do is asked for as long as it is the same; of a Home Assistant's node it never is."""
    foreign = node()
    nodes = [foreign, node("light.lamp", "homeassistant.light")]
    tell(foreign, said("Lamp", True))

    await introduce(peer, nodes)
    await introduce(peer, nodes)

    assert foreign.form is not None
    assert [one.id for one in foreign.commands] == ["wink"]
    assert len(things.asked) == 2
    foreign.describe(node("renamed").info)
    await introduce(peer, nodes)
    assert len(things.asked) == 4


async def test_what_only_the_form_says_is_asked_for_again(
    peer: Peer, things: Things
) -> None:
    """A parameter that is not among the fields is as the form says, which is asked for whenever it is read."""
    foreign = node()
    await introduce(peer, [foreign])
    assert only_in_form(foreign)

    await introduce(peer, [foreign])

    assert len(things.asked) == 4


async def test_a_refusal_is_no_error(peer: Peer, things: Things) -> None:
    """Who refuses to say what can be done is shown as it is read."""
    things.answers = {
        "getForm": RemoteError("forbidden", "auth"),
        "getNodeCommands": RemoteError("forbidden", "auth"),
    }
    foreign = node()

    await introduce(peer, [foreign])

    assert foreign.form is None
    assert foreign.commands == ()
    assert foreign.introduced is foreign.info


async def test_who_does_not_answer_is_not_asked_for_all(
    peer: Peer,
    things: Things,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One answer that never comes is enough, and is said once."""
    monkeypatch.setattr(introduction, "AT_A_TIME", 1)
    things.answers = {"getForm": NoAnswer("Nothing.")}

    with caplog.at_level(logging.WARNING):
        await introduce(peer, [node("a"), node("b")])

    assert len(things.asked) == 1
    assert [record.getMessage() for record in caplog.records] == [
        f"{THING} does not say what can be done with its nodes"
    ]


async def test_without_a_session_nobody_is_asked(peer: Peer, things: Things) -> None:
    """That there is no session is for the visit to know."""
    things.answers = {"getForm": NotConnected("No.")}

    with pytest.raises(NotConnected):
        await introduce(peer, [node()])


@pytest.fixture
def device(things: Things) -> Peer:
    """Return a device by itself."""
    peers = Peers(things)
    return peer_of(peers, Acquaintance(THING, "", NF, False, False))


def test_a_concentrator_is_asked_as_it_is(things: Things) -> None:
    """Only devices are asked otherwise."""
    known = Acquaintance(THING, "House", NF, True, False)

    assert not isinstance(peer_of(Peers(things), known), DevicePeer)


@pytest.mark.parametrize("operation", [Operation.GET_ALL_NODES, Operation.GET_NODE])
async def test_a_device_has_one_node(device: Peer, operation: Operation) -> None:
    """Its only node is itself, called by its address where it says no name."""
    answer = await device.tree(TreeRequest(operation=operation, nodes=(DEVICE,)))

    assert isinstance(answer, Nodes)
    ((info),) = answer.nodes
    assert (info.ref, info.display_name) == (DEVICE, "thing@example.org")


async def test_a_device_has_nothing_of_a_concentrator(device: Peer) -> None:
    """It has no commands, no events of nodes, and nothing else."""
    commands = TreeRequest(operation=Operation.GET_NODE_COMMANDS, nodes=(DEVICE,))
    execute = TreeRequest(
        operation=Operation.EXECUTE_NODE_COMMAND, nodes=(DEVICE,), command="wink"
    )

    assert await device.tree(commands) == Commands(())
    with pytest.raises(RemoteError):
        await device.tree(execute)
    with pytest.raises(RemoteError):
        await device.follow_nodes(SourceSubscription(source="", kinds=frozenset()))


async def test_a_device_is_asked_without_a_node(device: Peer, things: Things) -> None:
    """No request to it names a node, and its data is of itself by whatever name."""
    things.answers["set"] = f"<resp xmlns='{NF.control}'/>"
    things.answers["req"] = lambda request: (
        f"<resp xmlns='{NF.sensor_data}' id='{request.get('id')}'><nd id='Device01'>"
        "<ts v='2026-11-21T06:00:00Z'><b n='Lamp' m='true' v='true'/></ts></nd></resp>"
    )

    await device.control_form(DEVICE)
    await device.control(
        ControlRequest(
            nodes=(DEVICE,), settings=(Setting("Lamp", ValueType.BOOLEAN, True),)
        )
    )
    read = [
        one.node
        async for readings in device.read(ReadRequest(id="", nodes=(DEVICE,)))
        for one in readings
    ]

    assert read == [DEVICE]
    assert not any("<nd" in text or ":nd " in text for text in things.asked)
