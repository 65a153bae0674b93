"""Nodes of somebody who is no Home Assistant."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from custom_components.xmpp_iot.remote.node import RemoteNode
from custom_components.xmpp_iot.wire.form_model import (
    Form,
    FormField,
    FormFieldType,
    FormOption,
)
from custom_components.xmpp_iot.wire.model import (
    Command,
    Field,
    NodeInfo,
    NodeRef,
    Reading,
    Value,
    ValueType,
)

AT = datetime(2026, 11, 21, 6, tzinfo=UTC)

TYPES: dict[type, ValueType] = {
    bool: ValueType.BOOLEAN,
    int: ValueType.INT,
    float: ValueType.DOUBLE,
    str: ValueType.STRING,
}


def said(name: str, value: Value, unit: str = "", **more: Any) -> Field:
    """Return a field."""
    kind = more.pop("type", None) or TYPES[type(value)]
    return Field(name=name, type=kind, value=value, unit=unit, **more)


def asked(
    var: str,
    datatype: str = "",
    *values: str,
    limits: tuple[str, str] | tuple[None, None] = (None, None),
    options: Iterable[tuple[str, str]] = (),
    **more: Any,
) -> FormField:
    """Return a field of a control form."""
    choices = tuple(FormOption(*one) for one in options)
    kind = FormFieldType.LIST_SINGLE if choices else FormFieldType.TEXT_SINGLE
    return FormField(
        var=var,
        datatype=datatype,
        values=values,
        minimum=limits[0],
        maximum=limits[1],
        options=choices,
        **{"type": kind, **more},
    )


def thing(
    *fields: Field,
    form: Iterable[FormField] | None = None,
    commands: Iterable[Command] = (),
    node_id: str = "thing",
) -> RemoteNode:
    """Return a node that has said this."""
    info = NodeInfo(
        ref=NodeRef(node_id, "things"),
        node_type="Acme.Thing",
        display_name="Thing",
        is_readable=bool(fields),
        is_controllable=form is not None,
    )
    node = RemoteNode(info)
    node.introduce(
        info,
        None if form is None else Form(title="", fields=tuple(form)),
        tuple(commands),
    )
    if fields:
        tell(node, *fields)
    return node


def tell(node: RemoteNode, *fields: Field, error: str = "") -> None:
    """Have a node say something."""
    node.merge(Reading(node=node.info.ref, at=AT, fields=fields, error=error))


def offer(node: RemoteNode, *form: FormField) -> None:
    """Have a node say anew what can be set."""
    node.introduce(node.info, replace(Form(title="", fields=form)), node.commands)
