"""Real XMPP servers on loopback, for the tests and the demo.

Each server is a process of its own with all its files in one directory: no system
configuration, user or port is used, root or not makes no difference, and several run at
a time. It ends with its parent.
"""

from .base import ServerAccount, XmppServer
from .certificates import CertificateAuthority
from .ejabberd import Ejabberd
from .prosody import Prosody

__all__ = [
    "CertificateAuthority",
    "Ejabberd",
    "Prosody",
    "ServerAccount",
    "XmppServer",
]
