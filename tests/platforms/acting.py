"""Actions of mirrored entities: which command each becomes, and what the other house makes of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
import json
from typing import Any

from custom_components.xmpp_iot.concentrator.commands import Commands
from custom_components.xmpp_iot.remote.values import submission
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import State
from homeassistant.helpers.json import json_bytes

from .conftest import Cabin


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """An action, its data, and the command it becomes: one of that name with that data if nothing is said."""

    name: str
    data: Mapping[str, Any] = field(default_factory=dict)
    command: str = ""
    sent: Mapping[str, Any] | None = None

    @property
    def expected(self) -> tuple[str, Any]:
        """The command and its data."""
        return self.command or self.name, _plain(
            self.data if self.sent is None else self.sent
        )

    def becoming(self, command: str, /, **sent: Any) -> Action:
        """Say that it becomes a command of another name, or with other data."""
        return replace(self, command=command, sent=sent)


def action(name: str, /, **data: Any) -> Action:
    """Return an action that becomes the command of its name with its data."""
    return Action(name=name, data=data)


async def assert_commanded(
    cabin: Cabin,
    shown: State,
    actions: Iterable[Action],
    *,
    without: Iterable[str] = (),
) -> None:
    """Check that each action leaves as its command, and is taken over there as what it was here.

    They are all the actions of the domain, but for those it has to be `without`.
    """
    tried = {one.name for one in actions}
    services = cabin.hass.services.async_services_for_domain(shown.domain)
    assert tried | set(without) == services.keys()
    assert not tried & set(without)
    for one in actions:
        called = f"{shown.domain}.{one.name}"
        (sent,) = await cabin.act(called, shown.entity_id, **one.data)
        node, command, data = sent
        assert (command, _plain(data)) == one.expected, called
        assert _plain(await taken(cabin, node, command, data)) == one.expected[1]


async def taken(
    cabin: Cabin, node: str, command: str, data: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Return the data of the action that the other house would perform; it raises where it refuses."""
    original = cabin.originals[node]
    form = submission(data)
    order = await Commands(cabin.hass).order(original, command, form)
    services = cabin.hass.services.async_services_for_domain(original.domain)
    schema = services[command].schema
    assert schema is not None
    schema({**order.data, ATTR_ENTITY_ID: node})
    return order.data


def _plain(data: Mapping[str, Any]) -> Any:
    """Return data as JSON has it, without what there is none of."""
    return json.loads(
        json_bytes({name: value for name, value in data.items() if value is not None})
    )
