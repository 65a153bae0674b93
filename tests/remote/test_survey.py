"""What another concentrator has, in one answer or level by level."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import cast, override

import pytest

from custom_components.xmpp_iot.remote import inquiry, survey as module
from custom_components.xmpp_iot.remote.survey import describe, sources, survey
from custom_components.xmpp_iot.wire.errors import BadRequest, NoAnswer, RemoteError
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
from custom_components.xmpp_iot.wire.page import Page, Place
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
    refusals: list[Exception] = field(default_factory=list)
    """Of what it is asked next."""
    paged: tuple[NodeInfo, ...] = ()
    """What it has, in the order of its pages."""
    gone: set[str] = field(default_factory=set)
    """What one cannot go on after, for once."""
    pages: list[Page] = field(default_factory=list)
    places: bool = True
    """Whether its pages say where they are."""

    @property
    def peer(self) -> Peer:
        """It, as what it stands for."""
        return cast(Peer, self)

    async def tree(self, request: TreeRequest, *, timeout: float = 10) -> TreeAnswer:
        """Answer."""
        self.asked.append(request.operation)
        if self.refusals:
            raise self.refusals.pop(0)
        if request.page is not None:
            return self._page(request.page)
        if request.operation is Operation.GET_CHILD_NODES:
            return Nodes(self.children[request.nodes[0].id])
        answer = self.answers[request.operation]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _page(self, page: Page) -> Nodes:
        self.pages.append(page)
        if page.after in self.gone:
            self.gone.remove(page.after)
            raise RemoteError("item-not-found", "cancel")
        ids = [one.ref.id for one in self.paged]
        begin = ids.index(page.after) + 1 if page.after else 0
        nodes = self.paged[begin : begin + page.most]
        last = nodes[-1].ref.id if nodes else ""
        if not self.places:
            return Nodes(nodes, Place(last=last))
        return Nodes(nodes, Place(count=len(ids), index=begin, last=last))


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
    monkeypatch.setattr(inquiry, "MAX_NODES", 2)
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


async def test_a_tree_that_does_not_come_to_an_end_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However many answers come in time."""
    monkeypatch.setattr(module, "SURVEY_WITHIN", 0.01)
    house = Concentrator({})

    async def silent(*_: object, **__: object) -> TreeAnswer:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(house, "tree", silent)

    with pytest.raises(NoAnswer, match="end"):
        await survey(house.peer)


async def test_not_any_number_of_sources_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A concentrator has a few."""
    monkeypatch.setattr(module, "MAX_SOURCES", 0)
    house = Concentrator({Operation.GET_ALL_DATA_SOURCES: ONE})

    with pytest.raises(BadRequest, match="more than 0"):
        await survey(house.peer)


LIGHTS = tuple(described(f"light.l{number}") for number in range(5))
TOO_LARGE = RemoteError("resource-constraint", "wait")


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have pages of two nodes, and no pauses."""
    monkeypatch.setattr(inquiry, "PAGE", 2)
    monkeypatch.setattr(inquiry, "PAUSES", (0.0, 0.0, 0.0))


@pytest.mark.parametrize("places", [True, False])
@pytest.mark.usefixtures("hurry")
async def test_a_tree_that_is_too_large_for_one_answer_comes_in_pages(
    *, places: bool
) -> None:
    """Where the concentrator says that it can do that; the last page is one it says to be, or an empty one."""
    house = Concentrator(
        {Operation.GET_ALL_NODES: TOO_LARGE}, paged=LIGHTS, places=places
    )

    found = await survey(house.peer, ["entities"], in_pages=True)

    assert found == LIGHTS
    afters = ["", "light.l1", "light.l3", *(() if places else ("light.l4",))]
    assert [page.after for page in house.pages] == afters
    # (not all at once before: what is too large is as much work for who is asked)
    assert house.asked == [Operation.GET_ALL_NODES] * len(afters)


@pytest.mark.usefixtures("hurry")
async def test_a_list_is_begun_anew_where_it_cannot_go_on() -> None:
    """What was its last node has gone meanwhile; not without end, and not where there is nothing at all."""
    house = Concentrator(
        {Operation.GET_ALL_NODES: TOO_LARGE}, paged=LIGHTS, gone={"light.l1"}
    )

    assert await survey(house.peer, ["entities"], in_pages=True) == LIGHTS
    assert [page.after for page in house.pages[:3]] == ["", "light.l1", ""]

    class Forgetful(set[str]):
        """What is always gone."""

        @override
        def __contains__(self, one: object) -> bool:
            return one == "light.l1"

        @override
        def remove(self, _: str) -> None:
            """Keep it."""

    house.gone, house.pages = Forgetful(), []
    with pytest.raises(RemoteError, match="item-not-found"):
        await survey(house.peer, ["entities"], in_pages=True)
    assert len(house.pages) == 2 * inquiry.BEGINNINGS

    house.gone, house.pages = {""}, []
    with pytest.raises(RemoteError, match="item-not-found"):
        await survey(house.peer, ["entities"], in_pages=True)
    assert len(house.pages) == 1


@pytest.mark.usefixtures("hurry")
async def test_who_cannot_give_all_in_pages_is_walked() -> None:
    """There a level may come in pages."""
    house = Concentrator(
        {
            Operation.GET_ALL_NODES: RemoteError("feature-not-implemented", "cancel"),
            Operation.GET_ROOT_NODES: TOO_LARGE,
        },
        paged=LIGHTS,
    )
    house.refusals = [RemoteError("service-unavailable", "cancel")]

    assert await survey(house.peer, ["entities"], in_pages=True) == LIGHTS
    assert house.asked[:3] == [
        Operation.GET_ALL_NODES,
        *[Operation.GET_ROOT_NODES] * 2,
    ]


@pytest.mark.usefixtures("hurry")
async def test_pages_that_do_not_go_on_are_the_end() -> None:
    """And who answers with everything, whatever is asked, has answered."""
    house = Concentrator({Operation.GET_ALL_NODES: TOO_LARGE}, paged=LIGHTS)
    stuck = Place(count=99, index=0, last="light.l1")
    answers = [Nodes(LIGHTS[:2], stuck), Nodes(LIGHTS[:2], stuck)]
    house._page = lambda page: answers.pop(0)  # type: ignore[method-assign]
    assert await survey(house.peer, ["entities"], in_pages=True) == LIGHTS[:2]
    assert not answers

    house._page = lambda page: Nodes(LIGHTS)  # type: ignore[method-assign]
    assert await survey(house.peer, ["entities"], in_pages=True) == LIGHTS


@pytest.mark.usefixtures("hurry")
async def test_pages_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """As all trees are."""
    monkeypatch.setattr(inquiry, "MAX_NODES", 3)
    house = Concentrator({Operation.GET_ALL_NODES: TOO_LARGE}, paged=LIGHTS)

    with pytest.raises(BadRequest, match="more than 3"):
        await survey(house.peer, ["entities"], in_pages=True)


@pytest.mark.usefixtures("hurry")
@pytest.mark.parametrize("condition", ["resource-constraint", "policy-violation"])
async def test_what_is_refused_for_now_is_asked_again(condition: str) -> None:
    """A few times, and only what may be let through later."""
    for_now = RemoteError(condition, "wait")
    house = Concentrator(
        {Operation.GET_ALL_NODES: TOO_LARGE, Operation.GET_ROOT_NODES: Nodes((AREA,))},
        {"area:kitchen": (DEVICE,), "device:1": (LAMP,)},
    )
    house.refusals = [for_now] * 4
    assert len(await survey(house.peer, ["entities"])) == 3

    house.refusals = [for_now] * 5
    with pytest.raises(RemoteError):
        await survey(house.peer, ["entities"])

    house.refusals = [TOO_LARGE, RemoteError(condition, "cancel")]
    with pytest.raises(RemoteError):
        await survey(house.peer, ["entities"])
    assert not house.refusals


async def test_after_a_failure_nothing_more_is_asked() -> None:
    """What was under way is not waited for."""
    many = tuple(described(f"device:{number}") for number in range(30))
    house = Concentrator(
        {Operation.GET_ALL_NODES: TOO_LARGE, Operation.GET_ROOT_NODES: Nodes(many)}
    )
    asked = 0

    async def ask(request: TreeRequest, *, timeout: float = 10) -> TreeAnswer:
        nonlocal asked
        if request.operation is not Operation.GET_CHILD_NODES:
            return await Concentrator.tree(house, request)
        asked += 1
        await asyncio.sleep(0)
        raise RemoteError("forbidden", "auth")

    house.tree = ask  # type: ignore[method-assign]
    with pytest.raises(RemoteError, match="forbidden"):
        await survey(house.peer, ["entities"])

    assert asked <= 2 * inquiry.AT_A_TIME
    await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) == 1


async def test_no_more_is_asked_than_a_house_bears(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Some at once, and then so many a second."""
    monkeypatch.setattr(inquiry, "AT_ONCE", 5)
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    asking = inquiry.Inquiry(Concentrator({}).peer, in_pages=False)
    for _ in range(7):
        await asking._pace()

    assert len(slept) == 2
    assert 0 < slept[0] <= 1 / inquiry.A_SECOND < slept[1] <= 2 / inquiry.A_SECOND
