"""What the tests that talk with the running demo share: where it is, and its house's REST API."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import aiohttp
import pytest

from scripts.support.servers import ServerAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """The demo's server, and the house `home` behind it."""

    accounts: dict[str, ServerAccount]
    host: str
    port: int
    ca_file: Path
    jid: str
    url: str
    token: str

    @classmethod
    def ready(cls, facts: dict[str, Any]) -> Self:
        """Return what a ready file says."""
        home = facts["homeassistant"]["home"]
        return cls(
            accounts={
                user: ServerAccount(account["jid"], account["password"])
                for user, account in facts["accounts"].items()
            },
            host=facts["xmpp"]["host"],
            port=facts["xmpp"]["port"],
            ca_file=Path(facts["xmpp"]["ca_file"]),
            jid=home["concentrator_jid"],
            url=home["url"],
            token=home["token"],
        )

    @property
    def bare(self) -> str:
        """The house's address."""
        return self.accounts["home"].jid

    async def api(self, path: str, data: dict[str, str] | None = None) -> Any:
        """Ask Home Assistant."""
        method = "GET" if data is None else "POST"
        headers = {"Authorization": f"Bearer {self.token}"}
        async with (
            aiohttp.ClientSession(headers=headers, raise_for_status=True) as session,
            session.request(method, f"{self.url}/api/{path}", json=data) as answer,
        ):
            return await answer.json()

    async def state(self, entity_id: str) -> str:
        """Return the state Home Assistant says an entity has."""
        found: str = (await self.api(f"states/{entity_id}"))["state"]
        return found


@pytest.fixture
def there(demo: dict[str, Any]) -> Demo:
    """Return the running demo."""
    return Demo.ready(demo)
