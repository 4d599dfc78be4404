"""Round trips of files and packets; and what only reads, or only hides."""

from typing import Any

from hypothesis import strategies as st

from harness.errors import Garbled
from harness.links import packet
from harness.links.flow import Flow
from harness.tests.codecs.trip import Elsewhere, ReadOnly, Table, Trip, octets
from harness.wire import image

# --- packets --------------------------------------------------------------------------------

_ADDRESSES = st.ip_addresses(v=4).map(lambda one: one.packed)
_PORTS = st.integers(0, 65535)
_PACKETS = st.tuples(
    st.sampled_from([packet.TCP, packet.UDP]), _ADDRESSES, _ADDRESSES, _PORTS, _PORTS,
    octets(0, 1, 1460, 65000),
)  # fmt: skip


def _written(row: Any) -> bytes:
    protocol, source, target, near, far, payload = row
    ports = near.to_bytes(2, "big") + far.to_bytes(2, "big")
    head = ports + (bytes(8) + b"\x50" + bytes(7) if protocol == packet.TCP else bytes(4))
    return packet.ipv4(protocol, source, target, head + payload)


def _seen(octets: bytes) -> Any:
    if not packet.is_ipv4(octets):
        raise Garbled("no IPv4")
    return packet.flow_of(octets, up=True), packet.near_port(octets, up=True), octets[
        packet.payload_at(octets) :
    ], packet.checksum(octets[:20])  # fmt: skip


def _flow(row: Any) -> Any:
    protocol, _, target, near, far, payload = row
    host = ".".join(map(str, target))
    return Flow(packet.NAMES[protocol], host, far), near, payload, 0


# --- images ---------------------------------------------------------------------------------

_KEY = image.key_of("hil")
_VERSIONS = st.lists(st.integers(0, 10**9 - 1).map(str), min_size=1, max_size=6).map(".".join)
_IMAGES = st.fixed_dictionaries({
    "payload": octets(0, 1, 65536), "key": st.sampled_from([_KEY, None]),
    "model": st.text(max_size=20), "version": _VERSIONS, "minimum": _VERSIONS,
    "chunk": st.integers(0, 2**31), "kind": st.sampled_from(image.KINDS),
})  # fmt: skip


def _read(whole: bytes) -> Any:
    head = image.read_head(whole)
    told = head.manifest
    fault = image.check_origin(whole, trusted=image.public_bytes(_KEY))
    return {
        "payload": image.payload_of(whole), "key": None if fault else _KEY, "model": told.model,
        "version": told.version, "minimum": told.minimum, "chunk": told.chunk, "kind": told.kind,
    }  # fmt: skip


TEXTS: Table = {
    "console rules": (ReadOnly("the terminal writes its log; rules find observations in it"),),
    "card numbers in texts": (ReadOnly("it hides: what was there must not come back"),),
    "card numbers in bytes": (ReadOnly("it hides: what was there must not come back"),),
    "packets": (Trip(_PACKETS, _written, _seen, "", _flow),),
    "image": (Trip(_IMAGES, lambda row: image.build(**row), _read, ""),),
    "trace": (Elsewhere("model/test_trace.py::test_a_line_read_back_is_the_observation"),),
    "profile": (ReadOnly("people write it, in YAML, with comments"),),
}
