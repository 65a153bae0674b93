"""The dialects' tables: complete, distinct, and as the schemas spell things."""

from dataclasses import fields

import pytest

from custom_components.xmpp_iot.wire.dialects import (
    DIALECTS,
    FAMILIES,
    Dialect,
    decode_node,
)
from custom_components.xmpp_iot.wire.errors import BadRequest
from custom_components.xmpp_iot.wire.model import (
    Category,
    CommandType,
    NodeRef,
    Operation,
    Quality,
    ValueType,
)
from custom_components.xmpp_iot.wire.xml import element

each_dialect = pytest.mark.parametrize("dialect", FAMILIES, ids=lambda one: one.name)


def test_families_stand_in_their_order() -> None:
    """The deployed family comes before the published one, and XSF last."""
    assert [dialect.name for dialect in FAMILIES] == ["nf", "nfi", "ieee", "xsf"]


def test_every_namespace_has_its_dialect() -> None:
    """Three of each family, and two more of each that has events and clocks."""
    assert len(DIALECTS) == 4 * 3 + 3 * 2
    for dialect in FAMILIES:
        for namespace in (
            dialect.sensor_data,
            dialect.control,
            dialect.concentrator,
            dialect.events,
            dialect.synchronization,
        ):
            assert not namespace or DIALECTS[namespace] is dialect


@each_dialect
def test_tables_know_all_of_the_model(dialect: Dialect) -> None:
    """Nothing of the model is without a name in any dialect."""
    assert set(dialect.field_elements) == set(ValueType)
    assert set(dialect.categories) == set(Category)
    assert set().union(*dialect.requested.values()) == set(Category)
    assert set(dialect.qualities) == set(Quality)
    assert set(dialect.command_types) == set(CommandType)
    assert set(dialect.answers) <= set(Operation)


def test_neuro_foundation_families_differ_in_namespaces_only() -> None:
    """Same names in all three; only the deployed two have their own command type."""
    nf, nfi, ieee, _ = FAMILIES
    own = {
        "name",
        "sensor_data",
        "control",
        "concentrator",
        "events",
        "synchronization",
        "provisioning",
        "provisioning_rules",
    }
    for other, more in ((nfi, {"command_types"}), (ieee, set[str]())):
        different = {
            field.name
            for field in fields(Dialect)
            if getattr(nf, field.name) != getattr(other, field.name)
        }
        assert different == own | more


@pytest.mark.parametrize(
    ("dialect", "spelling"),
    zip(
        FAMILIES,
        ("Parametrized", "Parameterized", "Parametrized", "Parameterized"),
        strict=True,
    ),
)
def test_command_type_is_spelled_by_family(dialect: Dialect, spelling: str) -> None:
    """The deployed implementation takes the published spelling for Simple."""
    assert dialect.command_types[CommandType.PARAMETERIZED] == spelling


@each_dialect
def test_node_addresses_are_read(dialect: Dialect) -> None:
    """All three parts count, source and partition may be absent, the id may not."""
    whole = {dialect.node_id: "a", dialect.source: "b", dialect.partition: "c"}
    assert decode_node(element("n", whole), dialect) == NodeRef("a", "b", "c")
    assert decode_node(element("n", {dialect.node_id: "a"}), dialect) == NodeRef("a")
    with pytest.raises(BadRequest):
        decode_node(element("n"), dialect)
