"""Linked devices as what their parts are shown by."""

from collections.abc import Iterator
from dataclasses import dataclass

from custom_components.xmpp_iot.const import DOMAIN
from custom_components.xmpp_iot.remote.devices import Devices
from custom_components.xmpp_iot.remote.foreign_mapping import ForeignMapping
from custom_components.xmpp_iot.remote.foreign_view import ForeignViews
from custom_components.xmpp_iot.remote.nodes import NodeStore
from custom_components.xmpp_iot.remote.owned import OwnedDevices
from custom_components.xmpp_iot.wire.model import NodeRef
from custom_components.xmpp_iot.wire.provisioning_model import DevicePart
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from .far import described, everything
from .foreign_nodes import asked, said, thing

HOME, ACME, CABIN = "home@example.org", "acme@example.org", "cabin@example.org"
THING = thing(
    said("Temperature", 20.5, "C"),
    said("Humidity", 50, "%"),
    said("Power", True),
    form=[asked("Power", "xs:boolean"), asked("Brightness", "xs:int")],
)


@dataclass
class Link:
    """A link to somebody."""

    devices: Devices


@dataclass
class Showing:
    """Somebody who is linked, and what is shown of them."""

    link: Link
    foreign: ForeignViews

    @classmethod
    def of(cls, house: str) -> Showing:
        """Return it without nodes."""
        devices = Devices(own=HOME, house=house, store=NodeStore(everything))
        return cls(Link(devices), ForeignViews(ForeignMapping({}), lambda *_: None))


class Links:
    """What is linked."""

    def __init__(self, *showings: Showing) -> None:
        """Link them."""
        self._showings = showings

    def shown(self) -> Iterator[Showing]:
        """Yield all of them."""
        yield from self._showings


def test_a_device_is_what_has_foreign_nodes_only(hass: HomeAssistant) -> None:
    """Another house of ours is none, and who has not been read is not known to be one."""
    acme, cabin, unread = (Showing.of(it) for it in (ACME, CABIN, "new@example.org"))
    acme.foreign.add(THING)
    cabin.foreign.add(THING)
    cabin.link.devices.store.put(described("light.lamp"))
    owned = OwnedDevices(hass, Links(acme, cabin, unread))
    assert owned.devices() == {ACME}


def test_parts_are_what_is_shown_here(hass: HomeAssistant) -> None:
    """By what entity, with the fields and the parameters it stands for; a disabled one shows nothing."""
    acme = Showing.of(ACME)
    acme.foreign.add(THING)
    registry = er.async_get(hass)
    own = acme.link.devices.unique_id(THING)

    def register(
        platform: str, key: str, disabled: er.RegistryEntryDisabler | None = None
    ) -> str:
        return registry.async_get_or_create(
            platform, DOMAIN, f"{own}:{key}", disabled_by=disabled
        ).entity_id

    light = register("light", "light:Power")
    sensor = register("sensor", "field:Temperature")
    register("sensor", "field:Humidity", er.RegistryEntryDisabler.USER)
    owned = OwnedDevices(hass, Links(Showing.of(CABIN), acme))
    node = NodeRef("thing", "things")
    assert set(owned.parts(ACME)) == {
        DevicePart(
            node=node,
            thing=light,
            fields=frozenset({"Power"}),
            parameters=frozenset({"Power", "Brightness"}),
        ),
        DevicePart(node=node, thing=sensor, fields=frozenset({"Temperature"})),
    }
    assert not set(owned.parts("other@example.org"))
