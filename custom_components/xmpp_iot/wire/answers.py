"""Answers of the concentrator's operations (XEP-0326 and its Neuro-Foundation sibling).

An answer is first its content, the same in all dialects, and then put into the element the dialect wants.
How an answer is read is in concentrator_client.py.
"""

from collections.abc import Iterable
from typing import assert_never

from .concentrator import ADDABLE_TYPES
from .content import Content
from .dialects import Dialect
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
    Nodes,
    Operation,
    QueryBegun,
    TreeAnswer,
)
from .node_info import encode_node_info
from .xml import Element, clark, element, format_boolean, format_date_time


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
        case Nodes(nodes):
            tag = clark(dialect.concentrator, dialect.node_info)
            return Content(
                children=tuple(
                    encode_node_info(node, dialect).within(tag, {}) for node in nodes
                )
            )
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
