"""Where ejabberd finds the servers of other domains: a name server of a few lines, in its own Erlang.

It has an option for one port of all other domains, but none for their addresses, and looks them up with the
system's own resolver, which knows nothing of ours. So it asks for SRV records (RFC 2782), as it does for any
domain, and is told what is `localhost` for that resolver. (ERL_INETRC would not do: of a name server in it
Erlang ignores the port.)
"""

from collections.abc import Mapping
import struct
from typing import Final

_SRV: Final = 33
_INTERNET: Final = 1

# For each packet: its number, its question, and what is known of just that question (RFC 1035 section 4).
_NAME_SERVER: Final = """\
{{ok, Socket}} = gen_udp:open({port}, [binary, {{ip, {{127,0,0,1}}}}]),
Known = #{{{known}}},
Header = fun(Number, Flags, Answers) -> <<Number:16, Flags:16, 1:16, Answers:16, 0:32>> end,
Answer = fun(<<Number:16, _:80, Question/binary>>) ->
  case Known of
    #{{Question := Data}} ->
      Record = <<16#C00C:16, {srv}:16, {internet}:16, 5:32, (byte_size(Data)):16, Data/binary>>,
      [Header(Number, 16#8580, 1), Question, Record];
    _ -> [Header(Number, 16#8583, 0), Question]
  end
end,
Serve = fun Serve() ->
  receive {{udp, Socket, Address, Port, Packet}} ->
    gen_udp:send(Socket, Address, Port, Answer(Packet)),
    Serve()
  end
end,
gen_udp:controlling_process(Socket, spawn(Serve)),
inet_db:add_ns({{127,0,0,1}}, {port}).
"""


def _encoded(name: str) -> bytes:
    """Return a name as it is in a packet."""
    labels = (part.encode() for part in name.split("."))
    return b"".join(bytes([len(one)]) + one for one in labels) + b"\0"


def _literal(data: bytes) -> str:
    """Return the bytes in Erlang."""
    return f"<<{','.join(map(str, data))}>>"


def name_server(port: int, domains: Mapping[str, int]) -> str:
    """Return the Erlang that serves names at the UDP port of loopback, and asks there.

    The domains' servers are at these ports of localhost; other names do not exist.
    """
    kind = struct.pack(">HH", _SRV, _INTERNET)
    known = {
        _encoded(f"_xmpp-server._tcp.{domain}") + kind: struct.pack(">HHH", 0, 0, at)
        + _encoded("localhost")
        for domain, at in domains.items()
    }
    return _NAME_SERVER.format(
        port=port,
        srv=_SRV,
        internet=_INTERNET,
        known=", ".join(
            f"{_literal(question)} => {_literal(data)}"
            for question, data in known.items()
        ),
    )
