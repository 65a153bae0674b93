"""A name server that knows the SRV records of one test, and localhost."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
import struct
from typing import cast, override

type Record = tuple[int, int, str]  # priority, port, target

_SRV = 33


def _encoded(name: str) -> bytes:
    labels = [label for label in name.split(".") if label]
    return b"".join(bytes([len(one)]) + one.encode() for one in labels) + b"\0"


@dataclass
class NameServer(asyncio.DatagramProtocol):
    """Answers SRV queries from a table, and that there is nothing to all others."""

    records: Mapping[str, Record]
    transport: asyncio.DatagramTransport | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    @override
    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        name, position = [], 12
        while length := data[position]:
            name.append(data[position + 1 : position + 1 + length].decode())
            position += length + 1
        kind = struct.unpack(">H", data[position + 1 : position + 3])[0]
        record = self.records.get(".".join(name)) if kind == _SRV else None
        head = data[:2] + struct.pack(
            ">HHHHH", 0x8580 | (0 if record else 3), 1, int(record is not None), 0, 0
        )
        answer = b""
        if record is not None:
            priority, port, target = record
            content = struct.pack(">HHH", priority, 0, port) + _encoded(target)
            answer = struct.pack(">HHHIH", 0xC00C, _SRV, 1, 5, len(content)) + content
        assert self.transport is not None
        self.transport.sendto(head + data[12 : position + 5] + answer, addr)


@asynccontextmanager
async def name_server(records: Mapping[str, Record]) -> AsyncGenerator[int]:
    """Run a name server with these records and yield its port."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: NameServer(records), local_addr=("127.0.0.1", 0)
    )
    try:
        yield transport.get_extra_info("sockname")[1]
    finally:
        transport.close()
