"""The ways in that are no requests of the protocols of things: feeds, what nobody asked for, and pushes."""

from functools import partial
from typing import Final

from custom_components.xmpp_iot.wire.assurance import ASSURANCE
from custom_components.xmpp_iot.wire.happening import Happening

from .dialects import XSF
from .matrix import LIGHT, At, Right, Scene, Way
from .matrix_begun import PUBSUB, feed_of_friend, own_feed
from .matrix_words import pubsub

BLOCKING: Final = "urn:xmpp:blocking"
NOT_HERE: Final = "feature-not-implemented"
SUBSCRIBE: Final = "<subscribe node='{t}' jid='{j}'/>"
ITEMS: Final = "<items node='{t}'/>"


def _last_item(scene: Scene) -> str:
    """Return the question of a house of ours whether it has heard everything."""
    return f"<check xmlns='{ASSURANCE}' feed='{scene.thing}'/>"


FEEDS: Final = (
    Way(
        name="subscribe to the feed of one's audience",
        needs=Right.SEE,
        says=partial(pubsub, SUBSCRIBE),
        kind="set",
        at=At.ACCOUNT,
        begins=own_feed,
    ),
    Way(
        name="items of the feed of one's audience",
        needs=None,  # it keeps none
        says=partial(pubsub, ITEMS),
        at=At.ACCOUNT,
        begins=own_feed,
    ),
    Way(
        name="subscribe to another's feed",
        needs=None,
        says=partial(pubsub, SUBSCRIBE),
        kind="set",
        at=At.ACCOUNT,
        begins=feed_of_friend,
        of_another=True,
    ),
    Way(
        name="items of another's feed",
        needs=None,
        says=partial(pubsub, ITEMS),
        at=At.ACCOUNT,
        begins=feed_of_friend,
        of_another=True,
    ),
    Way(
        name="publish to one's feed",
        needs=None,
        says=partial(pubsub, "<publish node='{t}'><item/></publish>"),
        kind="set",
        at=At.ACCOUNT,
        begins=own_feed,
    ),
    Way(
        name="the last item of the feed of one's audience",
        needs=Right.HERE,
        says=_last_item,
        dialects=("nf",),
        begins=own_feed,
        tells=(Right.SEE, "last="),
    ),
    Way(
        name="the last item of another's feed",
        needs=Right.HERE,
        says=_last_item,
        dialects=("nf",),
        begins=feed_of_friend,
        of_another=True,
    ),
    Way(
        name="subscribe at the house itself",
        needs=None,
        says=partial(pubsub, SUBSCRIBE),
        kind="set",
        begins=own_feed,
        refused="item-not-found",
        dialects=("nf",),
    ),
)


def _injected(name: str, says: str, kind: str = "message") -> Way:
    """Return something nobody waits for; {con}, {sd}, {nd} and {n} are words of a dialect."""

    def made(scene: Scene) -> str:
        words = scene.words
        return says.format(
            con=words.con,
            sd=words.sd,
            n=words.attributes(scene.node),
            id="seqnr" if words is XSF else "id",
        )

    return Way(name=name, needs=None, says=made, kind=kind, node=LIGHT)


INJECTED: Final = (
    _injected(
        "an event of PubSub",
        f"<event xmlns='{PUBSUB}#event'><items node='x'><item id='1'/></items></event>",
    ),
    _injected("readings", "<resp xmlns='{sd}' {id}='1'/>"),
    _injected("fields", "<fields xmlns='{sd}' {id}='1'/>"),
    _injected("begun", "<started xmlns='{sd}' {id}='1'/>"),
    _injected("done", "<done xmlns='{sd}' {id}='1'/>"),
    _injected("failed", "<failure xmlns='{sd}' {id}='1' done='true'/>"),
    _injected("progress", "<queryProgress xmlns='{con}' {n} queryId='1'/>"),
    *(_injected(kind, f"<{kind} xmlns='{{con}}' {{n}}/>") for kind in Happening),
    _injected("a result", "<query xmlns='jabber:iq:roster'/>", "result"),
    _injected("text", "<body>turn off {n}</body>"),
)
"""What is said as if the house had asked for it."""


def _push(payload: str, refused: str, name: str = "") -> Way:
    return Way(
        name=name or payload.partition(" xmlns")[0],
        needs=None,
        says=lambda scene: payload.replace("{j}", scene.jid),
        kind="set",
        dialects=("nf",),
        refused=refused,
        unseen=refused,
    )


def _provisioning(
    name: str, kind: str = "set", *, owner: bool = False, refused: str = NOT_HERE
) -> Way:
    """Return what a provisioning server says, or is asked; a contact is none, and is not told that there is one."""

    def says(scene: Scene) -> str:
        family = scene.words.sd.split(":")[1]
        part = "o" if owner else "d"
        namespace = (
            "urn:xmpp:iot:provisioning"
            if scene.words is XSF
            else f"urn:{family}:iot:prov:{part}:1.0"
        )
        return f"<{name} xmlns='{namespace}' jid='{scene.jid or 'a@b'}'/>"

    return Way(
        name=name,
        needs=None,
        says=says,
        kind=kind,
        refused=refused,
        unseen=refused,
        dialects=("nf",) if owner else ("nf", "xsf"),
    )


PROVISIONING: Final = (
    _provisioning("clearCache"),
    _provisioning("friend", "message"),
    _provisioning("unfriend", "message"),
    *(
        _provisioning(f"{matter}Rule", owner=True)
        for matter in ("isFriend", "canRead", "canControl")
    ),
    # The house answers its own devices, and its features say so.
    *(
        _provisioning(matter, "get", refused="forbidden")
        for matter in ("isFriend", "canRead", "canControl")
    ),
)

PUSHES: Final = (
    _push(
        "<query xmlns='jabber:iq:roster'><item jid='{j}' subscription='both'/></query>",
        "service-unavailable",
        "roster",
    ),
    *(
        _push(
            f"<{name} xmlns='{BLOCKING}'><item jid='{{j}}'/></{name}>",
            "service-unavailable",
        )
        for name in ("block", "unblock")
    ),
)
"""What is for one's own server to say."""
