"""Which of an entity's attributes leave the house, how, and what never does.

One door for all that is said of an entity, whatever carries it: fields, node parameters, the tables of
queries. An integration puts whatever it likes into an attribute, so names are read word by word
(`lockPin`, `user_code_2`, `api-key`), values are looked at too, and structures are searched through. The ids
of other entities stay as well: who reads a group may not see its members.
"""

from collections.abc import Iterable, Mapping
from enum import Enum
from functools import lru_cache
import re
from typing import Final

from homeassistant.core import State

from ..wire.model import Value, ValueType
from .entity_ids import is_entity_id
from .values import typed_attribute

# Words that name a secret wherever they stand in a name.
_SECRET_WORDS: Final = frozenset(
    {
        "apikey",
        "authorization",
        "bearer",
        "cookie",
        "cookies",
        "credential",
        "credentials",
        "jwt",
        "passcode",
        "passphrase",
        "passwd",
        "password",
        "passwords",
        "pin",
        "pincode",
        "pins",
        "psk",
        "secret",
        "secrets",
        "token",
        "tokens",
        "usercode",
        "usercodes",
        "webhook",
    }
)
# Words that name a secret together; a key or a code alone may be harmless.
_SECRET_PAIRS: Final = frozenset(
    {
        *((kind, "code") for kind in ("access", "alarm", "door", "entry", "lock")),
        *((kind, "code") for kind in ("auth", "pairing", "setup", "unlock", "user")),
        *((kind, "codes") for kind in ("access", "lock", "user")),
        *((kind, "key") for kind in ("access", "api", "auth", "client", "device")),
        *((kind, "key") for kind in ("encryption", "local", "network", "private")),
        *((kind, "key") for kind in ("security", "session", "shared", "signing")),
        *((kind, "keys") for kind in ("access", "api")),
        ("entity", "picture"),
        ("stream", "source"),
        ("auth", "sig"),
    }
)
# Names that are a secret as a whole.
_SECRET_NAMES: Final = frozenset({"auth", "code", "codes"})
# Texts that let whoever has them in: signed or tokenised addresses, addresses with a log-in, bare tokens.
_SECRET_TEXT: Final = re.compile(
    r"authsig=|access_token|token=|[?&;](?:auth|api_?key|key|pass(?:word)?|pwd|secret|sig(?:nature)?)="
    r"|://[^/?#\s@]+@"
    r"|/api/(?:\w{1,30}_proxy|hls|webhook)/|://hooks\.nabu\.casa/"
    r"|\beyJ[\w-]{8,1000}\.[\w-]{8}"
    r"|\bbearer [\w.~+/=-]{16}",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
# No value of these says anything secret.
_HARMLESS: Final = frozenset({bool, int, float, type(None)})
# Deeper than any attribute that is meant to be read.
_MOST_LEVELS: Final = 8

# The static side of an entity: said once with the node, not with every reading.
STATIC: Final = frozenset(
    {
        "activity_list",
        "assumed_state",
        "attribution",
        "available_modes",
        "available_tones",
        "code_arm_required",
        "code_format",
        "device_class",
        "editable",
        "effect_list",
        "event_types",
        "fan_modes",
        "fan_speed_list",
        "friendly_name",
        "hvac_modes",
        "icon",
        "max",
        "max_color_temp_kelvin",
        "max_humidity",
        "max_temp",
        "min",
        "min_color_temp_kelvin",
        "min_humidity",
        "min_temp",
        "operation_list",
        "options",
        "pattern",
        "preset_modes",
        "sound_mode_list",
        "source_list",
        "state_class",
        "step",
        "supported_color_modes",
        "supported_features",
        "supported_speeds",
        "swing_horizontal_modes",
        "swing_modes",
        "target_humidity_step",
        "target_temp_step",
        "tracking_type",
        "unit_of_measurement",
    }
)


def outgoing(name: str, value: object) -> tuple[ValueType, Value] | None:
    """Return what of an attribute's value leaves the house, typed; None if nothing of it does."""
    if _secret_name(name) or (open_part := _open(value, _MOST_LEVELS)) is None:
        return None
    return typed_attribute(name, open_part)


def secret_state(state: State) -> bool:
    """Return whether an entity's state never leaves: a text in password mode, or one that lets in."""
    return state.attributes.get("mode") == "password" or lets_in(state.state)


def lets_in(text: str) -> bool:
    """Return whether whoever has a text can get in somewhere: it never leaves, not even as a choice."""
    return _SECRET_TEXT.search(text) is not None


def static(attributes: Mapping[str, object]) -> Iterable[str]:
    """Return the names of the static ones among an entity's attributes."""
    return sorted(STATIC & attributes.keys())


@lru_cache(maxsize=4096)
def _secret_name(name: str) -> bool:
    words = [word.lower() for word in _WORD.findall(name)]
    return (
        name.lower() in _SECRET_NAMES
        or not _SECRET_WORDS.isdisjoint(words)
        or not _SECRET_PAIRS.isdisjoint(zip(words, words[1:], strict=False))
    )


def _open(value: object, levels: int) -> object:
    """Return a value without what is secret in it, None if nothing is left."""
    if type(value) in _HARMLESS:
        return value
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, str):
        return None if lets_in(value) or is_entity_id(value) else value
    if isinstance(value, (set, frozenset)):
        value = sorted(value, key=str)
    if isinstance(value, Mapping):
        return _open_mapping(value, levels - 1) if levels else None
    if isinstance(value, (list, tuple)):
        if not levels:
            return None
        # Nothing stays in a secret's place, so that positions keep their meaning.
        parts = [_open(part, levels - 1) for part in value]
        return parts if any(part is not None for part in parts) or not value else None
    return value


def _open_mapping(value: Mapping[object, object], levels: int) -> object:
    parts = {
        str(key): part
        for key, inner in value.items()
        if not _secret_name(str(key))
        and not lets_in(str(key))
        and not is_entity_id(str(key))
        and ((part := _open(inner, levels)) is not None or inner is None)
    }
    return parts if parts or not value else None
