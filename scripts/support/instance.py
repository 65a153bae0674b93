"""Talk to a running Home Assistant as its frontend does: REST and WebSocket."""

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Self

import aiohttp

type Json = Any  # what Home Assistant answers is as it is

_TIMEOUT = aiohttp.ClientTimeout(total=60)


class HomeAssistantError(Exception):
    """Home Assistant refused what was asked."""


class HomeAssistant:
    """A logged-in user of a Home Assistant."""

    def __init__(self, url: str, token: str = "") -> None:
        """Use the instance at the URL, with a token if there is one yet."""
        self.url = url
        self._token = token
        self._http: aiohttp.ClientSession

    async def __aenter__(self) -> Self:
        """Open the HTTP session."""
        self._http = aiohttp.ClientSession(timeout=_TIMEOUT)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the HTTP session."""
        await self._http.close()

    async def _request(self, method: str, path: str, **how: Any) -> Json:
        """Return the answer to a request; HomeAssistantError unless it is a success."""
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        async with self._http.request(
            method, self.url + path, headers=headers, **how
        ) as answer:
            if not answer.ok:
                raise HomeAssistantError(
                    f"{method} {path}: {answer.status} {await answer.text()}"
                )
            return await answer.json(content_type=None)

    async def get(self, path: str) -> Json:
        """Return what is at the path."""
        return await self._request("GET", path)

    async def post(self, path: str, data: Mapping[str, Any] | None = None) -> Json:
        """Post JSON, and return the answer."""
        return await self._request("POST", path, json=dict(data or {}))

    async def delete(self, path: str) -> Json:
        """Delete what is at the path, and return the answer."""
        return await self._request("DELETE", path)

    async def answers(self) -> bool:
        """Return whether the instance can be onboarded or used."""
        try:
            await self.get("/api/onboarding")
        except aiohttp.ClientError, HomeAssistantError:
            return False
        return True

    async def onboard(self, username: str, password: str) -> str:
        """Make the owner of a new instance, log in, and return a long-lived token."""
        client_id = f"{self.url}/"
        created = await self.post(
            "/api/onboarding/users",
            {
                "name": username.capitalize(),
                "username": username,
                "password": password,
                "client_id": client_id,
                "language": "en",
            },
        )
        tokens = await self._request(
            "POST",
            "/auth/token",
            data={
                "grant_type": "authorization_code",
                "code": created["auth_code"],
                "client_id": client_id,
            },
        )
        self._token = tokens["access_token"]
        async with self.websocket() as socket:
            self._token = await socket.ask(
                "auth/long_lived_access_token", client_name="demo", lifespan=365
            )
        return self._token

    def websocket(self) -> HomeAssistantSocket:
        """Return a WebSocket connection, to be entered."""
        return HomeAssistantSocket(self._http, self.url, self._token)

    async def wait_until_running(self) -> None:
        """Return when the start is complete, all integrations of the start included."""
        async with self.websocket() as socket:
            started = await socket.subscribe("homeassistant_started")
            config = await socket.ask("get_config")
            if config["state"] != "RUNNING":
                await socket.event(started)

    async def action(self, domain: str, name: str, **data: Any) -> Json:
        """Perform an action, and return when it is done."""
        return await self.post(f"/api/services/{domain}/{name}", data)

    async def state(self, entity_id: str) -> Json:
        """Return an entity's state object."""
        return await self.get(f"/api/states/{entity_id}")

    async def add_entry(self, domain: str, answers: Mapping[str, Any]) -> str:
        """Set up an integration by its config flow of one form; return the entry's id."""
        path = "/api/config/config_entries/flow"
        _, result = await self._flow(path, domain, [answers])
        return str(result["result"]["entry_id"])

    async def add_subentry(
        self, entry_id: str, kind: str, answers: Iterable[Mapping[str, Any]]
    ) -> Json:
        """Add a subentry to an entry by its flow; return its last form.

        The answer for a form is taken when the form is there.
        """
        path = "/api/config/config_entries/subentries/flow"
        form, _ = await self._flow(path, [entry_id, kind], answers)
        return form

    async def _flow(
        self,
        path: str,
        handler: str | list[str],
        answers: Iterable[Mapping[str, Any]],
    ) -> tuple[Json, Json]:
        """Answer a flow's forms; return the last of them, and the flow's result."""
        async with self.websocket() as socket:
            progressed = await socket.subscribe("data_entry_flow_progressed")
            form = result = await self.post(path, {"handler": handler})
            flow = f"{path}/{form['flow_id']}"
            for answer in answers:
                form, result = result, await self.post(flow, answer)
                while result["type"] == "progress":
                    await socket.event(progressed)
                    result = await self.get(flow)
        if result["type"] != "create_entry":
            raise HomeAssistantError(
                f"the flow of {handler} did not end: {result['type']} {result.get('step_id')} "
                f"{result.get('errors')} {result.get('reason')} {result.get('description_placeholders')}"
            )
        return form, result


class HomeAssistantSocket:
    """A connection to the WebSocket API."""

    def __init__(self, http: aiohttp.ClientSession, url: str, token: str) -> None:
        """Prepare a connection."""
        self._http = http
        self._url = url
        self._token = token
        self._last_id = 0
        self._socket: aiohttp.ClientWebSocketResponse

    async def __aenter__(self) -> Self:
        """Connect and log in."""
        self._socket = await self._http.ws_connect(
            self._url + "/api/websocket",
            max_msg_size=0,  # (of ten thousands of entities: as large as it gets)
        )
        await self._socket.receive_json()
        await self._socket.send_json({"type": "auth", "access_token": self._token})
        if (answer := await self._socket.receive_json())["type"] != "auth_ok":
            raise HomeAssistantError(f"no log-in: {answer}")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Disconnect."""
        await self._socket.close()

    async def send(self, command: str, **arguments: Any) -> int:
        """Send a command, and return its id."""
        self._last_id += 1
        message = {"id": self._last_id, "type": command, **arguments}
        await self._socket.send_json(message)
        return self._last_id

    async def result(self) -> Json:
        """Wait for the next result of any command; events that come meanwhile are lost."""
        while True:
            message = await self._socket.receive_json()
            if message["type"] == "result":
                return message

    async def ask(self, command: str, **arguments: Any) -> Json:
        """Send a command and return its result; events that come meanwhile are lost."""
        number = await self.send(command, **arguments)
        answer = await self._next(number, "result")
        if not answer["success"]:
            raise HomeAssistantError(f"{command} {arguments}: {answer['error']}")
        return answer["result"]

    async def subscribe(self, event_type: str) -> int:
        """Subscribe to a type of events, and return the subscription's id."""
        await self.ask("subscribe_events", event_type=event_type)
        return self._last_id

    async def event(self, subscription: int) -> Json:
        """Wait for the subscription's next event."""
        return (await self._next(subscription, "event"))["event"]

    async def any_event(self) -> tuple[int, Json]:
        """Wait for the next event of any subscription; return the subscription's id beside it."""
        while True:
            message = await self._socket.receive_json()
            if message["type"] == "event":
                return message["id"], message["event"]

    async def _next(self, message_id: int, kind: str) -> Json:
        """Wait for a message."""
        while True:
            message = await self._socket.receive_json()
            if (message["id"], message["type"]) == (message_id, kind):
                return message
