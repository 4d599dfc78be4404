"""The courier: an application on the terminal that starts another for its result and says it.

Its contract, which a real one has to keep:

* ``am start -n COURIER/.Ask --es courier_id ID --es courier_target PACKAGE/ACTIVITY --es ...``
  starts the target for its result, with all other extras, and logs under the tag ``HilCourier``,
  one JSON object a line: ``{"id": ID, "stage": "started"}``, then stages that the application
  broadcasts where it does (words of ``stages:`` in intent.yaml), at last
  ``{"id": ID, "result": RESULT_CODE, "extras": {...}}``, or ``{"id": ID, "error": TEXT}``.
* ``am broadcast -n COURIER/.Query --es what order --es order_no NUMBER`` (or ``what last``) asks
  the application for an order: result data ``{"found": BOOL, "open": BOOL, "result": .., "extras":
  ..}``; ``what condition``: ``{"state": "ready"|"busy"|.., "code": .., "text": ..}``.

Everything goes over adb, each question on a connection of its own; a transaction's answers are
followed in the log.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.drivers._adb import Adb, quoted
from harness.errors import DeviceRefused, PortLost
from harness.ports.base import Port

TAG = "HilCourier"
BACK = "4"  # AOSP, KeyEvent.KEYCODE_BACK
SLICE = 0.5  # s until an abort that was asked for is noticed
BOOT = "/proc/sys/kernel/random/boot_id"
#: How ``am`` says that it has started nothing, and ``pm`` that it has installed nothing; before
#: Android 8 the latter ends with status 0 all the same.
REFUSALS = ("Error", "Failure [", "cmd: ", "/system/bin/sh: ", "Exception")
ANSWER = re.compile(r'Broadcast completed: result=-?\d+, data="(\{.*\})"', re.DOTALL)
SYSTEM_STARTS = "Can't find service"


class Gone(PortLost):
    """No result came.

    Attributes:
        started: Whether the transaction may have been started.
    """

    def __init__(self, text: str, *, started: bool) -> None:
        super().__init__(text)
        self.started = started


@dataclass(frozen=True, slots=True)
class Number:
    """An order's number, never used before, and the terminal's time in ms since 1970."""

    text: str
    stamp: str


@dataclass(frozen=True, slots=True)
class Word:
    """One line of the courier, and when it was read."""

    t: float
    fields: Mapping[str, Any]


class Courier:
    """One terminal's.

    Attributes:
        lost: Told instead of taking what ended an activity, where somebody wants it lost.
    """

    def __init__(
        self, port: Port, device: str, package: str, *, within: float, life: float
    ) -> None:
        """Nothing is asked yet.

        Args:
            port: TCP to the adb server.
            device: Serial number.
            package: Its name.
            within: Seconds a command may take.
            life: Seconds to the next sign of life of a transaction.
        """
        self._adb = Adb(port, device, within=within)
        self._port, self._clock = port, port.clock
        self._package = package
        self._within, self._life = within, life
        self._count = 0
        self._busy = self._aborting = False
        self.lost: Callable[[Word], None] | None = None

    def identify(self) -> str:
        """Model, build and serial number."""
        names = ("ro.product.model", "ro.build.version.incremental", "ro.serialno")
        line = "; ".join(quoted("getprop", name) for name in names)
        return " ".join(self._adb.run(line).text.split())

    def check(self) -> None:
        """See that it can be asked; raises DeviceRefused, PortLost."""
        if self._adb.shell("getprop", "sys.boot_completed").text != "1":
            raise PortLost("the terminal has not finished its start")
        if self._adb.shell("pm", "path", self._package).status:
            raise DeviceRefused(f"{self._package} is not installed on the terminal")

    def new_number(self) -> Number:
        """By the terminal's boot and clock, so that no two runs use the same."""
        line = f"{quoted('cat', BOOT)} && {quoted('date', '+%s')}"
        said = self._adb.run(line).text.split()
        if len(said) != 2 or not said[1].isdecimal():
            raise PortLost(f"the terminal does not tell its boot and time: {said[:3]}")
        self._count += 1
        return Number(f"{said[0][:8]}{said[1]}{self._count % 1000:03d}", f"{said[1]}000")

    def query(self, asked: Mapping[str, str]) -> dict[str, Any]:
        """A question to the application; raises DeviceRefused, PortLost."""
        answer = self._adb.run(
            quoted("am", "broadcast", "-n", f"{self._package}/.Query", *_texts(asked)) + " 2>&1"
        )
        if SYSTEM_STARTS in answer.text:
            raise PortLost("the terminal has not finished its start")
        found = ANSWER.search(answer.text)
        try:
            said = json.loads(found[1]) if found else None
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            raise DeviceRefused(f"{self._package} does not answer: {answer.complaint}")
        return said

    def command(self, line: str) -> None:
        """A command line of a personality; raises DeviceRefused where it fails."""
        answer = self._adb.run(f"{line} 2>&1")
        if answer.status or answer.text.startswith(REFUSALS):
            raise DeviceRefused(f"{line}: {answer.complaint}")

    def push(self, path: str, content: bytes) -> None:
        """A file, to where adb may write; raises DeviceRefused, PortLost."""
        self._adb.push(path, content)

    def press_back(self) -> None:
        """BACK; a transaction under way presses it itself, on its own connection."""
        if self._busy:
            self._aborting = True
        else:
            self._adb.shell("input", "keyevent", BACK)

    # --- a transaction ----------------------------------------------------------------------

    def ask(
        self, number: str, target: str, extras: Mapping[str, str], stage: Callable[[Word], None]
    ) -> Word:
        """Start an activity for its result; returns what ended it. Raises Gone."""
        own = {"courier_id": number, "courier_target": target, **extras}
        start = quoted("am", "start", "-n", f"{self._package}/.Ask", *_texts(own))
        self._busy, self._aborting = True, False
        asking = _Asking(number, self._adb, self._clock.now() + self._within)
        try:
            asking.begin(f"{start} 2>&1 && {_LISTEN}")
            return self._await_end(asking, stage)
        except Gone:
            raise
        except PortLost as error:
            raise Gone(str(error), started=asking.started) from error
        finally:
            self._busy = False
            self._adb.close()

    def _await_end(self, asking: "_Asking", stage: Callable[[Word], None]) -> Word:
        until = self._clock.now() + self._life
        while (now := self._clock.now()) < until:
            if self._aborting:
                self._aborting = False
                self._adb.shell("input", "keyevent", BACK)
                asking.resume(now + self._within)
            chunk = self._port.read(min(until, now + SLICE))
            for word in asking.take(chunk.t, asking.decode(chunk)) if chunk else ():
                until = self._clock.now() + self._life
                if "stage" in word.fields:
                    stage(word)
                elif self.lost is None:
                    return word
                else:
                    self.lost(word)  # as if it had never arrived
        raise Gone("no sign of life of the payment application", started=True)


_LISTEN = quoted("logcat", "-v", "raw", "-s", f"{TAG}:V")


class _Asking:
    """One transaction's lines, also over a second connection, where the log is read again."""

    def __init__(self, number: str, adb: Adb, until: float) -> None:
        self.started = False
        self._number, self._adb, self._until = number, adb, until
        self._rest = b""
        self._heard = self._passed = 0

    def begin(self, line: str) -> None:
        """From the moment that the device may have heard it, it may have been started."""
        self._adb.features()
        self._adb.select(self._until)
        self.started = True
        self.decode = self._adb.follow(line, self._until)

    def resume(self, until: float) -> None:
        """Follow the log anew; what was heard already is passed over."""
        self._rest, self._passed = b"", 0
        self._adb.select(until)
        self.decode = self._adb.follow(_LISTEN, until)

    def take(self, t: float, octets: bytes) -> list[Word]:
        """The courier's lines about this one; raises Gone where ``am`` has refused it."""
        *lines, self._rest = (self._rest + octets).split(b"\n")
        found = []
        for line in lines:
            text = line.decode("utf-8", "replace").strip()
            if text.startswith(REFUSALS) and not self._heard:
                raise Gone(text[:200], started=False)
            fields = _read(text)
            if fields.get("id") != self._number:
                continue
            self._passed += 1
            if self._passed > self._heard:
                self._heard = self._passed
                found.append(Word(t, fields))
        return found


def _read(line: str) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _texts(extras: Mapping[str, str]) -> list[str]:
    return [word for name, text in extras.items() for word in ("--es", name, text)]
