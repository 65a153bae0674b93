"""Provisioning on the wire: questions, rulings and pushes, in both dialects."""

from hypothesis import given, strategies as st
import pytest

from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.errors import BadRequest, ResourceConstraint
from custom_components.xmpp_iot.wire.model import HISTORICAL, Category, NodeRef
from custom_components.xmpp_iot.wire.provisioning import (
    FEATURES,
    MAX_NAMES,
    decode_clear,
    decode_friend,
    decode_question,
    decode_rule,
    decode_ruling,
    encode_clear,
    encode_cleared,
    encode_question,
    encode_ruling,
    rule_tags,
)
from custom_components.xmpp_iot.wire.provisioning_model import (
    DENIED,
    PRESENT,
    Matter,
    Question,
    Range,
    Rule,
    Ruling,
    Token,
    narrowed,
)
from custom_components.xmpp_iot.wire.xml import element, from_text, to_text

from .schemas import assert_valid

NF, _, _, XSF = FAMILIES
BOB = "bob@example.net"
HALL = NodeRef("sensor.hall", "entities")
DESK = NodeRef("light.desk", "entities", "up")
MOMENTARY = frozenset({Category.MOMENTARY})
READ = Question(
    matter=Matter.READ,
    jid=BOB,
    nodes=(HALL, DESK),
    names=frozenset({"Temperature", "Humidity"}),
    categories=frozenset({Category.MOMENTARY, Category.IDENTITY}),
    tokens=((Token.SERVICE, "s1 s2"), (Token.DEVICE, "d"), (Token.USER, "u")),
)
CONTROL = Question(
    matter=Matter.CONTROL, jid=BOB, nodes=(DESK,), names=frozenset({"Lamp"})
)
FRIEND = Question(matter=Matter.FRIEND, jid=BOB)

each_dialect = pytest.mark.parametrize("dialect", FAMILIES, ids=lambda one: one.name)
each_question = pytest.mark.parametrize(
    "question", [FRIEND, READ, CONTROL], ids=lambda one: one.matter
)


def checked(dialect: Dialect, *texts: str) -> None:
    """Check against the schemas, which the two published families have."""
    if dialect.name in {"nfi", "xsf"}:
        assert_valid(*texts)


@each_dialect
@each_question
def test_a_question_comes_as_it_went(question: Question, dialect: Dialect) -> None:
    """Whatever it is about, and as the schemas want it."""
    payload = encode_question(question, dialect)
    text = to_text(payload)
    assert decode_question(from_text(text), dialect) == question
    checked(dialect, text)


@each_dialect
@each_question
def test_a_ruling_comes_as_it_went(question: Question, dialect: Dialect) -> None:
    """A no, a whole yes, and a yes to some of it."""
    some = {
        Matter.FRIEND: Ruling(allowed=True),
        Matter.READ: Ruling(
            allowed=True,
            nodes=(HALL,),
            names=frozenset({"Humidity"}),
            categories=MOMENTARY,
        ),
        Matter.CONTROL: Ruling(allowed=True, nodes=(DESK,), names=frozenset({"Lamp"})),
    }[question.matter]
    for ruling in (DENIED, Ruling(allowed=True), some):
        text = to_text(encode_ruling(question, ruling, dialect))
        came = decode_ruling(from_text(text), question, dialect)
        assert narrowed(question, came) == narrowed(question, ruling)
        checked(dialect, text)


def test_questions_are_spelled_as_the_specifications_have_them() -> None:
    """Short in one dialect, long in the other."""
    assert to_text(encode_question(CONTROL, NF)) == (
        '<canControl xmlns="urn:nf:iot:prov:d:1.0" jid="bob@example.net">'
        '<nd id="light.desk" src="entities" pt="up"/><p n="Lamp"/></canControl>'
    )
    assert to_text(encode_question(CONTROL, XSF)) == (
        '<canControl xmlns="urn:xmpp:iot:provisioning" jid="bob@example.net">'
        '<node nodeId="light.desk" sourceId="entities" cacheType="up"/>'
        '<parameter name="Lamp"/></canControl>'
    )


def test_a_question_without_categories_is_about_the_present() -> None:
    """It says so: the deployed implementation takes none for nothing."""
    asked = Question(matter=Matter.READ, jid=BOB)
    assert decode_question(encode_question(asked, NF), NF).categories == PRESENT


def test_parameters_of_the_deployed_implementation_are_read() -> None:
    """It spells them as the other dialect does."""
    answer = from_text(
        f"<canControlResponse xmlns='{NF.provisioning}' jid='{BOB}' result='true'>"
        "<parameter name='Lamp'/></canControlResponse>"
    )
    assert decode_ruling(answer, CONTROL, NF).names == frozenset({"Lamp"})


@each_dialect
@pytest.mark.parametrize(
    "ruling",
    [
        Ruling(allowed=True, nodes=()),
        Ruling(allowed=True, names=frozenset()),
        Ruling(allowed=True, categories=frozenset()),
    ],
    ids=["nodes", "names", "categories"],
)
def test_a_yes_to_nothing_is_a_no(ruling: Ruling, dialect: Dialect) -> None:
    """An absent list would else mean all."""
    answer = encode_ruling(READ, ruling, dialect)
    assert answer.get("result") == "false"
    assert not decode_ruling(answer, READ, dialect).allowed


@each_dialect
def test_a_yes_without_category_reads_nothing(dialect: Dialect) -> None:
    """The deployed implementation takes it so: the safe side."""
    answer = element(
        f"{{{dialect.provisioning}}}canReadResponse", {"jid": BOB, "result": "true"}
    )
    assert narrowed(READ, decode_ruling(answer, READ, dialect)) is None


@each_dialect
@pytest.mark.parametrize(
    "answer",
    [
        None,
        "<canRead xmlns='{0}' jid='bob@example.net' result='true'/>",
        "<canControlResponse xmlns='{0}' jid='bob@example.net' result='true'/>",
        "<canReadResponse xmlns='{0}' jid='eve@example.net' result='true' all='true'/>",
        "<canReadResponse xmlns='{0}' jid='bob@example.net' all='true'/>",
        "<canReadResponse xmlns='{0}' jid='bob@example.net' result='maybe'/>",
        "<canReadResponse xmlns='{0}' jid='' result='true'/>",
        "<canReadResponse xmlns='{0}' jid='@' result='true'/>",
    ],
)
def test_what_is_no_answer_to_the_question_is_refused(
    answer: str | None, dialect: Dialect
) -> None:
    """Another's, another matter's, or half of one."""
    said = None if answer is None else from_text(answer.format(dialect.provisioning))
    with pytest.raises(BadRequest):
        decode_ruling(said, READ, dialect)


@each_dialect
def test_what_is_no_question_is_refused(dialect: Dialect) -> None:
    """Without a JID, or about something else."""
    for text in ("<canRead xmlns='{0}'/>", "<canFly xmlns='{0}' jid='a@b'/>"):
        with pytest.raises(BadRequest):
            decode_question(from_text(text.format(dialect.provisioning)), dialect)


@each_dialect
def test_names_are_bounded(dialect: Dialect) -> None:
    """A question about more is refused."""
    many = Question(
        matter=Matter.READ,
        jid=BOB,
        names=frozenset(map(str, range(MAX_NAMES + 1))),
    )
    with pytest.raises(ResourceConstraint):
        decode_question(encode_question(many, dialect), dialect)


@each_dialect
def test_a_cache_is_cleared_for_all_or_for_a_node(dialect: Dialect) -> None:
    """And it is confirmed as the dialect wants it."""
    payload = encode_clear(dialect)
    assert decode_clear(payload, dialect) is None
    payload.set(dialect.node_id, "sensor.hall")
    payload.set(dialect.source, "entities")
    assert decode_clear(payload, dialect) == HALL
    checked(dialect, to_text(encode_clear(dialect)))
    if (confirmed := encode_cleared(dialect)) is not None:
        assert dialect is XSF
        checked(dialect, to_text(confirmed))


@each_dialect
def test_friends_are_proposed_and_revoked(dialect: Dialect) -> None:
    """By their bare JIDs."""
    for name in ("friend", "unfriend"):
        text = f"<{name} xmlns='{dialect.provisioning}' jid='bob@example.net/phone'/>"
        checked(dialect, text)
        assert decode_friend(from_text(text)) == BOB


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (
            (
                "<isFriendRule xmlns='{0}' jid='home@example.org' key='k'"
                " remoteJid='bob@example.net' result='false'/>"
            ),
            Rule(
                matter=Matter.FRIEND,
                device="home@example.org",
                remote=BOB,
                allowed=False,
                range=Range.CALLER,
            ),
        ),
        (
            (
                "<canReadRule xmlns='{0}' jid='home@example.org' key='k'"
                " remoteJid='bob@example.net' result='true'>"
                "<partial m='true'><f n='Temperature'/></partial><fromDomain/>"
                "</canReadRule>"
            ),
            Rule(
                matter=Matter.READ,
                device="home@example.org",
                remote=BOB,
                allowed=True,
                range=Range.DOMAIN,
            ),
        ),
        (
            (
                "<canControlRule xmlns='{0}' jid='home@example.org' key='k'"
                " remoteJid='bob@example.net' result='true'><fromUser token='t'/>"
                "</canControlRule>"
            ),
            Rule(
                matter=Matter.CONTROL,
                device="home@example.org",
                remote=BOB,
                allowed=True,
                range=Range.ALL,
            ),
        ),
    ],
    ids=["isFriend", "canRead", "canControl"],
)
def test_rules_of_owners_are_read(text: str, rule: Rule) -> None:
    """With whom they are about."""
    published = text.format(FAMILIES[1].provisioning_rules)
    assert_valid(published)
    assert decode_rule(from_text(published)) == rule


@pytest.mark.parametrize(
    "text",
    [
        "<isFriendRule xmlns='{0}' jid='a@b' remoteJid='c@d' result='1' range='Moon'/>",
        "<canReadRule xmlns='{0}' jid='a@b' remoteJid='c@d' result='1'/>",
        (
            "<canReadRule xmlns='{0}' jid='a@b' remoteJid='c@d' result='1'>"
            "<all/><fromJid/></canReadRule>"
        ),
        "<canReadRule xmlns='{0}' jid='a@b' result='1'><all/></canReadRule>",
    ],
)
def test_what_is_no_rule_is_refused(text: str) -> None:
    """It says nobody, too many, or another range."""
    with pytest.raises(BadRequest):
        decode_rule(from_text(text.format(NF.provisioning_rules)))


def test_rules_are_only_of_the_dialects_that_have_them() -> None:
    """XSF has none."""
    assert rule_tags(XSF) == ()
    assert len(rule_tags(NF)) == 3
    assert len(set(FEATURES)) == 4


@pytest.mark.parametrize(
    ("reach", "concerned"),
    [
        (Range.CALLER, {BOB}),
        (Range.DOMAIN, {BOB, "eve@example.net"}),
        (Range.ALL, {BOB, "eve@example.net", "eve@example.org"}),
    ],
)
def test_a_rule_concerns_its_range(reach: Range, concerned: set[str]) -> None:
    """The caller, all of its domain, or everybody."""
    rule = Rule(matter=Matter.READ, device="d@e", remote=BOB, allowed=True, range=reach)
    everybody = {BOB, "eve@example.net", "eve@example.org"}
    assert {one for one in everybody if rule.concerns(one)} == concerned


def test_a_server_may_leave_out_what_it_was_told_of_a_node() -> None:
    """Its id is enough; another source is another node."""
    for listed, kept in (
        (NodeRef("sensor.hall"), (HALL,)),
        (NodeRef("sensor.hall", "other"), None),
    ):
        allowed = narrowed(
            READ, Ruling(allowed=True, nodes=(listed,), categories=MOMENTARY)
        )
        assert (allowed and allowed.nodes) == kept


_NAMES = st.frozensets(st.sampled_from(["a", "b", "c"]))
_NODES = st.lists(st.sampled_from([HALL, DESK, NodeRef("x")]), unique=True).map(tuple)
_CATEGORIES = st.frozensets(st.sampled_from(Category))


@given(
    question=st.builds(
        Question,
        matter=st.sampled_from([Matter.READ, Matter.CONTROL]),
        jid=st.just(BOB),
        nodes=_NODES,
        names=_NAMES,
        categories=_CATEGORIES,
    ),
    ruling=st.builds(
        Ruling,
        allowed=st.booleans(),
        nodes=st.none() | _NODES,
        names=st.none() | _NAMES,
        categories=st.none() | _CATEGORIES,
    ),
    dialect=st.sampled_from(FAMILIES),
)
def test_no_ruling_allows_more_than_was_asked(
    question: Question, ruling: Ruling, dialect: Dialect
) -> None:
    """Nor more than it says, neither as it is nor after it was on the wire."""
    answer = decode_ruling(encode_ruling(question, ruling, dialect), question, dialect)
    for said in (ruling, answer):
        if (allowed := narrowed(question, said)) is None:
            continue
        assert said.allowed
        assert set(allowed.nodes) <= set(question.nodes)
        assert bool(allowed.nodes) == bool(question.nodes)
        assert not question.names or (allowed.names and allowed.names <= question.names)
        assert ruling.names is None or allowed.names <= ruling.names
        assert (
            not question.nodes
            or ruling.nodes is None
            or set(allowed.nodes) <= {*ruling.nodes}
        )
        if question.matter is Matter.CONTROL:
            assert allowed.categories == question.categories
            continue
        read = allowed.categories or PRESENT
        assert read <= (question.categories or PRESENT)
        if ruling.categories is not None:
            wider = HISTORICAL if ruling.categories & HISTORICAL else frozenset()
            assert read <= ruling.categories | wider
