"""What goes wrong over there is said here, in every language, with the other house's reason."""

import json

import pytest

from custom_components.xmpp_iot.const import DOMAIN
from custom_components.xmpp_iot.remote.errors import (
    _REASONS,
    as_home_assistant_error,
    reason_of,
)
from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    NoAnswer,
    NotConnected,
    RemoteError,
    WireError,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.translation import async_get_translations
from scripts.support.paths import COMPONENT

KEYS = {*_REASONS.values(), "not_connected", "remote_failed", "remote_no_answer"}


def refused(condition: str, text: str = "") -> RemoteError:
    """Return a refusal as the peer says it."""
    return RemoteError(condition, "cancel", text)


@pytest.mark.parametrize(
    ("error", "key", "kind"),
    [
        (refused("forbidden"), "remote_forbidden", HomeAssistantError),
        (refused("not-authorized"), "remote_forbidden", HomeAssistantError),
        (refused("service-unavailable"), "remote_not_there", HomeAssistantError),
        (refused("item-not-found"), "remote_not_found", ServiceValidationError),
        (refused("recipient-unavailable"), "remote_unavailable", HomeAssistantError),
        (refused("unexpected-request"), "remote_expired", HomeAssistantError),
        (refused("remote-server-timeout"), "remote_unknown", HomeAssistantError),
        (
            refused("feature-not-implemented"),
            "remote_not_implemented",
            HomeAssistantError,
        ),
        (refused("bad-request"), "remote_failed", ServiceValidationError),
        (refused("not-acceptable"), "remote_failed", ServiceValidationError),
        (refused("internal-server-error"), "remote_failed", HomeAssistantError),
        (BadRequest("Nonsense."), "remote_failed", HomeAssistantError),
        (NoAnswer("Silence."), "remote_no_answer", HomeAssistantError),
        (NotConnected("Away."), "not_connected", HomeAssistantError),
    ],
)
def test_each_failure_has_its_words(
    error: WireError, key: str, kind: type[HomeAssistantError]
) -> None:
    """What the asker did wrong is told apart from what the house could not do."""
    raised = as_home_assistant_error(error, "Home")

    assert type(raised) is kind
    assert raised.translation_domain == DOMAIN
    assert raised.translation_key == key
    assert raised.translation_placeholders == {
        "house": "Home",
        "reason": reason_of(error),
    }


def test_the_reason_is_the_house_s_own_words() -> None:
    """With what it says of each parameter, once."""
    error = refused("bad-request", "Not so. power: A boolean.")
    error.parameters = {"power": "A boolean.", "level": "A number."}

    assert reason_of(error) == "Not so. power: A boolean. level: A number."


def test_without_words_the_name_of_the_condition_is_the_reason() -> None:
    """Unless something is said of the parameters."""
    error = refused("bad-request")
    assert reason_of(error) == "bad-request"

    error.parameters = {"power": "A boolean.", "level": "A number."}
    assert reason_of(error) == "power: A boolean. level: A number."


def test_our_own_errors_have_a_reason_too() -> None:
    """Even those without a text."""
    assert reason_of(NotConnected("There is no session.")) == "There is no session."
    assert reason_of(BadRequest("Nonsense.")) == "Nonsense."
    assert reason_of(BadRequest()) == "bad-request"


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "sv"])
async def test_every_failure_is_translated(hass: HomeAssistant, language: str) -> None:
    """Into each language, naming the house."""
    texts = await async_get_translations(hass, language, "exceptions", {DOMAIN})

    for key in KEYS:
        text = texts[f"component.{DOMAIN}.exceptions.{key}.message"]
        assert "{house}" in text
        assert "X" in text.format(house="X", reason="Y")


def test_every_translated_failure_can_happen() -> None:
    """There is no text for one that is never raised."""
    text = (COMPONENT / "translations" / "en.json").read_text()
    said = {key for key in json.loads(text)["exceptions"] if key.startswith("remote_")}

    assert said == KEYS - {"not_connected"}
