"""What is said on the ways in, in each dialect."""

from typing import Any, Final

from custom_components.xmpp_iot.wire.model import Operation

from .dialects import NF, XSF, Words, source
from .matrix import CAMERA, LIGHT, Right, Scene, Way
from .matrix_begun import PUBSUB

SUBMIT: Final = "<x xmlns='jabber:x:data' type='submit'>{}</x>"
DYNAMIC: Final = "urn:xmpp:xdata:dynamic"


def plain(payload: str) -> Way:
    """Return a way of no dialect that whoever is admitted may take."""
    name = payload.removeprefix("<").partition(">")[0]
    return Way(name=name, needs=Right.HERE, says=lambda _: payload, dialects=("nf",))


def tree(
    operation: str,
    needs: Right | None,
    node: str = "",
    attributes: str = "",
    content: str = "",
    **more: Any,
) -> Way:
    """Return a concentrator operation, on a node or on the source."""

    def says(scene: Scene) -> str:
        words = scene.words
        where = words.attributes(scene.node) if node else source(words)
        return words.tree(operation, f"{where} {attributes}", content)

    return Way(name=operation, needs=needs, says=says, node=node, **more)


def bare(operation: str, needs: Right | None, **more: Any) -> Way:
    """Return a concentrator operation on nothing in particular."""
    return Way(
        name=operation,
        needs=needs,
        says=lambda scene: scene.words.tree(operation),
        **more,
    )


def nodes(operation: str, **more: Any) -> Way:
    """Return a concentrator operation on several nodes."""
    return Way(
        name=operation,
        says=lambda scene: scene.words.tree(operation, "", scene.words.ref(scene.node)),
        node=LIGHT,
        **more,
    )


def read(scene: Scene, more: str = "") -> str:
    """Return a request to read a node."""
    words = scene.words
    name, every = ("seqnr", "momentary") if words is XSF else ("id", "m")
    attributes = f"{name}='{scene.number}' {every}='true' {more}"
    return f"<req xmlns='{words.sd}' {attributes}>{words.ref(scene.node)}</req>"


def cancel(scene: Scene) -> str:
    """Return a request to cancel a readout."""
    name = "seqnr" if scene.words is XSF else "id"
    return f"<cancel xmlns='{scene.words.sd}' {name}='{scene.thing or 9}'/>"


def power(scene: Scene) -> str:
    """Return a request to turn a light off."""
    return scene.words.set(scene.node, scene.words.power(False))


def unlock(scene: Scene) -> str:
    """Return a request to unlock a lock."""
    setting = scene.words.power(False).replace("power", "locked")
    return scene.words.set(scene.node, setting)


def form(scene: Scene) -> str:
    """Return a request to turn a light off by a form."""
    field = "<field var='power'><value>0</value></field>"
    return scene.words.set(scene.node, SUBMIT.format(field))


def get_form(scene: Scene) -> str:
    """Return a request for the control form."""
    ref = scene.words.ref(scene.node)
    return f"<getForm xmlns='{scene.words.ctr}'>{ref}</getForm>"


def dynamic(name: str, scene: Scene) -> str:
    """Return a form that is being filled in."""
    session = f"<field var='xdd session'><value>{scene.thing or 'none'}</value></field>"
    return f"<{name} xmlns='{DYNAMIC}'>{SUBMIT.format(session)}</{name}>"


def events(scene: Scene, name: str) -> str:
    """Return a request about events of values."""
    namespace = scene.words.sd.replace(":sd:", ":events:")
    if name == "unsubscribe":
        return f"<unsubscribe xmlns='{namespace}' id='{scene.thing or 5}'/>"
    ref = scene.words.ref(scene.node)
    return (
        f"<subscribe xmlns='{namespace}' id='{scene.number}' m='true'>{ref}</subscribe>"
    )


def synchronization(scene: Scene, name: str) -> str:
    """Return a request about the clock."""
    return f"<{name} xmlns='{scene.words.sd.replace(':sd:', ':synchronization:')}'/>"


def interfaces(scene: Scene) -> str:
    """Return a request for the interfaces of a node."""
    namespace = (
        "urn:xmpp:iot:interoperability" if scene.words is XSF else "urn:nfi:iot:hi:1.0"
    )
    where = scene.words.attributes(scene.node)
    return f"<getInterfaces xmlns='{namespace}' {where}/>"


def pubsub(content: str, scene: Scene) -> str:
    """Return a request to a PubSub service; {t} is the node, {j} who asks."""
    told = content.replace("{t}", scene.thing or "none").replace("{j}", scene.jid)
    return f"<pubsub xmlns='{PUBSUB}'>{told}</pubsub>"


def query(scene: Scene) -> str:
    """Return a request for a picture."""
    named = "" if scene.words is XSF else f"queryId='{scene.number}'"
    where = f"{scene.words.attributes(scene.node)} command='picture' {named}"
    return scene.words.tree(Operation.EXECUTE_NODE_QUERY, where)


def abort(scene: Scene) -> str:
    """Return a request to end a query: it is known by its id, whatever the node."""
    where = f"{scene.words.attributes(CAMERA)} queryId='{scene.thing or 'none'}'"
    return scene.words.tree(Operation.ABORT_NODE_QUERY, where)


def edited(words: Words) -> str:
    """Return the parameters of a node after edit."""
    name = "Lamp" if words is NF else "Lantern"
    return SUBMIT.format(f"<field var='name'><value>{name}</value></field>")
