"""A thing that was linked and turns hostile: what it is called and what it says is shown as it is, and is nothing else."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import re
from typing import Any, Final

import pytest

from scripts.support.attack_words import INJECTIONS, quoted
from scripts.support.instance import HomeAssistant
from scripts.support.linking import entry_of, link
from tests.server.foreign import NOW, Element, Foreign, Refusal
from tests.server.foreign_things import NF_DATA, NF_TREE

from .conftest import Demo
from .hostile import Scene, log

pytestmark = [pytest.mark.demo, pytest.mark.usefixtures("socket_enabled")]

PATIENCE: Final = 15.0  # seconds
ENTITY_ID: Final = re.compile(r"[a-z_]+\.[a-z0-9_]+")
UNTRUE: Final = "<s n='state' m='true' v='unlocked'/>"
"""Said of a node that has the name of an entity."""


class Trickster:
    """A concentrator whose things are called, and say, what would harm whoever took it for more than text."""

    def __init__(self) -> None:
        """Have a thing for each text, and one that is called as a lock of the house is."""
        self.things = {
            f"thing {number}": text for number, text in enumerate(INJECTIONS)
        }
        self.things["lock.front_door"] = "Front door"
        self.answers = {
            "getAllDataSources": self.sources,
            "getAllNodes": self.nodes,
            "req": self.read,
            "getForm": self.form,
        }

    def sources(self, _: Element) -> str:
        """Name the one source."""
        return (
            f"<dataSources xmlns='{NF_TREE}'><dataSource src='x'"
            f" name='{quoted(INJECTIONS[1])}' hasChildren='false'/></dataSources>"
        )

    def nodes(self, _: Element) -> str:
        """Name the things."""
        return "".join(
            (
                f"<nodeInfos xmlns='{NF_TREE}'>",
                *(
                    f"<nodeInfo id='{quoted(node)}' src='x' nodeType='{quoted(text)}'"
                    f" displayName='{quoted(text)}' state='None' hasChildren='false'"
                    f" isReadable='true' lastChanged='{NOW}'/>"
                    for node, text in self.things.items()
                ),
                "</nodeInfos>",
            )
        )

    def read(self, request: Element) -> str:
        """Say the text, under its own name and under an ordinary one."""
        asked = {one.get("id") for one in request}
        told = "".join(
            f"<nd id='{quoted(node)}' src='x'><ts v='{NOW}'>"
            f"<s n='Note' m='true' v='{quoted(text)}'/>"
            f"<s n='{quoted(text)}' m='true' v='1'/>"
            f"<q n='Level' m='true' v='1' u='{quoted(text)}'/>{UNTRUE}</ts></nd>"
            for node, text in self.things.items()
            if node in asked
        )
        identifier = quoted(request.get("id", ""))
        return f"<resp xmlns='{NF_DATA}' id='{identifier}'>{told}</resp>"

    def form(self, _: Element) -> str:
        """Have nothing to set."""
        raise Refusal


@asynccontextmanager
async def linked(house: HomeAssistant, jid: str) -> AsyncGenerator[None]:
    """Have a house show the things of somebody."""
    entry_id = await entry_of(house)
    async with house.websocket() as socket:
        before = await socket.ask("config_entries/subentries/list", entry_id=entry_id)
        known = {one["subentry_id"] for one in before}
        await link(house, jid)
        try:
            yield
        finally:
            now = await socket.ask("config_entries/subentries/list", entry_id=entry_id)
            for one in now:
                if one["subentry_id"] not in known:
                    await socket.ask(
                        "config_entries/subentries/delete",
                        entry_id=entry_id,
                        subentry_id=one["subentry_id"],
                    )


async def notes(house: HomeAssistant, count: int) -> dict[str, dict[str, Any]]:
    """Return what the things say in their notes, as soon as so many do."""
    async with asyncio.timeout(PATIENCE):
        while True:
            states = await house.get("/api/states")
            found = {
                one["entity_id"]: one
                for one in states
                if one["entity_id"].endswith("_note") and one["state"] != "unavailable"
            }
            if len(found) >= count:
                return found
            await asyncio.sleep(0.1)  # (the API has nothing to wait for it with)


async def test_what_a_thing_says_is_only_shown(
    demo: dict[str, Any], there: Demo
) -> None:
    """Every text is a state and a name, to the letter or not at all; nothing is rendered, and no other entity is touched."""
    trickster = Trickster()
    async with (
        Scene.of(demo) as scene,
        Foreign.logged_in(
            there, "stranger", (NF_DATA, NF_TREE), trickster.answers
        ) as foreign,
        linked(scene.cabin, foreign.bare),
    ):
        shown = await notes(scene.cabin, len(trickster.things))

        assert all(ENTITY_ID.fullmatch(entity_id) for entity_id in shown)
        for one in shown.values():
            assert "locked" not in one["state"].removeprefix("{{ states('lock.")
        states = {one["state"] for one in shown.values()}
        assert states >= {text for text in INJECTIONS if text.isprintable()}
        for house in (scene.home, scene.cabin):
            lock = await house.get("/api/states")
            front = [one for one in lock if one["entity_id"].endswith("front_door")]
            assert all(
                one["state"] == "locked"
                for one in front
                if one["entity_id"].startswith("lock.")
            )
        assert log(demo) == []
        await scene.answers()
