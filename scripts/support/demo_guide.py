"""What the demo prints for a person."""

from typing import Any

_GUIDE = """
The demo is up. {home[url]} is the house that has the entities, {cabin[url]} another one.
Log in to both as {home[username]} with the password {home[password]}

XMPP server: {xmpp[host]} port {xmpp[port]} (STARTTLS) or {xmpp[tls_port]} (direct TLS), {xmpp[websocket_url]}
Certificate authority to trust: {xmpp[ca_file]}
{accounts}

Three things to try, with any XMPP client that has an XML console (Gajim, Psi, profanity):
1. Log in as friend: home is among your contacts, and online. Read a thermometer:
   <iq type='get' id='try1' to='{home[concentrator_jid]}'><req xmlns='urn:xmpp:iot:sensordata' seqnr='1' momentary='true'><node nodeId='sensor.outside_temperature' sourceId='entities'/></req></iq>
2. Watch 'Kitchen Lights' on home's page, and switch them off:
   <iq type='set' id='try2' to='{home[concentrator_jid]}'><set xmlns='urn:xmpp:iot:control'><node nodeId='light.kitchen_lights' sourceId='entities'/><boolean name='power' value='false'/></set></iq>
   Then look at home's logbook: it says who did it.
3. Log in as guest, and send the same: guest may read, and is refused. As stranger: nobody is there.

Ctrl-C ends the demo, and leaves nothing behind.
"""
_WHO = {
    "home": "the house home",
    "cabin": "the house cabin; may do everything in home",
    "friend": "may do everything in home",
    "guest": "may read in home",
    "stranger": "may do nothing",
}


def text(facts: dict[str, Any]) -> str:
    """Return the facts of the ready file in words."""
    accounts = "\n".join(
        f"  {account['jid']:<24} password {account['password']}   {_WHO[user]}"
        for user, account in facts["accounts"].items()
    )
    return _GUIDE.format(
        xmpp=facts["xmpp"], accounts=accounts, **facts["homeassistant"]
    )
