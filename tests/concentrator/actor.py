"""A contact asking the house, in words."""

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from custom_components.xmpp_iot.concentrator.house import Concentrator
from custom_components.xmpp_iot.concentrator.nodes import SOURCE
from custom_components.xmpp_iot.wire.form_model import Form, Submission
from custom_components.xmpp_iot.wire.happening import NodeEvent
from custom_components.xmpp_iot.wire.model import (
    Caller,
    Category,
    Command,
    Commands,
    Contains,
    ControlFormRequest,
    ControlRequest,
    Done,
    Field,
    NodeInfo,
    NodeRef,
    Nodes,
    Operation,
    Reading,
    ReadRequest,
    Setting,
    TreeAnswer,
    TreeRequest,
    Value,
    ValueType,
)
from custom_components.xmpp_iot.wire.report import ReportItem
from homeassistant.util import dt as dt_util


def settings(**values: Value) -> tuple[Setting, ...]:
    """Return settings, each in the wire type of its Python type."""
    return tuple(
        Setting(name, _TYPES[type(value)], value) for name, value in values.items()
    )


@dataclass(frozen=True, slots=True)
class Actor:
    """A contact asking the house, in words."""

    house: Concentrator
    jid: str
    language: str = "en"

    def speaking(self, language: str) -> Actor:
        """Return the same contact, who now speaks another language."""
        return replace(self, language=language)

    def caller(self, sent_at: datetime | None = None) -> Caller:
        """Return who asks."""
        return Caller(
            jid=f"{self.jid}/phone",
            language=self.language,
            sent_at=sent_at or dt_util.utcnow(),
        )

    async def tree(self, operation: Operation, *nodes: str, **more: Any) -> TreeAnswer:
        """Perform a concentrator operation on nodes of the house."""
        request = TreeRequest(
            operation=operation,
            nodes=tuple(NodeRef(node, SOURCE) for node in nodes),
            dialect="urn:nf:iot:concentrator:1.0",
            **more,
        )
        return await self.house.tree(self.caller(), request)

    async def nodes(
        self, operation: Operation, *nodes: str, **more: Any
    ) -> tuple[NodeInfo, ...]:
        """Perform an operation that answers with nodes."""
        answer = await self.tree(operation, *nodes, **more)
        assert isinstance(answer, Nodes)
        return answer.nodes

    async def node(self, node: str) -> NodeInfo:
        """Return everything about one node."""
        (info,) = await self.nodes(
            Operation.GET_NODE, node, parameters=True, messages=True
        )
        return info

    async def contains(self, *nodes: str) -> tuple[bool, ...]:
        """Return whether nodes exist for this contact."""
        answer = await self.tree(Operation.CONTAINS_NODES, *nodes)
        assert isinstance(answer, Contains)
        return answer.found

    def read_request(
        self,
        *nodes: str,
        fields: Sequence[str] = (),
        categories: Iterable[Category] = (),
    ) -> ReadRequest:
        """Return a request to read nodes."""
        return ReadRequest(
            id="1",
            nodes=tuple(NodeRef(node, SOURCE) for node in nodes),
            fields=frozenset(fields),
            categories=frozenset(categories),
        )

    async def readings(
        self,
        *nodes: str,
        fields: Sequence[str] = (),
        categories: Iterable[Category] = (),
    ) -> list[Reading]:
        """Read nodes."""
        request = self.read_request(*nodes, fields=fields, categories=categories)
        return [
            reading
            async for readings in self.house.read(self.caller(), request)
            for reading in readings
        ]

    async def fields(self, node: str, *names: str) -> dict[str, Field]:
        """Return the fields of one node by name."""
        (reading,) = await self.readings(node, fields=names)
        assert not reading.error
        return {field.name: field for field in reading.fields}

    async def read(self, node: str, field: str) -> Value:
        """Return the value of one field."""
        return (await self.fields(node, field))[field].value

    async def control(self, *nodes: str, **values: Value) -> None:
        """Set parameters."""
        await self.set(*nodes, settings=settings(**values))

    async def set(
        self,
        *nodes: str,
        settings: tuple[Setting, ...] = (),
        form: Submission | None = None,
        sent_at: datetime | None = None,
    ) -> None:
        """Set parameters, typed or by form."""
        request = ControlRequest(
            nodes=tuple(NodeRef(node, SOURCE) for node in nodes),
            settings=settings,
            form=form,
        )
        await self.house.control(self.caller(sent_at), request)

    async def control_form(self, *nodes: str) -> Form:
        """Return the form of the nodes' common parameters."""
        request = ControlFormRequest(tuple(NodeRef(node, SOURCE) for node in nodes))
        return await self.house.control_form(self.caller(), request)

    async def commands(self, node: str) -> dict[str, Command]:
        """Return the commands of a node by id."""
        answer = await self.tree(Operation.GET_NODE_COMMANDS, node)
        assert isinstance(answer, Commands)
        return {command.id: command for command in answer.commands}

    async def command_form(self, node: str, command: str) -> Form:
        """Return the form of a command."""
        answer = await self.tree(
            Operation.GET_COMMAND_PARAMETERS, node, command=command
        )
        assert isinstance(answer, Form)
        return answer

    async def execute(
        self, node: str, command: str, form: Submission | None = None
    ) -> None:
        """Execute a command."""
        answer = await self.tree(
            Operation.EXECUTE_NODE_COMMAND, node, command=command, form=form
        )
        assert isinstance(answer, Done)

    def query(
        self,
        node: str,
        command: str,
        form: Submission | None = None,
        sent_at: datetime | None = None,
    ) -> AsyncGenerator[Sequence[ReportItem]]:
        """Run a query."""
        request = TreeRequest(
            operation=Operation.EXECUTE_NODE_QUERY,
            nodes=(NodeRef(node, SOURCE),),
            command=command,
            form=form,
        )
        return self.house.query(self.caller(sent_at), request)

    async def report(
        self, node: str, command: str, form: Submission | None = None
    ) -> list[ReportItem]:
        """Return the whole report of a query."""
        return [item async for part in self.query(node, command, form) for item in part]

    async def parameters_form(self, node: str) -> Form:
        """Return the form of a node's parameters for edit."""
        answer = await self.tree(Operation.GET_NODE_PARAMETERS, node)
        assert isinstance(answer, Form)
        return answer

    async def edit(self, node: str, **values: str) -> NodeInfo:
        """Submit a node's parameters; return the node as it is then."""
        (info,) = await self.nodes(
            Operation.SET_NODE_PARAMETERS,
            node,
            form={name: (value,) for name, value in values.items()},
        )
        return info

    async def interfaces(self, node: str) -> tuple[str, ...]:
        """Return the interfaces of a node."""
        return await self.house.interfaces(self.caller(), NodeRef(node, SOURCE))

    def follow(self) -> tuple[list[NodeEvent], Callable[[], None]]:
        """Follow what happens to the nodes; return what was told, and the end of it."""
        told: list[NodeEvent] = []
        return told, self.house.follow_nodes(self.caller(), SOURCE, told.extend)


_TYPES: dict[type, ValueType] = {
    bool: ValueType.BOOLEAN,
    int: ValueType.INT,
    float: ValueType.DOUBLE,
    str: ValueType.STRING,
    datetime: ValueType.DATE_TIME,
}
