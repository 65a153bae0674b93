"""What another concentrator has, in one answer or level by level."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import cast

import pytest

from custom_components.xmpp_iot.remote import survey as module
from custom_components.xmpp_iot.remote.survey import describe, sources, survey
from custom_components.xmpp_iot.wire.errors import BadRequest, RemoteError
from custom_components.xmpp_iot.wire.model import (
    DataSource,
    DataSources,
    Done,
    NodeInfo,
    NodeRef,
    Nodes,
    Operation,
    TreeAnswer,
    TreeRequest,
)
from custom_components.xmpp_iot.wire.peer import Peer

from .far import described, ref

AREA = described("area:kitchen")
DEVICE = described("device:1", parent="area:kitchen")
LAMP = described("light.lamp", parent="device:1")
FAN = described("fan.fan", parent="area:gone")


@dataclass
class Concentrator:
    """A peer that answers what it is told to."""

    answers: Mapping[Operation, TreeAnswer | Exception]
    children: Mapping[str, tuple[NodeInfo, ...]] = field(default_factory=dict)
    asked: list[Operation] = field(default_factory=list)

    @property
    def peer(self) -> Peer:
        """It, as what it stands for."""
        return cast(Peer, self)

    async def tree(self, request: TreeRequest, *, timeout: float = 10) -> TreeAnswer:
        """Answer."""
        self.asked.append(request.operation)
        if request.operation is Operation.GET_CHILD_NODES:
            return Nodes(self.children[request.nodes[0].id])
        answer = self.answers[request.operation]
        if isinstance(answer, Exception):
            raise answer
        return answer


ONE = DataSources((DataSource(id="entities", name="Entities"),))


async def test_all_nodes_come_in_one_answer_with_parents_first() -> None:
    """One whose parent is not shown is a root; what says no source is of the one that was asked."""
    unsaid = replace(LAMP, ref=NodeRef("light.lamp"))
    house = Concentrator(
        {
            Operation.GET_ALL_DATA_SOURCES: ONE,
            Operation.GET_ALL_NODES: Nodes((unsaid, DEVICE, AREA, FAN)),
        }
    )

    found = await survey(house.peer)

    assert [one.ref for one in found] == [
        ref("area:kitchen"),
        ref("fan.fan"),
        ref("device:1"),
        ref("light.lamp"),
    ]


async def test_a_tree_that_is_too_large_for_one_answer_is_walked() -> None:
    """Level by level, and only where there is something below."""
    house = Concentrator(
        {
            Operation.GET_ALL_NODES: RemoteError("resource-constraint", "wait"),
            Operation.GET_ROOT_NODES: Nodes((AREA,)),
        },
        {"area:kitchen": (DEVICE,), "device:1": (LAMP,)},
    )

    found = await survey(house.peer, ["entities"])

    assert [one.ref.id for one in found] == ["area:kitchen", "device:1", "light.lamp"]
    assert house.asked.count(Operation.GET_CHILD_NODES) == 2


async def test_a_refusal_is_a_refusal() -> None:
    """It is not gone around."""
    house = Concentrator({Operation.GET_ALL_NODES: RemoteError("forbidden", "auth")})

    with pytest.raises(RemoteError):
        await survey(house.peer, ["entities"])


async def test_what_is_no_answer_is_none() -> None:
    """Neither to the question for sources, nor to that for nodes."""
    house = Concentrator(
        {Operation.GET_ALL_DATA_SOURCES: Done(), Operation.GET_ALL_NODES: Done()}
    )

    with pytest.raises(BadRequest, match="data sources"):
        await sources(house.peer)
    with pytest.raises(BadRequest, match="nodes"):
        await survey(house.peer, ["entities"])


@pytest.mark.parametrize(
    "all_nodes",
    [Nodes((AREA, DEVICE, LAMP)), RemoteError("feature-not-implemented", "cancel")],
)
async def test_a_tree_without_end_is_refused(
    monkeypatch: pytest.MonkeyPatch, all_nodes: TreeAnswer | Exception
) -> None:
    """However it comes."""
    monkeypatch.setattr(module, "MAX_NODES", 2)
    house = Concentrator(
        {
            Operation.GET_ALL_NODES: all_nodes,
            Operation.GET_ROOT_NODES: Nodes((AREA,)),
        },
        {"area:kitchen": (DEVICE, AREA)},
    )

    with pytest.raises(BadRequest, match="more than 2"):
        await survey(house.peer, ["entities"])


async def test_one_node_is_described() -> None:
    """As it is now."""
    house = Concentrator({Operation.GET_NODE: Nodes((LAMP,))})

    assert await describe(house.peer, LAMP.ref) == LAMP
