"""Provisioning on the wire (XEP-0324, Neuro-Foundation provisioning of devices): questions, rulings, pushes.

Of the two protocols this is what decides: isFriend, canRead, canControl, and what a server tells a device
unasked. Tokens of others are passed on; this house has none of its own, because it has no certificate to
prove them by. So getToken, tokenChallenge and the services' canAccess, hasPrivilege and their like are
answered as what they are here: feature-not-implemented.
"""

from collections.abc import Iterable, Mapping
from itertools import islice
from types import MappingProxyType
from typing import Final

from slixmpp import JID, InvalidJID

from .dialects import FAMILIES, Dialect, decode_node
from .errors import BadRequest, ResourceConstraint
from .model import Category, NodeRef
from .provisioning_model import PRESENT, Matter, Question, Range, Rule, Ruling
from .sensor_data import (
    decode_categories,
    decode_nodes,
    distinct,
    encode_categories,
    encode_nodes,
)
from .xml import (
    Element,
    clark,
    element,
    format_boolean,
    parse_boolean,
    required,
    split_tag,
)

FEATURES: Final = tuple(dialect.provisioning for dialect in FAMILIES)
"""The service discovery features of it (XEP-0030)."""

CLEAR_CACHE: Final = "clearCache"
FRIEND: Final = "friend"
UNFRIEND: Final = "unfriend"
MAX_NAMES: Final = 1000  # of fields or parameters in a question or a ruling
MAX_TOKENS: Final = 1000  # characters
_RULE: Final = "Rule"

# Who a rule is about, by its element; one by token is about whoever shows it.
_ORIGINS: Final[Mapping[str, Range]] = MappingProxyType(
    {
        "fromJid": Range.CALLER,
        "fromDomain": Range.DOMAIN,
        "fromService": Range.ALL,
        "fromDevice": Range.ALL,
        "fromUser": Range.ALL,
        "all": Range.ALL,
    }
)


def question_tag(matter: Matter, dialect: Dialect) -> str:
    """Return the tag of a question."""
    return clark(dialect.provisioning, matter)


def rule_tags(dialect: Dialect) -> tuple[str, ...]:
    """Return the tags of rules; none in a dialect without."""
    if not (namespace := dialect.provisioning_rules):
        return ()
    return tuple(clark(namespace, f"{matter}{_RULE}") for matter in Matter)


def encode_question(question: Question, dialect: Dialect) -> Element:
    """Return the element that asks."""
    matter = question.matter
    if matter is Matter.FRIEND:
        return element(question_tag(matter, dialect), {"jid": question.jid})
    tokens = {dialect.tokens[kind]: value for kind, value in question.tokens}
    return _scope(
        clark(dialect.provisioning, matter),
        {"jid": question.jid, **tokens},
        question,
        question.categories or PRESENT,
        dialect,
    )


def decode_question(payload: Element, dialect: Dialect) -> Question:
    """Return what is asked; BadRequest or ResourceConstraint for what cannot be."""
    matter = _matter(payload)
    jid = _bare(required(payload, "jid"))
    if matter is Matter.FRIEND:
        return Question(matter=matter, jid=jid)
    read = matter is Matter.READ
    return Question(
        matter=matter,
        jid=jid,
        nodes=distinct(decode_nodes(payload, dialect.provisioning, dialect)),
        names=_names(payload, matter, dialect),
        categories=decode_categories(payload, dialect) if read else frozenset(),
        tokens=tuple(
            (kind, value[:MAX_TOKENS])
            for kind, name in dialect.tokens.items()
            if (value := payload.get(name))
        ),
    )


def encode_ruling(question: Question, ruling: Ruling, dialect: Dialect) -> Element:
    """Return the answer to a question.

    A yes to none of the nodes, the names or the categories is a no: the dialects read an absent list as all.
    """
    tag = clark(dialect.provisioning, f"{question.matter}Response")
    empty = any(it is not None and not it for it in (ruling.nodes, ruling.names))
    categories = (
        question.categories or PRESENT
        if ruling.categories is None
        else ruling.categories
    )
    unread = question.matter is Matter.READ and not categories
    allowed = ruling.allowed and not empty and not unread
    attributes = {"jid": question.jid, "result": format_boolean(allowed)}
    if not allowed or question.matter is Matter.FRIEND:
        return element(tag, attributes)
    said = Question(
        matter=question.matter,
        jid=question.jid,
        nodes=ruling.nodes or (),
        names=ruling.names or frozenset(),
    )
    return _scope(tag, attributes, said, categories, dialect)


def decode_ruling(
    answer: Element | None, question: Question, dialect: Dialect
) -> Ruling:
    """Return what a server answers to a question; BadRequest for what is no answer to it.

    A yes to reading without any category is a yes to none: the deployed implementation takes it so, too.
    """
    matter = question.matter
    if answer is None or answer.tag != clark(dialect.provisioning, f"{matter}Response"):
        raise BadRequest("This is no answer to the question.")
    if _bare(required(answer, "jid")) != question.jid:
        raise BadRequest("This answers for somebody else.")
    allowed = parse_boolean(required(answer, "result"))
    if matter is Matter.FRIEND:
        return Ruling(allowed=allowed)
    read = matter is Matter.READ
    return Ruling(
        allowed=allowed,
        nodes=distinct(decode_nodes(answer, dialect.provisioning, dialect)) or None,
        names=_names(answer, matter, dialect) or None,
        categories=decode_categories(answer, dialect) if read else None,
    )


def encode_clear(dialect: Dialect) -> Element:
    """Return what tells a device to ask anew about everything."""
    return element(clark(dialect.provisioning, CLEAR_CACHE))


def decode_clear(payload: Element, dialect: Dialect) -> NodeRef | None:
    """Return the node whose answers are to be forgotten; None for all."""
    return decode_node(payload, dialect) if dialect.node_id in payload.attrib else None


def encode_cleared(dialect: Dialect) -> Element | None:
    """Return the confirmation; None for an empty result."""
    if not dialect.cache_cleared:
        return None
    return element(clark(dialect.provisioning, dialect.cache_cleared))


def decode_friend(payload: Element) -> str:
    """Return the bare JID that a `friend` or `unfriend` is about."""
    return _bare(required(payload, "jid"))


def decode_rule(payload: Element) -> Rule:
    """Return the rule that somebody has made; BadRequest for what is none."""
    namespace, name = split_tag(payload.tag)
    matter = Matter(name.removesuffix(_RULE))
    return Rule(
        matter=matter,
        device=_bare(required(payload, "jid")),
        remote=_bare(required(payload, "remoteJid")),
        allowed=parse_boolean(required(payload, "result")),
        range=(
            _range(payload.get("range", Range.CALLER))
            if matter is Matter.FRIEND
            else _origin(payload, namespace)
        ),
    )


def _scope(
    tag: str,
    attributes: Mapping[str, str | None],
    said: Question,
    categories: frozenset[Category],
    dialect: Dialect,
) -> Element:
    """Return the element of a question or a ruling with what it lists."""
    read = said.matter is Matter.READ
    kinds = encode_categories(categories, dialect) if read else {}
    name, attribute = _spellings(said.matter, dialect)[0]
    return element(
        tag,
        {**attributes, **kinds},
        *encode_nodes(said.nodes, dialect.provisioning, dialect),
        *(
            element(clark(dialect.provisioning, name), {attribute: one})
            for one in sorted(said.names)
        ),
    )


def _spellings(matter: Matter, dialect: Dialect) -> tuple[tuple[str, str], ...]:
    """Return element and attribute of a field's or a parameter's name: how it is written, then how it is read."""
    if matter is Matter.READ:
        return ((dialect.field_filter, dialect.field_name),)
    return dialect.named_parameters


def _names(payload: Element, matter: Matter, dialect: Dialect) -> frozenset[str]:
    found = [
        required(one, attribute)
        for name, attribute in _spellings(matter, dialect)
        for one in _bounded(payload.iterfind(clark(dialect.provisioning, name)))
    ]
    return frozenset(found)


def _bounded(found: Iterable[Element]) -> Iterable[Element]:
    most = tuple(islice(found, MAX_NAMES + 1))
    if len(most) > MAX_NAMES:
        raise ResourceConstraint(f"At most {MAX_NAMES} names can be listed.")
    return most


def _matter(payload: Element) -> Matter:
    try:
        return Matter(split_tag(payload.tag)[1])
    except ValueError as error:
        raise BadRequest("This is no question.") from error


def _range(text: str) -> Range:
    try:
        return Range(text)
    except ValueError as error:
        raise BadRequest("A rule is about Caller, Domain or All.") from error


def _origin(payload: Element, namespace: str) -> Range:
    """Return whom a rule is about; BadRequest unless it says so once."""
    said = [
        _ORIGINS[name]
        for own, name in (split_tag(child.tag) for child in payload)
        if own == namespace and name in _ORIGINS
    ]
    if len(said) != 1:
        raise BadRequest("A rule says once whom it is about.")
    return said[0]


def _bare(text: str) -> str:
    try:
        jid = JID(text).bare
    except InvalidJID as error:
        raise BadRequest("This is no JID.") from error
    if not jid:
        raise BadRequest("This is no JID.")
    return jid
