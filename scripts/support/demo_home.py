"""What is in the demo's house `home` beside Home Assistant's own demo integration."""

from collections.abc import Mapping
from typing import Final

from .instance import HomeAssistant

KITCHEN_SINK: Final = "kitchen_sink"
"""Home Assistant's other demonstration: it has the lawn mowers and the image."""
FLOWS: Final = "/api/config/config_entries/flow"

CONFIGURATION: Final = f"""\
demo:
{KITCHEN_SINK}:
script:
  good_night:
    alias: Good night
    icon: mdi:weather-night
    sequence:
      - action: light.turn_off
        target:
          entity_id: [light.kitchen_lights, light.ceiling_lights, light.bed_light]
      - action: lock.lock
        target:
          entity_id: lock.front_door
scene:
  - name: Film
    icon: mdi:movie-open
    entities:
      light.ceiling_lights:
        state: "on"
        brightness: 40
      light.kitchen_lights: "off"
input_boolean:
  guests_stay:
    name: Guests stay
input_number:
  hot_water:
    name: Hot water
    min: 30
    max: 65
    step: 0.5
    initial: 48
    unit_of_measurement: °C
input_select:
  heating_mode:
    name: Heating mode
    options: [home, away, night]
input_button:
  ring_the_bell:
    name: Ring the bell
input_text:
  notice:
    name: Notice
    initial: Welcome
    max: 100
input_datetime:
  wake_up:
    name: Wake up
    has_time: true
    has_date: false
    initial: "07:30"
counter:
  visitors:
    name: Visitors
timer:
  eggs:
    name: Eggs
    duration: "00:05:00"
schedule:
  quiet_hours:
    name: Quiet hours
    monday:
      - from: "22:00:00"
        to: "23:59:59"
automation:
  - id: welcome
    alias: Welcome
    triggers:
      - trigger: state
        entity_id: input_boolean.guests_stay
        to: "on"
    actions:
      - action: counter.increment
        target:
          entity_id: counter.visitors
"""

# Area -> entities of the demo integration
AREAS: Final[Mapping[str, tuple[str, ...]]] = {
    "Kitchen": ("light.kitchen_lights", "cover.kitchen_window"),
    "Living Room": ("light.ceiling_lights", "cover.living_room_window"),
    "Bedroom": ("light.bed_light",),
}


# What takes new events and to-dos, which Home Assistant's demo integration has not: integration -> the
# answers of its form
INTEGRATIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "local_calendar": {"calendar_name": "Family"},
    "shopping_list": {},
}


async def add_integrations(homeassistant: HomeAssistant) -> None:
    """Add what has to be set up by hand, and see to what asks for a hand without need."""
    for domain, answers in INTEGRATIONS.items():
        await homeassistant.add_entry(domain, answers)
    await _calm(homeassistant)


async def _calm(homeassistant: HomeAssistant) -> None:
    """Answer and ignore the troubles that `kitchen_sink` shows off, so that nobody takes them for real ones."""
    async with homeassistant.websocket() as socket:
        for flow in await socket.ask("config_entries/flow/progress"):
            if flow["handler"] == KITCHEN_SINK:
                await homeassistant.post(f"{FLOWS}/{flow['flow_id']}")
        listed = await socket.ask("repairs/list_issues")
        for issue in listed["issues"]:
            if issue["domain"] == KITCHEN_SINK:
                await socket.ask(
                    "repairs/ignore_issue",
                    domain=KITCHEN_SINK,
                    issue_id=issue["issue_id"],
                    ignore=True,
                )


async def fill_areas(homeassistant: HomeAssistant) -> None:
    """Put the entities in their areas, which Home Assistant makes for every new house.

    An entity that is its device's main one has no area of its own: the device has.
    """
    async with homeassistant.websocket() as socket:
        areas = await socket.ask("config/area_registry/list")
        ids = {area["name"]: area["area_id"] for area in areas}
        for name, entities in AREAS.items():
            for entity_id in entities:
                entity = await socket.ask(
                    "config/entity_registry/get", entity_id=entity_id
                )
                kind, key = (
                    ("device", "device_id")
                    if entity["device_id"]
                    else ("entity", "entity_id")
                )
                await socket.ask(
                    f"config/{kind}_registry/update",
                    area_id=ids[name],
                    **{key: entity[key]},
                )
