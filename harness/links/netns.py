"""Network namespaces of the kernel: going into one, and making one. Linux only.

Source: setns(2), unshare(2), ip-netns(8) for where named ones are kept.
"""

import ctypes
import os
from pathlib import Path

from harness.errors import BenchError

NEWNET = 0x40000000
NAMED = Path("/run/netns")


def enter(namespace: str) -> None:
    """This thread is in that namespace from now on; one by name, or by the path of its file.

    Raises:
        BenchError: There is none, or no right to.
    """
    path = Path(namespace) if namespace.startswith("/") else NAMED / namespace
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError as error:
        raise BenchError(f"no network namespace {namespace}: {error.strerror}") from error
    try:
        _call("setns", descriptor, NEWNET)
    finally:
        os.close(descriptor)


def leave_all() -> None:
    """This thread is in a new, empty namespace from now on. Raises BenchError without the right."""
    _call("unshare", NEWNET)


def inode() -> int:
    """Which namespace this thread is in."""
    return Path("/proc/thread-self/ns/net").stat().st_ino


def _call(name: str, *arguments: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments):
        number = ctypes.get_errno()
        raise BenchError(f"network namespace: {name}: {os.strerror(number)}")
