"""Names shared by everything in this integration that Home Assistant sees."""

from typing import Final

DOMAIN: Final = "xmpp_iot"

SECTION_SERVER: Final = "server"
SUBENTRY_CONCENTRATOR: Final = "concentrator"
SUBENTRY_CONTACT: Final = "contact"

CONF_ALL_ENTITIES: Final = "all_entities"
CONF_CA_CERTIFICATE: Final = "ca_certificate"
CONF_FEED_SECRET: Final = "feed_secret"
CONF_FINGERPRINT: Final = "fingerprint"
CONF_JID: Final = "jid"
CONF_LEVEL: Final = "level"
CONF_NICKNAME: Final = "nickname"
CONF_TARGET: Final = "target"
CONF_TLS: Final = "tls"
CONF_USER_ID: Final = "user_id"

EVENT_COMMAND: Final = "xmpp_iot_command"
EVENT_COMMAND_FAILED: Final = "xmpp_iot_command_failed"
# Somebody asked for what an action answers. Like reading, it is not in the logbook.
EVENT_QUERY: Final = "xmpp_iot_query"

ATTR_ACTION: Final = "action"
ATTR_CONTACT: Final = "contact"
ATTR_REASON: Final = "reason"
