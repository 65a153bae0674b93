"""The language: an XMPP session and the IoT protocols. Knows nothing of Home Assistant."""
