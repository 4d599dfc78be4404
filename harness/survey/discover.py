"""What answers, as lines for a rig file.

Nothing here energises anything, opens an instrument that a run holds, or writes a byte to a serial
line unless told to: a terminal may be on it.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.clock import Clock
from harness.errors import BenchError, HarnessError, PortError, RigLocked
from harness.ports import listing
from harness.ports.base import Port
from harness.ports.tcp import TcpPort
from harness.rig.address import port_to
from harness.rig.lock import RigLock
from harness.survey.guess import GENERIC, MODEM, guess
from harness.survey.held import held, host_of
from harness.wire.pan import mask

WITHIN, QUIET = 1.5, 0.3  # s for an answer; without a byte: it is over
KNOCK = 1.0  # s for a connection
IDN, MODEL = b"*IDN?\n", b"MN?\r\n"
#: TCP port -> (address, question). SCPI sockets first: they are the plainest way.
PROBES: tuple[tuple[int, str, bytes], ...] = (
    (5025, "TCPIP0::{host}::5025::SOCKET", IDN),  # SCPI-RAW, IANA
    (5555, "TCPIP0::{host}::5555::SOCKET", IDN),  # Rigol
    (8003, "TCPIP0::{host}::8003::SOCKET", IDN),  # TDK-Lambda
    (8462, "TCPIP0::{host}::8462::SOCKET", IDN),  # Delta Elektronika
    (4880, "TCPIP0::{host}::hislip0::INSTR", IDN),  # HiSLIP, IANA
    (111, "TCPIP0::{host}::inst0::INSTR", IDN),  # VXI-11, by its portmapper
    (23, "{host}:23", MODEL),  # Mini-Circuits RCDAT, Telnet
    (80, "{host}:80", b"GET /:MN? HTTP/1.0\r\n\r\n"),  # the same, HTTP
)
FIELDS = (4, 5)  # of *IDN?: maker, model, serial number, firmware; Siglent adds one
ATI = b"ATI\r"
#: What a serial line is asked: speed, question.
SERIAL_ASKS = (
    (9600, IDN), (115200, IDN), (115200, b"ID?\n"), (115200, ATI), (9600, b"ADR 6\rIDN?\r"),
)  # fmt: skip
NOTES = {
    "": "no driver knows it",
    GENERIC: "if it is a supply",
    MODEM: "no dialect knows it; the standard's commands alone",
}
HTTP_ONLY = "answers by HTTP; the driver needs Telnet, port 23: switch it on in the device"


@dataclass(frozen=True, slots=True)
class Found:
    """Something that answers, or could.

    Attributes:
        address: As a rig file has it.
        says: What it says of itself, or what is said of it; ``""`` for nothing.
        role: The role it may play, or ``""``.
        driver: The driver's word, or ``""``.
        note: Why there is no line for it, or what to look at.
    """

    address: str
    says: str = ""
    role: str = ""
    driver: str = ""
    note: str = ""


def rig_line(one: Found) -> str:
    """Its line in a rig file."""
    words = [f"driver: {one.driver}", f"address: {json.dumps(one.address)}"]
    fields = [field.strip() for field in one.says.split(",")]
    if len(fields) in FIELDS and fields[2].strip("0"):
        words.append(f"serial: {json.dumps(fields[2])}")
    check = ""
    if one.role == "supply":
        words.append("limits: {voltage: 5.5 V, current: 1 A}")
        check = "CHECK THE LIMITS: what your terminal survives; "
    return f"{one.role + ':':<11} {{{', '.join(words)}}}  # {check}{one.says}"


def rig_lines(rows: Iterable[Found]) -> list[str]:
    """All of them as YAML; whatever is no line of its own is a comment."""
    lines: list[str] = []
    roles: dict[str, str] = {}
    for one in rows:
        if not one.driver:
            lines.append(
                f"# {one.address}: {'; '.join(part for part in (one.says, one.note) if part)}"
            )
        elif one.note:
            lines.append(f"# {one.note}: {rig_line(one)}")
        elif one.role not in roles:
            roles[one.role] = one.says
            lines.append(rig_line(one))
        else:
            same = "the same, another way" if roles[one.role] == one.says else f"another {one.role}"
            lines.append(f"# {same}: {rig_line(one)}")
    return lines


# --- looking --------------------------------------------------------------------------------


class Search:
    """One look around. Locks are respected throughout."""

    def __init__(self, clock: Clock, locks: Path | None = None) -> None:
        """Take what is needed.

        Args:
            clock: A real clock.
            locks: Folder of the locks; this user's when left out.
        """
        self._clock, self._locks = clock, locks

    def plugged(self, *, ask: bool = False) -> Iterator[Found]:
        """Serial lines and USB instruments. A serial line is opened only when it may be asked."""
        for line in listing.serial_lines():
            yield self._serial(line.address, line.says, ask=ask)
        resources, note = listing.usb_instruments()
        for resource in resources:
            yield self._asked(resource, IDN)
        if note:
            yield Found("USB", note=note)

    def host(self, place: str) -> Iterator[Found]:
        """``host``: the ports instruments have; ``host:port``: that one, as a SCPI socket."""
        found = re.fullmatch(r"([^:\[\]]+):(\d+)", place)
        if found:
            host, number = found[1], int(found[2])
            probes: Iterable[tuple[int, str, bytes]] = [
                (number, f"TCPIP0::{{host}}::{number}::SOCKET", IDN),
                (number, f"{{host}}:{number}", MODEL),
            ]
        else:
            host, probes = place, PROBES
        holder = next((who for address, who in self._held() if host_of(address) == host), None)
        if holder is not None:
            yield Found(host, note=f"not touched: in use: {holder}")
            return
        rows = [row for row in (self._probe(host, *probe) for probe in probes) if row]
        known = [row for row in rows if row.driver]
        yield from known or rows[:1] or [Found(host, note="answers at no port of an instrument")]

    def lan(self) -> Iterator[Found]:
        """Whatever answers a broadcast; never while a run is on.

        Raises:
            RigLocked: A run holds an instrument; a broadcast would reach it.
        """
        for address, who in self._held():
            raise RigLocked(f"a broadcast would reach {address}, which is in use: {who}")
        hosts, note = listing.lan_hosts()
        for host in hosts:
            yield from self.host(host)
        if note or not hosts:
            yield Found("LAN", note=note or "nobody answered the broadcast")

    def _held(self) -> list[tuple[str, Any]]:
        return list(held(self._locks).items())

    def _probe(self, host: str, number: int, shape: str, question: bytes) -> Found | None:
        address = shape.format(host=host)
        knock = TcpPort(self._clock, f"{host}:{number}", connect_within=KNOCK)
        try:
            knock.open()
        except PortError:
            return None
        finally:
            knock.close()
        row = self._asked(address, question)
        if b"HTTP" in question:
            return Found(row.address, row.says, note=HTTP_ONLY) if row.driver else None
        return row

    def _serial(self, address: str, says: str, *, ask: bool) -> Found:
        known = guess(says)
        if not ask:
            role, driver = known or ("", "")
            note = "" if known else "not asked who it is (--ask writes to it)"
            return Found(address, says, role, driver, note)
        row = Found(address, says, note="says nothing to *IDN?, ID?, ATI or ADR 6")
        for baud, question in SERIAL_ASKS:
            seen = self._asked(address, question, baud)
            if seen.driver or seen.note.startswith(("not touched", "cannot")):
                return seen
            row = seen if seen.says else row
        return row

    def _asked(self, address: str, question: bytes, baud: int | None = None) -> Found:
        try:
            with RigLock("discover", [address], self._locks):
                says = ask(port_to(address, self._clock, baud=baud), question)
        except RigLocked as error:
            return Found(address, note=f"not touched: {error}")
        except HarnessError as error:
            return Found(address, note=f"cannot be asked: {error}")
        if not says:
            return Found(
                address, note="takes a connection and answers nothing; has it one already?"
            )
        role, driver = guess(says) or guess(says.removeprefix("OK ")) or ("", "")
        if not driver and question == ATI and re.search(r"(?:^|\s)(?:OK|0)$", says):
            role, driver = "modem", MODEM
        note = NOTES.get(driver, "")
        return Found(address, says, role, driver, note)


def ask(port: Port, question: bytes) -> str:
    """What it answers, as one line of printable text, masked; ``""`` for silence."""
    port.open()
    try:
        port.write(question)
        over = _until_quiet if question.endswith(b"\r") or b"HTTP" in question else _until_line
        heard = over(port)
    finally:
        port.close()
    text = heard.decode("latin-1").replace(question.decode("latin-1").strip(), "", 1)
    text = text.rpartition("\r\n\r\n")[2] if b"HTTP" in question else text
    text = "".join(sign if sign.isprintable() else " " for sign in mask(text))
    return " ".join(text.split())[:200]


def _until_line(port: Port) -> bytes:
    return _heard(port, lambda heard: b"\n" in heard.lstrip(), QUIET + WITHIN)


def _until_quiet(port: Port) -> bytes:
    return _heard(port, lambda _: False, QUIET)


def _heard(port: Port, over: Callable[[bytes], bool], gap: float) -> bytes:
    heard, limit = b"", port.clock.now() + WITHIN
    try:
        while not over(heard) and len(heard) < 4096:
            until = min(limit, port.clock.now() + (gap if heard else WITHIN))
            chunk = port.read(until)
            if chunk is None:
                break
            heard += chunk.data
    except BenchError:
        pass  # what was heard before it hung up counts
    return heard
