"""Things of others: two concentrators, one of each dialect, and a device without one."""

import asyncio

from .foreign import NOW, STANZAS, Element, Foreign, Refusal, field, form

XSF_DATA = "urn:xmpp:iot:sensordata"
XSF_CONTROL = "urn:xmpp:iot:control"
XSF_TREE = "urn:xmpp:iot:concentrators"
NF_DATA = "urn:nf:iot:sd:1.0"
NF_CONTROL = "urn:nf:iot:ctr:1.0"
NF_TREE = "urn:nf:iot:concentrator:1.0"
NF_EVENTS = "urn:nf:iot:events:1.0"


def bad_request(namespace: str, parameter: str, reason: str) -> Refusal:
    """Return what somebody says who was given a wrong value."""
    return Refusal(
        f"<error type='modify'><bad-request xmlns='{STANZAS}'/>"
        f"<paramError xmlns='{namespace}' var='{parameter}'>{reason}</paramError></error>"
    )


def settings(request: Element) -> dict[str, tuple[str, str]]:
    """Return what a `set` sets: the element and the value, by name."""
    return {
        name: (one.tag.rpartition("}")[2], one.get("value") or one.get("v") or "")
        for one in request
        if (name := one.get("name") or one.get("n"))
    }


class XsfConcentrator:
    """Two things behind a concentrator of XEP-0326 that can only be walked through."""

    def __init__(self) -> None:
        """Have a lamp that is off."""
        self.values = {"Lamp": "false", "Brightness": "40", "Color": "FF8800"}
        self.commands: list[str] = []
        self.foreign: Foreign | None = None
        self.answers = {
            "getAllDataSources": self.sources,
            "getRootNodes": self.nodes,
            "getNodeCommands": self.listing,
            "executeNodeCommand": self.execute,
            "getForm": self.form,
            "set": self.set,
            "req": self.read,
        }

    def sources(self, _: Element) -> str:
        """Name the one source."""
        return (
            f"<getAllDataSourcesResponse xmlns='{XSF_TREE}' result='OK'>"
            "<dataSource sourceId='things' name='Things' hasChildren='false'/>"
            "</getAllDataSourcesResponse>"
        )

    def nodes(self, _: Element) -> str:
        """Name both things."""
        return (
            f"<getRootNodesResponse xmlns='{XSF_TREE}' result='OK'>"
            "<node nodeId='lamp' nodeType='Acme.Lamp' cacheType='' state='None'"
            " hasChildren='false' isReadable='true' isControllable='true'"
            " hasCommands='true' parentId='' parentCacheType='' lastChanged='2026-11-21T05:00:00'"
            " displayName='Desk lamp'/>"
            "<node nodeId='meter' nodeType='Acme.Meter' cacheType='' state='None'"
            " hasChildren='false' isReadable='true' isControllable='false'"
            " hasCommands='false' parentId='' parentCacheType='' lastChanged='2026-11-21T05:00:00'"
            " displayName='Meter'/>"
            "</getRootNodesResponse>"
        )

    def listing(self, _: Element) -> str:
        """Name the lamp's commands."""
        return (
            f"<getNodeCommandsResponse xmlns='{XSF_TREE}' result='OK'>"
            "<command command='wink' name='Wink' type='Simple'/>"
            "<command command='burn' name='Burn in' type='Parameterized'/>"
            "</getNodeCommandsResponse>"
        )

    def execute(self, request: Element) -> str:
        """Carry a command out; a simple one has no form."""
        assert len(request) == 0
        self.commands.append(request.get("command", ""))
        return f"<executeNodeCommandResponse xmlns='{XSF_TREE}' result='OK'/>"

    def form(self, _: Element) -> str:
        """Say what can be set."""
        return form(
            field("Lamp", "xs:boolean", kind="boolean", value="false"),
            field("Brightness", "xs:int", value=40, limits=(0, 100)),
            field("Color", "xdc:Color", value="FF8800"),
        )

    def set(self, request: Element) -> str:
        """Set something; a brightness of all there is is too much."""
        wanted = settings(request)
        if wanted.get("Brightness") == ("int", "100"):
            raise bad_request(XSF_CONTROL, "Brightness", "Too bright.")
        for name, (_, value) in wanted.items():
            self.values[name] = value
        return f"<setResponse xmlns='{XSF_CONTROL}'/>"

    def read(self, request: Element) -> str:
        """Say how it is, a moment later."""
        sequence = request.get("seqnr")
        asked = {one.get("nodeId") for one in request}
        lamp = (
            f"<boolean name='Lamp' momentary='true' writable='true' value='{self.values['Lamp']}'/>"
            f"<int name='Brightness' momentary='true' writable='true' value='{self.values['Brightness']}'/>"
            f"<string name='Color' momentary='true' writable='true' value='{self.values['Color']}'/>"
            "<string name='Manufacturer' identity='true' value='Acme'/>"
        )
        meter = (
            "<numeric name='Energy' momentary='true' value='1234.5' unit='kWh'/>"
            "<numeric name='Energy' historicalDay='true' value='3' unit='kWh'/>"
            "<numeric name='Relative Humidity' momentary='true' value='55' unit='%'/>"
            "<boolean name='Tamper' status='true' value='false'/>"
            "<enum name='Tariff' momentary='true' value='Night' dataType='Tariff'/>"
        )
        told = "".join(
            f"<node nodeId='{node}'><timestamp value='{NOW}'>{content}</timestamp></node>"
            for node, content in {"lamp": lamp, "meter": meter}.items()
            if node in asked
        )
        assert self.foreign is not None
        asyncio.get_running_loop().call_soon(
            self.foreign.tell,
            f"<fields xmlns='{XSF_DATA}' seqnr='{sequence}' done='true'>{told}</fields>",
        )
        return f"<accepted xmlns='{XSF_DATA}' seqnr='{sequence}'/>"


class NfConcentrator:
    """One thing behind a concentrator of the Neuro-Foundation that tells of changes."""

    def __init__(self) -> None:
        """Have a thermostat."""
        self.set_to: dict[str, tuple[str, str]] = {}
        self.subscription = ""
        self.followed: set[str | None] = set()
        self.answers = {
            "getAllDataSources": self.sources,
            "getAllNodes": self.nodes,
            "getForm": self.form,
            "set": self.set,
            "req": self.read,
            "subscribe": self.subscribe,
            "unsubscribe": lambda _: "",
        }

    def sources(self, _: Element) -> str:
        """Name the one source."""
        return (
            f"<dataSources xmlns='{NF_TREE}'>"
            "<dataSource src='x' name='X' hasChildren='false'/></dataSources>"
        )

    def nodes(self, _: Element) -> str:
        """Name the thing."""
        return (
            f"<nodeInfos xmlns='{NF_TREE}'><nodeInfo id='t1' src='x' nodeType='T'"
            " displayName='Thermostat' state='None' hasChildren='false' isReadable='true'"
            f" isControllable='true' lastChanged='{NOW}'/></nodeInfos>"
        )

    def form(self, _: Element) -> str:
        """Say what can be set."""
        return form(
            field("Setpoint", "xs:double", value=20, limits=(5, 30)),
            field(
                "Mode",
                "xs:string",
                kind="list-single",
                value="eco",
                options=("eco", "comfort"),
            ),
        )

    def set(self, request: Element) -> str:
        """Set something."""
        self.set_to |= settings(request)
        return f"<resp xmlns='{NF_CONTROL}'/>"

    def data(self, identifier: str | None, *fields: str) -> str:
        """Return sensor data."""
        return (
            f"<resp xmlns='{NF_DATA}' id='{identifier}'><nd id='t1' src='x'>"
            f"<ts v='{NOW}'>{''.join(fields)}</ts></nd></resp>"
        )

    def read(self, request: Element) -> str:
        """Say how it is."""
        return self.data(
            request.get("id"),
            "<q n='Temperature' m='true' v='20.5' u='C'/>",
            "<q n='Setpoint' m='true' ctr='true' v='20' u='C'/>",
            "<b n='Window' m='true' v='false'/>",
        )

    def subscribe(self, request: Element) -> str:
        """Take note of who wants to be told, if it is of values."""
        if not request.tag.startswith(f"{{{NF_EVENTS}}}"):
            raise Refusal
        self.subscription = request.get("id", "")
        self.followed = {one.get("n") for one in request if one.tag.endswith("}f")}
        return f"<accepted xmlns='{NF_DATA}' id='{self.subscription}'/>"


class Device:
    """A device without a concentrator, which names itself in its data."""

    def __init__(self) -> None:
        """Have a relay that is open."""
        self.relay = "false"
        self.broken = False
        self.foreign: Foreign | None = None
        self.answers = {"getForm": self.form, "set": self.set, "req": self.read}

    def form(self, request: Element) -> str:
        """Say what can be set; nobody names a node."""
        assert len(request) == 0
        return form(
            field("Relay", "xs:boolean", kind="boolean", value=self.relay),
            field("Note", "xs:string", value="hello"),
        )

    def set(self, request: Element) -> str:
        """Set the relay, unless it is stuck."""
        if self.broken:
            raise Refusal(
                f"<error type='wait'><conflict xmlns='{STANZAS}'/>"
                f"<text xmlns='{STANZAS}'>It is stuck.</text></error>"
            )
        assert all(one.tag.rpartition("}")[2] != "node" for one in request)
        self.relay = settings(request)["Relay"][1]
        return f"<setResponse xmlns='{XSF_CONTROL}'/>"

    def read(self, request: Element) -> str:
        """Say how it is, at once."""
        assert all(one.tag.rpartition("}")[2] != "node" for one in request)
        return (
            f"<fields xmlns='{XSF_DATA}' seqnr='{request.get('seqnr')}' done='true'>"
            f"<node nodeId='Device01'><timestamp value='{NOW}'>"
            f"<boolean name='Relay' momentary='true' value='{self.relay}'/>"
            "<numeric name='Voltage' momentary='true' value='230.1' unit='V'/>"
            "<string name='Serial Number' identity='true' value='S-1'/>"
            "</timestamp></node></fields>"
        )
