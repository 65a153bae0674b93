"""Real Home Assistants on loopback: prepared, started, onboarded and stopped."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
import json
from pathlib import Path
import sys
import time
from typing import Any

import aiohttp

from .instance import HomeAssistant, HomeAssistantError
from .paths import COMPONENT
from .ports import LOOPBACK
from .processes import ChildProcess

_START_TIMEOUT = 120.0  # seconds; the first start of a fresh environment compiles much
_POLL = 0.1
_STOP_PATIENCE = 60.0  # HA's own limit for its shutdown is below

_BASE = """\
homeassistant:
  name: {name}
  latitude: 52.5
  longitude: 13.4
  elevation: 40
  unit_system: metric
  time_zone: Europe/Berlin
  currency: EUR
  country: DE
frontend:
config:
history:
logbook:
system_health:
recorder:
  commit_interval: 1
logger:
  default: warning
  logs:
    custom_components.xmpp_iot: info
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The first user of a house."""

    username: str
    password: str = field(repr=False)


class House:
    """A Home Assistant of its own, with this component installed."""

    def __init__(
        self, directory: Path, name: str, port: int, configuration: str = ""
    ) -> None:
        """Prepare the configuration folder; `configuration` is YAML to be added."""
        self.directory = directory
        self.name = name
        self.port = port
        self.url = f"http://{LOOPBACK}:{port}"
        self.token = ""
        self.patience = _START_TIMEOUT
        """Seconds until its start is given up: a house with tens of thousands of entities takes long."""
        self._process: ChildProcess | None = None
        self._give_up = 0.0
        directory.mkdir(parents=True)
        (directory / "configuration.yaml").write_text(
            _BASE.format(name=name) + configuration
        )
        components = directory / "custom_components"
        components.mkdir()
        (components / COMPONENT.name).symlink_to(COMPONENT, target_is_directory=True)
        self._prewrite_storage()

    def _prewrite_storage(self) -> None:
        """Write what Home Assistant would otherwise ask, or do differently, at its start.

        `http:` in YAML is deprecated: it would be a trial of five minutes, and then a
        restart at port 8123 of every interface. So the confirmed configuration is
        written itself. Of onboarding only the user step is left: the step core_config
        would set up integrations that ask the Internet.
        """
        http = {
            "server_port": self.port,
            "server_host": [LOOPBACK],
            "cors_allowed_origins": [],
            "login_attempts_threshold": -1,
            "ip_ban_enabled": False,
            "ssl_profile": "modern",
            "use_x_frame_options": True,
            "created_at": "2026-01-01T00:00:00+00:00",
            "error": None,
            "error_message": None,
        }
        self._store(
            "http",
            {"stable": http, "pending": None, "yaml_migration_done": True},
            version=(2, 2),
        )
        self._store(
            "onboarding",
            {"done": ["core_config", "analytics", "integration"]},
            version=(4, 1),
        )

    def _store(
        self, key: str, data: Mapping[str, Any], version: tuple[int, int]
    ) -> None:
        """Write a file of Home Assistant's storage."""
        folder = self.directory / ".storage"
        folder.mkdir(exist_ok=True)
        major, minor = version
        content = {"version": major, "minor_version": minor, "key": key, "data": data}
        (folder / key).write_text(json.dumps(content))

    def last_words(self) -> str:
        """Return the end of what Home Assistant has printed."""
        return "" if self._process is None else self._process.tail()

    def start(self) -> None:
        """Start the process; `wait_until_up` waits for it."""
        self._process = ChildProcess(
            # fmt: off
            [
                sys.executable,
                "-m",
                "homeassistant",
                "--config",
                str(self.directory),
                "--log-no-color",
                "--skip-pip",
            ],
            # fmt: on
            directory=self.directory,
            output=self.directory / "home-assistant.out",
        )

    async def wait_until_up(self, owner: Owner) -> None:
        """Wait for the instance, make its owner, and return when its start is complete."""
        async with self._waiting(), HomeAssistant(self.url) as homeassistant:
            while not await homeassistant.answers():
                await self._pause()
            self.token = await homeassistant.onboard(owner.username, owner.password)
            await homeassistant.wait_until_running()

    async def wait_until_answering(self) -> None:
        """Wait until the instance that has an owner answers; its start may go on."""
        async with self._waiting(), self.api() as homeassistant:
            while True:
                try:
                    await homeassistant.get("/api/")
                except aiohttp.ClientError, HomeAssistantError:
                    await self._pause()
                else:
                    return

    async def wait_until_back(self) -> None:
        """Wait for the instance that has an owner, and return when its start is complete."""
        async with self._waiting(), self.api() as homeassistant:
            while True:
                try:
                    await homeassistant.wait_until_running()
                except aiohttp.ClientError, HomeAssistantError:
                    await self._pause()
                else:
                    return

    @asynccontextmanager
    async def _waiting(self) -> AsyncGenerator[None]:
        """Give up in a while."""
        self._give_up = time.monotonic() + self.patience
        async with asyncio.timeout(self.patience):
            yield

    async def _pause(self) -> None:
        """Wait a little; raises when there is nothing to wait for any more."""
        assert self._process is not None
        await asyncio.to_thread(
            self._process.expect_running, _POLL, give_up=self._give_up
        )

    def api(self) -> HomeAssistant:
        """Return the owner's connection, to be entered."""
        return HomeAssistant(self.url, self.token)

    def terminate(self) -> None:
        """Begin to stop, so that several houses stop at a time."""
        if self._process is not None:
            self._process.terminate()

    def kill(self) -> None:
        """End the instance without a word, as a power cut would; it can be started again."""
        if self._process is not None:
            self._process.kill()

    def stop(self) -> None:
        """Stop the instance, and return when it has written what it keeps."""
        if self._process is not None:
            self._process.stop(_STOP_PATIENCE)
