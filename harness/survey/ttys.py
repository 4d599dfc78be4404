"""Who else reaches for a serial line: ModemManager, another program, the power saving of USB.

ModemManager opens every new tty for some ten seconds and talks AT to it, also to a terminal's
console; a plain ``open`` succeeds beside an exclusive one and steals bytes. Nothing is opened here.

Source: ModemManager, "Blacklisting/whitelisting" (ID_MM_PORT_IGNORE, ID_MM_DEVICE_IGNORE); proc(5);
Linux, Documentation/ABI/testing/sysfs-devices-power.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from harness.survey.findings import BAD, OK, WARN, Row

MANAGER = "ModemManager"
RULES = "/etc/udev/rules.d/78-bench.rules"
RELOAD = f"sudo udevadm control --reload; sudo udevadm trigger; sudo systemctl restart {MANAGER}"
IGNORED = ("E:ID_MM_PORT_IGNORE=1", "E:ID_MM_DEVICE_IGNORE=1")


@dataclass(frozen=True, slots=True)
class Where:
    """Where the system keeps its books; elsewhere in tests."""

    sys: Path = Path("/sys")
    udev: Path = Path("/run/udev/data")
    proc: Path = Path("/proc")


def others(ttys: Sequence[str], where: Where | None = None) -> Iterator[Row]:
    """Every finding about these ttys: (check, level, seen, mend)."""
    books = where or Where()
    manager = MANAGER in {one.info["name"] for one in psutil.process_iter(["name"])}
    for tty in ttys:
        device = _device(tty, books)
        if manager:
            yield _managed(tty, device, books)
        for pid, name in holders(tty, books):
            mend = f"end it before a run: it takes bytes that are ours (process {pid})"
            yield "holder", BAD, f"{tty} is open in {name}", mend
        if device is not None:
            yield from _saving(tty, device)


def _managed(tty: str, device: Path | None, books: Where) -> Row:
    if device is not None and _is_ignored(device, books):
        return "modemmanager", OK, f"{MANAGER} runs and leaves {tty} alone", ""
    mend = f"add to {RULES}: {rule(tty, device)} ; then {RELOAD}"
    return "modemmanager", WARN, f"{MANAGER} runs and talks to {tty}", mend


def rule(tty: str, device: Path | None) -> str:
    """The udev rule that keeps ModemManager from a tty, by its USB device where it has one."""
    product = _above(device, "idProduct") if device is not None else None
    if product is None:
        which = f'KERNEL=="{Path(tty).resolve().name}"'
    else:
        vendor, number = _text(product / "idVendor"), _text(product / "idProduct")
        which = f'ATTRS{{idVendor}}=="{vendor}", ATTRS{{idProduct}}=="{number}"'
    return f'SUBSYSTEM=="tty", {which}, ENV{{ID_MM_PORT_IGNORE}}="1"'


def holders(tty: str, where: Where | None = None) -> Iterator[tuple[int, str]]:
    """(pid, name) of the other processes that have it open, as far as we may see."""
    node, proc = os.path.realpath(tty), (where or Where()).proc
    for folder in proc.glob("[0-9]*"):
        if folder.name == str(os.getpid()):
            continue
        with suppress(OSError):  # it ended just now, or is somebody else's
            if any(str(link.readlink()) == node for link in (folder / "fd").iterdir()):
                yield int(folder.name), _text(folder / "comm") or f"process {folder.name}"


def _device(tty: str, books: Where) -> Path | None:
    """Its place in sysfs; None for what is no device."""
    try:
        number = Path(tty).stat().st_rdev
    except OSError:
        return None
    place = books.sys / "dev" / "char" / f"{os.major(number)}:{os.minor(number)}"
    return place.resolve() if place.exists() else None


def _is_ignored(device: Path, books: Where) -> bool:
    """Whether a rule marks the tty, its interface or its USB device."""
    for place in (device, *device.parents):
        number = _text(place / "dev")
        for name in (f"c{number}" if number else "", f"+usb:{place.name}"):
            if name and any(mark in _text(books.udev / name) for mark in IGNORED):
                return True
        if (place / "idProduct").exists():
            break  # above it is the hub
    return False


def _saving(tty: str, device: Path) -> Iterator[Row]:
    """A modem that USB puts to sleep resets when it wakes (pinephone_modem_sdk 64)."""
    product = _above(device, "idProduct")
    if product is not None and _text(product / "power" / "control") == "auto":
        mend = f"echo on | sudo tee {product / 'power' / 'control'}"
        yield "autosuspend", WARN, f"the USB device of {tty} may be put to sleep", mend


def _above(device: Path, name: str) -> Path | None:
    return next((one for one in (device, *device.parents) if (one / name).exists()), None)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
