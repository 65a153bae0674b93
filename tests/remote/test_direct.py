"""Somebody is asked directly: what goes over there, and what comes of it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from custom_components.xmpp_iot.remote import direct, reports
from custom_components.xmpp_iot.remote.delivery import Stamp
from custom_components.xmpp_iot.remote.direct import Place, reach, read
from custom_components.xmpp_iot.remote.errors import NotSent
from custom_components.xmpp_iot.remote.neighbourhood import Neighbourhood
from custom_components.xmpp_iot.wire.control import Affected
from custom_components.xmpp_iot.wire.errors import (
    FeatureNotImplemented,
    NoAnswer,
    NotConnected,
    RemoteError,
    ResourceConstraint,
)
from custom_components.xmpp_iot.wire.form_model import Form, FormField, FormFieldType
from custom_components.xmpp_iot.wire.model import (
    CommandType,
    Field,
    NodeRef,
    Operation,
    ReadRequest,
    Setting,
    ValueType,
)
from custom_components.xmpp_iot.wire.order_token import ORDER
from custom_components.xmpp_iot.wire.peer import Peer
from custom_components.xmpp_iot.wire.report import ReportItem, Title
from homeassistant.exceptions import ServiceValidationError

from .asked import FULL, Line, Somebody, reading

NODE = NodeRef("pump", "entities")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def place(somebody: Somebody, node_type: str = "") -> Place:
    """Return a node of somebody."""
    return Place(somebody.peer, NODE, node_type)


async def control(place: Place, parameters: dict[str, Any]) -> tuple[str, ...]:
    """Set control parameters."""
    return await (await direct.control(place, parameters, Stamp.new())).give()


async def execute(
    place: Place, command: str, data: dict[str, Any]
) -> Sequence[ReportItem] | None:
    """Have a command carried out."""
    return await (await direct.execute(place, command, data, Stamp.new())).give()


async def test_the_first_who_speaks_our_protocols_is_asked() -> None:
    """Somebody may be online with a telephone, too."""
    line = Line(Somebody())

    assert await reach(line.neighbourhood, [FULL, "x"]) is line.somebody.peer
    assert line.asked == [FULL]


async def reached(line: Line, *jids: str, **how: bool) -> str:
    """Return the resource that is asked."""
    found: list[str] = []

    def peer(jid: str, _: object) -> Peer:
        found.append(jid)
        return line.somebody.peer

    neighbourhood = SimpleNamespace(session=line, peers=SimpleNamespace(peer=peer))
    made = await reach(cast(Neighbourhood, neighbourhood), jids, **how)
    return found[0] if found else made.jid


async def test_a_node_is_looked_for_behind_a_concentrator() -> None:
    """A device that is online at the same address would take it for itself."""
    device = ("urn:nf:iot:sd:1.0",)
    asleep = {"asleep": NoAnswer("It sleeps.")}
    line = Line(Somebody(), refusals=asleep, of={"meter": device, "chat": ()})

    clients = ("chat", "meter", "asleep", "chat", FULL)
    assert await reached(line, *clients, has_nodes=True) == FULL
    assert await reached(line, FULL, "meter", has_nodes=True) == FULL
    assert await reached(line, *clients) == "meter"
    assert await reached(line, "meter", "asleep", has_nodes=True) == "meter"


async def test_a_resource_that_does_not_say_what_it_is_hides_no_other() -> None:
    """A telephone may be asleep, or refuse to say."""
    line = Line(Somebody(), refusals={"x": NoAnswer("It sleeps.")})

    assert await reach(line.neighbourhood, ["x", FULL]) is line.somebody.peer
    with pytest.raises(NoAnswer, match="sleeps"):
        await reach(line.neighbourhood, ["x"])


async def test_nobody_who_speaks_our_protocols() -> None:
    """Is another thing than nobody at all."""
    line = Line(Somebody(), features=("urn:xmpp:ping",))

    with pytest.raises(FeatureNotImplemented, match="none of the IoT protocols"):
        await reach(line.neighbourhood, [FULL, "x"])
    assert line.asked == [FULL, "x"]
    with pytest.raises(NotConnected, match="Nobody is online"):
        await reach(line.neighbourhood, ())


async def test_all_that_is_read_is_returned() -> None:
    """However it comes."""
    field = Field(name="state", type=ValueType.INT, value=1)
    said = [reading("a", NOW, field), reading("b", NOW, error="Unplugged.")]
    somebody = Somebody(readings=lambda _: said)

    assert await read(somebody.peer, ReadRequest(id="")) == said


async def test_more_than_fits_into_an_answer_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And whoever tells it is told to stop."""
    monkeypatch.setattr(direct, "MOST_FIELDS", 3)
    field = Field(name="state", type=ValueType.INT, value=1)
    somebody = Somebody(readings=lambda _: [reading("a", NOW, field)] * 3)

    with pytest.raises(ResourceConstraint, match="fewer fields"):
        await read(somebody.peer, ReadRequest(id=""))
    assert somebody.left == 1


async def test_parameters_have_the_types_of_the_form() -> None:
    """And all that were given are set, if nothing else is said."""
    field = FormField(var="level", datatype="xs:double")
    somebody = Somebody(form=Form("", (field,)))

    assert await control(place(somebody), {"level": 7}) == ("level",)

    (request,) = somebody.controls
    assert request.nodes == (NODE,)
    assert request.settings == (Setting("level", ValueType.DOUBLE, 7),)


async def test_who_has_no_form_is_given_values_as_they_come() -> None:
    """What it says that it has set is the answer."""
    somebody = Somebody(affected=Affected(parameters=("level",)))

    assert await control(place(somebody), {"level": 7, "other": 1}) == ("level",)
    assert somebody.controls[0].settings[0] == Setting("level", ValueType.INT, 7)


async def test_what_a_home_assistant_is_to_set_expires() -> None:
    """And has a token: the stamp of the order."""
    somebody = Somebody()
    light = place(somebody, "homeassistant.light")

    assert await control(light, {"on": True}) == ("on",)

    expires, token = somebody.controls[0].settings[1:]
    assert token.name == ORDER
    assert (expires.name, expires.type) == ("expires", ValueType.DATE_TIME)


@pytest.mark.parametrize("name", ["expires", ORDER])
async def test_nobody_stamps_an_order_but_who_brings_it(name: str) -> None:
    """Else it could be done later than is thought here, or taken for another one."""
    somebody = Somebody(commands={"turn_on": CommandType.PARAMETERIZED})
    light = place(somebody, "homeassistant.light")

    for asked in (
        control(light, {"on": True, name: "x"}),
        execute(light, "turn_on", {name: "x"}),
    ):
        with pytest.raises(ServiceValidationError) as refused:
            await asked
        assert refused.value.translation_key == "stamped_parameter"
    assert not somebody.controls
    assert not somebody.executed


async def test_elsewhere_these_names_mean_what_they_mean() -> None:
    """Nothing is stamped there."""
    somebody = Somebody(forms=a_form(FormField(var="expires")))

    await control(place(somebody), {ORDER: "x"})
    await execute(place(somebody), "start", {"expires": NOW})

    assert somebody.controls[0].settings == (Setting(ORDER, ValueType.STRING, "x"),)
    assert somebody.executed[0].form == {"expires": ("2026-11-21T12:00:00Z",)}


async def test_a_refusal_is_raised() -> None:
    """Of setting as of commanding."""
    somebody = Somebody(refusal=RemoteError("forbidden", "auth", "Not you."))

    for asked in (
        control(place(somebody), {"level": 7}),
        execute(place(somebody), "start", {}),
    ):
        with pytest.raises(RemoteError, match="Not you"):
            await asked


async def test_a_simple_command_has_no_form() -> None:
    """Even where there would be one, nobody is asked for it."""
    somebody = Somebody(commands={"start": CommandType.SIMPLE})

    assert await execute(place(somebody), "start", {}) is None

    (request,) = somebody.executed
    assert request.operation is Operation.EXECUTE_NODE_COMMAND
    assert (request.command, request.nodes) == ("start", (NODE,))
    assert request.form is None


async def test_a_command_of_a_home_assistant_expires() -> None:
    """Ten seconds later it is not to be begun any more."""
    somebody = Somebody(commands={"turn_on": CommandType.PARAMETERIZED})
    light = place(somebody, "homeassistant.light")

    await execute(light, "turn_on", {"brightness": 7})

    (form,) = (request.form for request in somebody.executed)
    assert form is not None
    assert form.keys() == {"expires", ORDER, "brightness"}
    assert form["brightness"] == ("7",)


def a_form(*more: FormField) -> dict[str, Form]:
    """Return the forms of somebody's commands."""
    return {"start": Form("", (FormField(var="speed"), *more))}


async def test_a_command_elsewhere_expires_where_its_form_says_so() -> None:
    """Whoever does not know the field would refuse it."""
    known = Somebody(
        commands={"start": CommandType.PARAMETERIZED},
        forms=a_form(FormField(var="expires")),
    )
    unknown = Somebody(commands={"start": CommandType.PARAMETERIZED}, forms=a_form())

    for somebody in (known, unknown):
        await execute(place(somebody), "start", {"speed": 7})

    assert known.executed[0].form is not None
    assert known.executed[0].form.keys() == {"speed", "expires"}
    assert unknown.executed[0].form == {"speed": ("7",)}


async def test_what_is_hidden_in_a_form_goes_back() -> None:
    """And so does what must be said and is said already; other values are proposals only."""
    somebody = Somebody(
        commands={"start": CommandType.PARAMETERIZED},
        forms=a_form(
            FormField(var="token", type=FormFieldType.HIDDEN, values=("x",)),
            FormField(var="mode", required=True, values=("eco",)),
            FormField(var="level", required=True, values=("1",)),
            FormField(var="colour", values=("red",)),
        ),
    )

    await execute(place(somebody), "start", {"level": 7})

    assert somebody.executed[0].form == {
        "token": ("x",),
        "mode": ("eco",),
        "level": ("7",),
    }


@pytest.mark.parametrize("commands", [None, {}])
async def test_a_command_that_is_not_listed_is_tried(
    commands: dict[str, CommandType] | None,
) -> None:
    """With its form if it has one, else with what was given."""
    formless = Somebody(commands=commands)
    formed = Somebody(commands=commands, forms=a_form())

    await execute(place(formless), "start", {})
    await execute(place(formless), "start", {"speed": 7})
    await execute(place(formed), "start", {})

    assert [one.form for one in formless.executed] == [None, {"speed": ("7",)}]
    assert [one.form for one in formed.executed] == [{}]


async def test_a_query_is_answered_by_its_report() -> None:
    """Bit by bit, until it is done."""
    somebody = Somebody(
        commands={"log": CommandType.QUERY}, report=[Title("Log"), Title("Again")]
    )

    report = await execute(place(somebody), "log", {"days": 3})

    assert report == [Title("Log"), Title("Again")]
    assert somebody.executed[0].form == {"days": ("3",)}
    assert somebody.left == 0


async def test_a_report_without_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever makes it is told to stop."""
    monkeypatch.setattr(reports, "MOST_MEMORY", 1)
    somebody = Somebody(commands={"log": CommandType.QUERY}, report=[Title("Log")] * 3)

    with pytest.raises(ResourceConstraint):
        await execute(place(somebody), "log", {})
    assert somebody.left == 1


async def test_silence_is_no_missing_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who does not answer is not asked on and on, and nothing was sent."""
    somebody = Somebody()

    async def silent(_: object) -> None:
        raise NoAnswer("Silence.")

    async def form(_: object) -> Form:
        raise NoAnswer("Silence.")

    monkeypatch.setattr(somebody, "tree", silent)
    monkeypatch.setattr(somebody, "control_form", form)

    for asked in (
        execute(place(somebody), "start", {}),
        control(place(somebody), {"level": 7}),
    ):
        with pytest.raises(NotSent) as refused:
            await asked
        assert refused.value.key == "order_not_sent"
