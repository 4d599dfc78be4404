"""What a packet belongs to: all that a carrier's gateway may decide by."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flow:
    """One conversation, as seen from the terminal.

    Attributes:
        protocol: ``tcp``, ``udp`` or ``icmp``.
        host: The far end: its name where the terminal asked for one, else its address.
        port: Its port; 0 where the protocol has none.
        address: Its address, where ``host`` is a name and it is known.
    """

    protocol: str
    host: str
    port: int = 0
    address: str = ""
