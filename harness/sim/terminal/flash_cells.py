"""What an operation does to the flash's files, and what a cut leaves of one that was not synced."""

import random
from dataclasses import dataclass

ERASED = b"\xff"  # what an erased flash cell reads as


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing not synced yet.

    Attributes:
        act: ``write`` (whole file), ``append``, ``truncate``, ``delete`` or ``rename``.
        name: The file.
        data: What is written or appended.
        at: Where an append goes, a truncation ends, bytes from the start.
        to: The new name of a rename.
    """

    act: str
    name: str
    data: bytes = b""
    at: int = 0
    to: str = ""


def apply(files: dict[str, bytes], operation: Operation) -> None:
    """Do one operation whole."""
    if operation.act == "write":
        files[operation.name] = operation.data
    elif operation.act == "append":
        # When the append before this one was lost, its place was allocated but never written.
        held = files.get(operation.name, b"")[: operation.at].ljust(operation.at, ERASED)
        files[operation.name] = held + operation.data
    elif operation.act == "truncate":
        files[operation.name] = files.get(operation.name, b"")[: operation.at]
    elif operation.act == "delete":
        files.pop(operation.name, None)
    else:
        # Renamed, but its contents never arrived: the well-known empty file after a crash.
        files[operation.to] = files.pop(operation.name, b"")


def survive(files: dict[str, bytes], operation: Operation, rng: random.Random, page: int) -> None:
    """Do to the durable files what a power cut leaves of one unsynced operation."""
    fate = rng.choice(("kept", "torn", "lost"))
    if fate == "kept":
        apply(files, operation)
    elif fate == "torn" and operation.act in ("write", "append"):
        tear(files, operation, rng, page)


def tear(files: dict[str, bytes], operation: Operation, rng: random.Random, page: int) -> None:
    """Do a part of one operation: what had been programmed of it, and perhaps an erased rest."""
    cut = rng.randrange(len(operation.data) + 1)
    part = operation.data[:cut] + rest_of_page(cut, len(operation.data), rng, page)
    if operation.act == "append":
        apply(files, Operation("append", operation.name, part, at=operation.at))
        return
    old_tail = files.get(operation.name, b"")[len(part) :] if rng.random() < 0.5 else b""
    files[operation.name] = part + old_tail


def rest_of_page(cut: int, size: int, rng: random.Random, page: int) -> bytes:
    """The page that was being programmed is erased behind the cut, if its length was stored."""
    if rng.random() < 0.5:
        return b""
    return ERASED * (min(size, -(-cut // page) * page) - cut)
