"""What a network card does in the kernel's stead, switched off: a limit then acts on packets.

With segmentation or receive offload one buffer stands for up to 64 KiB: a quota, a loss or a rate
would act on sixteen packets at once.

Source: ethtool(8), linux/ethtool.h (``ETHTOOL_G*``, ``ETHTOOL_S*``), linux/sockios.h.
"""

import contextlib
import errno
import fcntl
import socket
import struct
from array import array
from collections.abc import Mapping

from harness.errors import BenchError

SIOCETHTOOL = 0x8946
#: Name -> the words that ask for it and set it (linux/ethtool.h).
WORDS = {
    "gro": (0x2B, 0x2C),
    "gso": (0x23, 0x24),
    "tso": (0x1E, 0x1F),
}
#: Card or driver without the word, or without a way to change it.
UNKNOWN = (errno.EOPNOTSUPP, errno.EINVAL)


def offloads(interface: str) -> dict[str, bool]:
    """What is on, of those that the card knows. Raises BenchError when there is no such card."""
    found = {}
    for name, (get, _) in WORDS.items():
        with contextlib.suppress(_NotThere):
            found[name] = bool(_asked(interface, get, 0))
    return found


def set_offloads(interface: str, wanted: Mapping[str, bool]) -> None:
    """Switch them, and read them back.

    Raises:
        BenchError: No right to, no such card, or it is not as it was told to be.
    """
    before = offloads(interface)
    for name, on in wanted.items():
        if before.get(name, on) != on:
            with contextlib.suppress(_NotThere):  # fixed in the card: the reading below tells
                _asked(interface, WORDS[name][1], int(on))
    seen = offloads(interface)
    wrong = [name for name, on in wanted.items() if seen.get(name, on) != on]
    if wrong:
        raise BenchError(f"{interface}: {', '.join(wrong)} cannot be switched")


class _NotThere(Exception):
    """The card does not know the word."""


def _asked(interface: str, word: int, value: int) -> int:
    order = array("B", struct.pack("II", word, value))
    request = struct.pack("16sP", interface.encode(), order.buffer_info()[0])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        try:
            fcntl.ioctl(line, SIOCETHTOOL, request)
        except OSError as error:
            if error.errno in UNKNOWN:
                raise _NotThere from error
            raise BenchError(f"{interface}: offloads: {error.strerror}") from error
    return int(struct.unpack("II", order.tobytes())[1])
