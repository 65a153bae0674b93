"""The gate is one function, and nothing of a contact gets past it: the code itself is read.

What does something to an entity, or knows its past or its picture, is a door. A door is reached where the
table says and nowhere else: behind a question to the gate in the same function, or in a function that is a
door itself. So whoever adds a way in has to say here how it asks.
"""

from collections.abc import Mapping
from typing import Final

import pytest

from .reaching import Code, Place, Reach

OWN: Final = "the house's own"
"""Not at the wish of a contact: for the owner, or about entities that this component makes."""

QUERY: Final = "self._guard.entity(caller, node, Level.COMMAND)"

type Door = str  # as reaching.py names things; 'MODULE:NAME' in one module only
type Way = str  # a question to the gate, a door, or OWN

DOORS: Final[Mapping[Door, Mapping[Place, Way]]] = {
    # Actions of Home Assistant
    ".async_call": {
        ("concentrator/actions.py", "Actions.perform"): "self.check(act)",
        ("contacts/owner.py", "Owner._call"): OWN,
    },
    # Nobody calls an entity itself; a script is read for what it would do.
    ".get_entity": {("contacts/steps.py", "_sequence"): OWN},
    ".async_set": {("contacts/grants.py", "Grants._async_index"): OWN},  # a clock
    # What is in the registries
    ".async_update_entity": {
        ("concentrator/editable.py", "EditableEntity.change"): "edited.change",
        ("remote/registry.py", "Registered.move"): OWN,
    },
    ".async_update_device": {
        ("concentrator/editable.py", "EditableDevice.change"): "edited.change",
        ("contacts/record_entities.py", "RecordEntities._rename"): OWN,
    },
    ".async_update_child_device": {
        ("concentrator/editable.py", "EditableDevice.change"): "edited.change",
    },
    "edited.change": {
        ("concentrator/editing.py", "Editing._change"): (
            "concentrator/editing.py:self._change"
        ),
    },
    "concentrator/editing.py:self._change": {
        ("concentrator/editing.py", "Editing._set"): "self._editable(caller, node)",
    },
    "editable": {("concentrator/editing.py", "Editing._editable"): OWN},  # it asks
    ".async_get_or_create": {
        ("remote/registry.py", "Registered.move"): OWN,
        ("remote/registry.py", "Registered.show_house"): OWN,
        ("remote/registry.py", "Registered.update"): OWN,
    },
    ".async_remove_device": {
        ("remote/registry.py", "Registered._drop_if_empty"): OWN,
        ("remote/registry.py", "Registered.forget_house"): OWN,
    },
    ".async_update_area": {},
    # Pictures
    ".async_get_image": {
        ("concentrator/pictures.py", "Pictures._take"): (
            "concentrator/pictures.py:self._take"
        ),
    },
    "concentrator/pictures.py:self._take": {
        ("concentrator/pictures.py", "Pictures.run"): "_pictures.run",
    },
    "_pictures.run": {("concentrator/offers.py", "Offers.run"): "_offers.run"},
    # The past
    "get_instance": {
        ("concentrator/recorded.py", "keeps"): OWN,  # says whether it is kept
        ("concentrator/recorded.py", "ask"): "ask",
        ("concentrator/recorded.py", "states_page"): "states_page",
        ("concentrator/logbook_report.py", "LogbookPages.__init__"): "LogbookPages",
        ("remote/hours.py", "import_hours"): OWN,
    },
    "ask": {
        ("concentrator/history.py", "StateSeries.page"): "StateSeries",
        ("concentrator/logbook_report.py", "LogbookPages.page"): "LogbookPages",
        ("concentrator/statistics.py", "StatisticSeries.page"): "StatisticSeries",
        ("concentrator/statistics.py", "statistic_of"): OWN,  # whether there are any
        ("remote/directory.py", "concentrators"): OWN,  # (others of that name)
        ("remote/introduction.py", "introduce"): OWN,
        ("remote/refresh.py", "Refresh.__init__"): OWN,
        ("wire/gate.py", "Gate.__init__"): OWN,
    },
    "states_page": {("concentrator/history.py", "StateSeries.page"): "StateSeries"},
    "session_scope": {
        ("concentrator/recorded.py", "states_page"): "states_page",
        ("concentrator/statistics.py", "_statistic"): OWN,  # whether there are any
    },
    "statistics_during_period": {
        ("concentrator/statistics.py", "StatisticSeries.page"): "StatisticSeries",
    },
    "EventProcessor": {
        ("concentrator/logbook_report.py", "LogbookPages._read"): "LogbookPages",
    },
    "LogbookPages": {
        ("concentrator/logbook_report.py", "LogbookReport._rows"): (
            "concentrator/logbook_report.py:self._rows"
        ),
    },
    "concentrator/logbook_report.py:self._rows": {
        ("concentrator/logbook_report.py", "LogbookReport.report"): "query.report",
    },
    "concentrator/history_report.py:self._rows": {
        ("concentrator/history_report.py", "HistoryReport.report"): "query.report",
    },
    "query.report": {
        ("concentrator/history_queries.py", "HistoryQueries.run"): "_past.run",
    },
    "StateSeries": {
        ("concentrator/history.py", "History._series"): (
            "concentrator/history.py:self._series"
        ),
    },
    "StatisticSeries": {
        ("concentrator/history.py", "History._series"): (
            "concentrator/history.py:self._series"
        ),
    },
    "concentrator/history.py:self._series": {
        ("concentrator/history.py", "History.readings"): "_history.readings",
    },
    "_history.readings": {
        ("concentrator/history_report.py", "HistoryReport._rows"): (
            "concentrator/history_report.py:self._rows"
        ),
        ("concentrator/reading.py", "Reader._past"): (
            "self._guard.visible(caller, nodes)"
        ),
    },
    "_past.run": {("concentrator/offers.py", "Offers.run"): "_offers.run"},
    "_offers.run": {("concentrator/queries.py", "Queries._parts"): QUERY},
}
"""Where each is reached, and how it is asked there."""

DECIDING: Final = frozenset(
    {
        ("concentrator/actions.py", "Actions.decide"),
        ("concentrator/actions.py", "Actions.note"),  # by which grant it was
        ("concentrator/guard.py", "Guard.demand"),
        ("concentrator/guard.py", "Guard.offers"),
        ("concentrator/guard.py", "Guard.permits.permits"),
        ("contacts/consent.py", "Consent._decide"),
    }
)
"""Who asks the gate."""

QUESTIONS: Final[Mapping[Place, str]] = {
    ("concentrator/actions.py", "Actions.check"): "require",
    ("concentrator/editing.py", "Editing._editable"): "self._guard.permits",
    ("concentrator/guard.py", "Guard.demand"): "require",
    ("concentrator/guard.py", "Guard.entity"): "self.demand",
}
"""What is called by what counts as a question, and refuses."""


@pytest.fixture(scope="module")
def code() -> Code:
    """Return the component's code."""
    return Code.of_component()


def reached(code: Code, door: Door) -> list[Reach]:
    """Return where a door is reached."""
    within, _, name = door.rpartition(":")
    return list(code.reaching(name, within))


def leads_to(door: Door, place: Place) -> bool:
    """Return whether a door is that function, or the class it is in."""
    return door.rpartition(":")[2].rpartition(".")[2] in place[1].split(".")


@pytest.mark.parametrize("door", DOORS)
def test_a_door_is_reached_only_by_the_table(code: Code, door: Door) -> None:
    """Whoever reaches it is in the table, and whoever is in the table reaches it."""
    assert {reach.place for reach in reached(code, door)} == DOORS[door].keys()


@pytest.mark.parametrize("door", DOORS)
def test_the_gate_is_asked_before(code: Code, door: Door) -> None:
    """In the same function on every way to it, or by all who reach that function, which is a door."""
    for reach in reached(code, door):
        way = DOORS[door][reach.place]
        if way in DOORS:
            assert leads_to(way, reach.place)
        elif way != OWN:
            assert code.asks_before(reach, way), (reach.place, way)


def test_only_the_gate_decides(code: Code) -> None:
    """No other function makes a decision, and few ask for one."""
    assert {reach.place for reach in code.calling("Decision")} == {
        ("contacts/grants.py", "Grants.decide")
    }
    assert {reach.place for reach in code.reaching("_grants.decide")} == DECIDING


def test_an_action_is_begun_by_what_was_decided_last(code: Code) -> None:
    """Between the gate and the action nothing is waited for, but for the use that is counted."""
    (reach,) = (
        one for one in code.reaching(".async_call") if one.place[1] == "Actions.perform"
    )
    holds = "self._grants.holds(act.contact.jid, act.entity_id, decision)"
    assert code.asks_before(reach, "self.check(act)")
    assert code.asks_before(reach, holds)
    assert code.waits_between(reach, "self.check(act)") == [
        "self._grants.spend(act.contact.jid, decision)"
    ]
    assert code.waits_between(reach, holds) == []


@pytest.mark.parametrize("place", QUESTIONS, ids=lambda place: place[1])
def test_a_question_refuses(code: Code, place: Place) -> None:
    """What the table takes for a question leads to the gate itself."""
    assert place in {one.place for one in code.calling(QUESTIONS[place])}


CALL = "self.hass.services.async_call('light', 'turn_on')"


def found(body: str) -> tuple[list[Place], bool]:
    """Return where a function of this body calls an action, and whether `ask(who)` always comes before."""
    lines = "\n        ".join(body.splitlines())
    code = Code(
        {"bad.py": f"class Bad:\n    async def do(self, who):\n        {lines}"}
    )
    reaches = list(code.reaching(".async_call"))
    return [one.place for one in reaches], all(
        code.asks_before(one, "ask(who)") for one in reaches
    )


@pytest.mark.parametrize(
    "body",
    [
        CALL,
        f"{CALL}\nask(who)",
        f"ask(None)\n{CALL}",
        f"if who:\n    ask(who)\n{CALL}",
        f"who and ask(who)\n{CALL}",
        f"later = lambda: ask(who)\n{CALL}",
        f"[ask(who) for _ in who]\n{CALL}",
        f"for _ in who:\n    ask(who)\n{CALL}",
        f"try:\n    ask(who)\nexcept ValueError:\n    pass\n{CALL}",
        f"ask(who)\ndef later():\n    {CALL}",
        f"def before():\n    ask(who)\n{CALL}",
        f"if ask(None):\n    pass\nelse:\n    {CALL}",
        "call = self.hass.services.async_call\nawait call('light', 'turn_on')",
        "await getattr(self.hass.services, 'async_call')('light', 'turn_on')",
    ],
)
def test_what_is_not_asked_is_found(body: str) -> None:
    """A call with no question before it, or one that may be left out, is seen, however it is written."""
    assert found(body) == ([("bad.py", "Bad.do")], False) or found(body) == (
        [("bad.py", "Bad.do.later")],
        False,
    )


@pytest.mark.parametrize(
    "body",
    [
        f"ask(who)\n{CALL}",
        f"it = ask(who)\nif it:\n    {CALL}",
        f"for one in ask(who):\n    {CALL}",
        f"async with ask(who):\n    {CALL}",
        f"with x:\n    ask(who)\n    {CALL}",
        f"with x:\n    ask(who)\n{CALL}",
        f"try:\n    ask(who)\nfinally:\n    pass\n{CALL}",
        f"if not ask(who):\n    return\n{CALL}",
    ],
)
def test_what_is_asked_is_let_be(body: str) -> None:
    """A question that always comes before is enough."""
    assert found(body) == ([("bad.py", "Bad.do")], True)


def test_a_name_given_away_is_found() -> None:
    """Who imports a door under another name is seen."""
    code = Code({"bad.py": "from .recorded import ask as tell\ntell()"})
    assert [one.place for one in code.reaching("ask")] == [("bad.py", "")]


def test_a_wait_after_the_question_is_found() -> None:
    """What is awaited between the question and the call is told."""
    body = f"ask(who)\nawait rest()\nawait {CALL}"
    code = Code({"bad.py": "async def do(who):\n    " + body.replace("\n", "\n    ")})
    (reach,) = code.reaching(".async_call")
    assert code.waits_between(reach, "ask(who)") == ["rest()"]
