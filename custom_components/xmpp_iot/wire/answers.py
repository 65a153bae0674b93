"""Answers of the concentrator's operations (XEP-0326 and its Neuro-Foundation sibling).

An answer is first its content, the same in all dialects, and then put into the element the dialect wants.
How an answer is read is in concentrator_client.py.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final, assert_never

from .concentrator import ADDABLE_TYPES
from .content import Content
from .dialects import Dialect
from .errors import ResourceConstraint
from .form_model import Form
from .forms import encode_form
from .model import (
    Capabilities,
    Command,
    Commands,
    Contains,
    DataSource,
    DataSources,
    Done,
    Inheritance,
    NodeInfo,
    Nodes,
    Operation,
    QueryBegun,
    TreeAnswer,
    ValueType,
)
from .node_info import encode_node_info
from .page import Place
from .paging import encode_place
from .stanzas import MAX_SIZE
from .xml import Element, clark, element, format_boolean, format_date_time, to_text

# Bytes: there are servers that let no more than a few thousand a second through.
_SIZE_OF_A_PAGE: Final = 100_000
# Characters that there are in any dialect, beside what is said.
_LEAST_OF_A_NODE: Final = 60
_LEAST_OF_A_PARAMETER: Final = 25


def encode_answer(
    operation: Operation, answer: TreeAnswer, dialect: Dialect
) -> Element | None:
    """Return the answer to `operation`; None for an empty result."""
    content = _content(operation, answer, dialect)
    if (name := dialect.answers.get(operation)) is None:
        return next(iter(content.children), None)
    return content.within(clark(dialect.concentrator, name), dialect.answer_result)


def encode_no_addable_types(dialect: Dialect) -> Element:
    """Return the answer that no type of node can be added."""
    name = f"{ADDABLE_TYPES}Response" if dialect.in_band_results else "nodeTypes"
    return element(clark(dialect.concentrator, name), dialect.answer_result)


def _content(operation: Operation, answer: TreeAnswer, dialect: Dialect) -> Content:
    match answer:
        case Capabilities(names):
            return _items("value", names, dialect)
        case DataSources(sources):
            return Content(
                children=tuple(_data_source(one, dialect) for one in sources)
            )
        case Contains(found) if operation is Operation.CONTAINS_NODE:
            return Content(text=format_boolean(found[0]))
        case Contains(found):
            return _items(dialect.boolean_item, map(format_boolean, found), dialect)
        case Nodes(nodes) if operation in dialect.node_answers:
            return encode_node_info(nodes[0], dialect)
        case Nodes(nodes, place):
            return Content(children=_listed(nodes, place, dialect))
        case Inheritance(base_classes, interfaces):
            return Content(
                children=tuple(
                    _strings(name, texts, dialect)
                    for name, texts in (
                        ("baseClasses", base_classes),
                        ("interfaces", interfaces),
                    )
                    if texts or name == "baseClasses"
                )
            )
        case Commands(commands):
            return Content(children=tuple(_command(one, dialect) for one in commands))
        case Form():
            return Content(children=(encode_form(answer, dialect),))
        case QueryBegun(query_id):
            return Content({"queryId": query_id})
        case Done():
            return Content()
        case _:
            assert_never(answer)


def _nodes(nodes: Iterable[NodeInfo], dialect: Dialect) -> Iterator[Element]:
    tag = clark(dialect.concentrator, dialect.node_info)
    return (encode_node_info(node, dialect).within(tag, {}) for node in nodes)


def _listed(
    nodes: Sequence[NodeInfo], place: Place | None, dialect: Dialect
) -> tuple[Element, ...]:
    if place is not None:
        return _page(nodes, place, dialect)
    _check_size(nodes)
    return tuple(_nodes(nodes, dialect))


def _page(
    nodes: Sequence[NodeInfo], place: Place, dialect: Dialect
) -> tuple[Element, ...]:
    """Return as many of the nodes as are good for one answer, one at least, and where they are."""
    taken: list[Element] = []
    size = 0
    for encoded in _nodes(nodes, dialect):
        size += len(to_text(encoded).encode())
        if taken and size > _SIZE_OF_A_PAGE:
            break
        taken.append(encoded)
    if taken:
        ends = nodes[0].ref.id, nodes[len(taken) - 1].ref.id
        place = replace(place, first=ends[0], last=ends[1])
    return (*taken, encode_place(place))


def _check_size(nodes: Iterable[NodeInfo]) -> None:
    """Raise ResourceConstraint for what does not fit into an answer however short it is said.

    Thousands of nodes are not to be put into elements, and these into text, just to find that out.
    """
    if sum(map(_least_of, nodes)) > MAX_SIZE:
        raise ResourceConstraint(
            "The answer is too large; ask for child nodes or fewer nodes."
        )


def _least_of(node: NodeInfo) -> int:
    """Return how many characters a node takes at least."""
    texts = [node.ref.id, node.node_type, node.display_name]
    for one in node.parameters:
        texts += one.id, one.name
        if one.type is ValueType.STRING:
            texts.append(str(one.value))
    size = _LEAST_OF_A_NODE + _LEAST_OF_A_PARAMETER * len(node.parameters)
    return size + sum(map(len, texts))


def _items(name: str, texts: Iterable[str], dialect: Dialect) -> Content:
    tag = clark(dialect.concentrator, name)
    return Content(children=tuple(element(tag, text=text) for text in texts))


def _strings(name: str, texts: Iterable[str], dialect: Dialect) -> Element:
    return _items("value", texts, dialect).within(clark(dialect.concentrator, name), {})


def _data_source(source: DataSource, dialect: Dialect) -> Element:
    return element(
        clark(dialect.concentrator, "dataSource"),
        {
            dialect.source: source.id,
            "name": source.name,
            "hasChildren": format_boolean(source.has_children),
            "lastChanged": format_date_time(source.last_changed)
            if source.last_changed
            else None,
        },
    )


def _command(command: Command, dialect: Dialect) -> Element:
    return element(
        clark(dialect.concentrator, "command"),
        {
            "command": command.id,
            "name": command.name,
            "type": dialect.command_types[command.type],
            "sortCategory": command.sort_category or None,
            "sortKey": command.sort_key or None,
            "confirmationString": command.confirmation or None,
            "failureString": command.failure or None,
            "successString": command.success or None,
        },
    )
