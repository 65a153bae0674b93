"""Real XMPP servers on loopback, for the tests and the demo.

Each server is a process of its own with all its files in one directory: no system
configuration, user or port is used, root or not makes no difference, and several run at
a time. It ends with its parent.
"""

from .base import ServerAccount, XmppServer
from .certificates import CertificateAuthority
from .ejabberd import Ejabberd
from .federation import federation
from .prosody import Prosody
from .versions import ServerVersion, server_versions

__all__ = [
    "CertificateAuthority",
    "Ejabberd",
    "Prosody",
    "ServerAccount",
    "ServerVersion",
    "XmppServer",
    "federation",
    "server_versions",
]
