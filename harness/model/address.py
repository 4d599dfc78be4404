"""Where a device is, as a rig file says it: what an address looks like, and which way there."""

import re

#: What an address looks like -> which way there. The first that fits.
ADDRESSES = (
    ("bench", r"sim://\S+"),
    ("served", r"sim\+(?:pty|tcp|visa)://\S+"),
    ("serial", r"/\S+"),
    ("serial", r"(?:rfc2217|socket)://\S+:\d+\S*"),
    ("visa", r"(?:TCPIP|ASRL|USB|GPIB|VXI|PXI)[^\s:]*::?\S+"),
    ("udp", r"udp://(?:\[[0-9A-Fa-f:.]+\]|[^\s:/]+):\d{1,5}"),
    ("program", r"program://[\w.-]+"),
    ("worker", r"(?:tun|relay)://[\w.-]+"),
    ("gateway", r"(?:gateway://|ssh://[^\s/]+/)[^\s/,]+,\S+"),
    ("operator", r"operator://tty"),
    ("tcp", r"https?://(?:\[[0-9A-Fa-f:.]+\]|[^\s:/]+)(?::\d{1,5})?"),
    ("tcp", r"(?:\[[0-9A-Fa-f:.]+\]|[^\s:/]+):\d{1,5}"),
)
#: How an address begins -> one that is whole.
WHOLE = {
    "sim": "sim://modem", "rfc2217": "rfc2217://10.0.0.5:2217", "socket": "socket://10.0.0.5:4000",
    "udp": "udp://10.0.0.7:161", "program": "program://uhubctl", "tun": "tun://lab",
    "relay": "relay://lab", "operator": "operator://tty", "http": "http://10.0.0.5:8080",
    "https": "https://sims.lab.example",
    "gateway": "gateway://eth1,eth0 (towards the terminal first)",
    "ssh": "ssh://root@10.0.0.9/eth1,eth0 (towards the terminal first)",
}  # fmt: skip


def way_to(address: str) -> str:
    """A word of ``ADDRESSES``; raises ValueError, which shows what was meant."""
    for way, shape in ADDRESSES:
        if re.fullmatch(shape, address):
            return way
    like = WHOLE.get(address.partition(":")[0]) if ":" in address else None
    if like:
        raise ValueError(f"{address!r} is no address; wanted one like {like}")
    raise ValueError(
        f"{address!r} is no address; wanted a tty (/dev/serial/by-id/...), socket://host:port, "
        "rfc2217://host:port, a VISA resource (TCPIP0::10.0.0.5::5025::SOCKET), host:port, "
        "https://host, a link (gateway://, ssh://, tun://, relay://), operator://tty or sim://name"
    )
