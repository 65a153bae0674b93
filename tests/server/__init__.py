"""The whole house over real XMPP servers."""
