"""Conversations led to another host than the terminal meant, as a carrier's gateway does it."""

from harness.links.packet import key_of, readdressed

MOST = 4096  # conversations that are remembered; the oldest is forgotten first

Key = tuple[int, int, bytes, int]


class Diversions:
    """Both ways: towards the other host, and back in the name of the one that was meant."""

    def __init__(self) -> None:
        self._to: dict[Key, bytes] = {}
        self._back: dict[Key, bytes] = {}

    def begin(self, packet: bytes, host: bytes) -> None:
        """Lead the conversation of this packet of the terminal's to ``host`` (its port stays)."""
        protocol, near, meant, port = key_of(packet, up=True)
        self._to[protocol, near, meant, port] = host
        self._back[protocol, near, host, port] = meant
        for table in (self._to, self._back):
            if len(table) > MOST:
                del table[next(iter(table))]

    def end(self, packet: bytes) -> None:
        """What the terminal begins anew with the same ports is not led astray."""
        key = key_of(packet, up=True)
        host = self._to.pop(key, None)
        if host is not None:
            self._back.pop((key[0], key[1], host, key[3]), None)

    def turned(self, packet: bytes, *, up: bool) -> bytes:
        """The packet with the address it is led to, or seems to come from; itself if it is none."""
        if not self._to:
            return packet
        key = key_of(packet, up=up)
        if up:
            host = self._to.get(key)
            return packet if host is None else readdressed(packet, target=host)
        meant = self._back.get(key)
        return packet if meant is None else readdressed(packet, source=meant)
