"""What runs on a simulated Android terminal beside its payment application, until the next reset.

One ``System`` for each start of the firmware, however often adb connects to it.
"""

import re
import uuid
from collections.abc import Callable
from datetime import UTC
from typing import TYPE_CHECKING

from harness.sim.android import display, dumps
from harness.sim.android.activity import COURIER, ActivityManager
from harness.sim.android.disk import Disk
from harness.sim.android.logd import Logd, logcat
from harness.sim.android.packages import Packages
from harness.sim.android.payment_app import PACKAGE, PaymentApp
from harness.sim.android.shell import Call, Command, Shell

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware

PAGE = 4096  # B of an image that are handed on at a time
WINDOW = "/sdcard/window_dump.xml"
#: Key -> what it is on this device (AOSP, KeyEvent).
BACK, ENTER = ("4", "BACK", "KEYCODE_BACK"), ("66", "ENTER", "KEYCODE_ENTER")
DRAWS = 0.8  # s that uiautomator waits for a window at rest


def system_of(firmware: "Firmware") -> "System":
    """The system of this start."""
    kept = firmware.kept
    if "adb" not in kept:
        kept["adb"] = System(firmware)
    system: System = kept["adb"]
    return system


def serial_of(tid: str) -> str:
    """What a device is called by, from its terminal id."""
    return f"SM{tid}"


class System:
    """See the module text.

    Attributes:
        serial: What the device is called by.
        banner: What its daemon tells of it.
        disk: Its files.
        clock: The bench's clock.
    """

    def __init__(self, firmware: "Firmware") -> None:
        self._firmware = firmware
        self.clock = firmware.clock
        self.serial = serial_of(firmware.who.tid)
        boot = str(uuid.UUID(int=firmware.board.rng.getrandbits(128), version=4))
        self.disk = Disk(firmware.flash, {
            "/proc/sys/kernel/random/boot_id": lambda: f"{boot}\n",
            "/proc/uptime": lambda: f"{self.clock.now():.2f} 0.00\n",
        })  # fmt: skip
        self.logd = Logd(firmware.log, firmware.wall_time)
        self.app = PaymentApp(firmware)
        self.packages = Packages(self.disk, (PACKAGE, COURIER, "android"))
        activities = ActivityManager(self.clock, self.app, self.logd, {
            "com.hil.pay.CONSOLE": self._console,
            "com.hil.pay.UPDATE": self._update,
        })  # fmt: skip
        self._commands: dict[str, Command] = {
            "am": activities.run, "pm": self._packages, "cmd": self._cmd, "input": self._input,
            "logcat": lambda call: logcat(self.logd, self.clock, call), "getprop": self._getprop,
            "dumpsys": self._dumpsys, "df": self._df, "uiautomator": self._uiautomator,
            "screencap": self._screencap, "cat": self._cat, "ls": self._ls, "rm": self._rm,
            "date": self._date, "echo": _echo, "grep": _grep, "id": _id, "wm": _wm,
            "true": lambda _: 0, "false": lambda _: 1,
        }  # fmt: skip

    def shell(self) -> Shell:
        """A shell of its own for each stream."""
        return Shell(self._commands, self.disk.write)

    def spawn(self, name: str, work: Callable[[], object]) -> Callable[[], None]:
        """Run a process; what is returned kills it."""
        return self._firmware.board.spawn(name, work).kill

    def properties(self) -> dict[str, str]:
        """``getprop``."""
        return dumps.properties(self._firmware, self.serial)

    def token(self, size: int) -> bytes:
        """Bytes that nobody can foresee."""
        return self._firmware.board.rng.randbytes(size)

    def _update(self, extras: dict[str, str]) -> None:
        """Look for an update; or install the image in ``file``."""
        file = extras.get("file")
        if file is None:
            self._firmware.upkeep.look_now()
        else:
            self._firmware.board.spawn("handed image", lambda: self._install(file))

    def _install(self, file: str) -> None:
        upkeep = self._firmware.upkeep
        try:
            image = self.disk.read(file)
        except OSError as error:
            self._firmware.log.say_warning("upd", f"{file}: {error.strerror}")
            return
        if not upkeep.takes:
            self._firmware.log.say_warning("upd", "busy with another update")
        elif not upkeep.take(len(image), lambda at: image[at : at + PAGE]):
            self._firmware.restart("update")

    def _console(self, extras: dict[str, str]) -> None:
        """A command of the technician's, as on a console."""
        self._firmware.console_input(extras.get("line", "").encode() + b"\n")

    # --- commands ---------------------------------------------------------------------------

    def _getprop(self, call: Call) -> int:
        table = self.properties()
        if len(call.words) > 1:
            call.say(table.get(call.words[1], ""))
        for name in sorted(table) if len(call.words) == 1 else ():
            call.say(f"[{name}]: [{table[name]}]")
        return 0

    def _dumpsys(self, call: Call) -> int:
        name = call.words[1] if call.words[1:] else ""
        if name not in dumps.DUMPS or not self.app.ready:
            call.say(f"Can't find service: {name}")
            return 0
        call.say(dumps.DUMPS[name](self._firmware))
        return 0

    def _df(self, call: Call) -> int:
        call.say(dumps.disk_free(self._firmware))
        return 0

    def _packages(self, call: Call) -> int:
        if not self.app.ready:
            return call.complain("cmd: Can't find service: package", 20)
        return self.packages.run(call)

    def _cmd(self, call: Call) -> int:
        if call.words[1:2] == ["package"]:
            return self._packages(call)
        return call.complain(f"cmd: Can't find service: {' '.join(call.words[1:2])}", 20)

    def _input(self, call: Call) -> int:
        if call.words[1:2] == ["keyevent"]:
            for key in call.words[2:]:
                if key in BACK:
                    self.app.press_back()
                elif key in ENTER:
                    self._firmware.body.press("ok")
            return 0
        known = call.words[1:2] in (["tap"], ["text"], ["swipe"])
        return 0 if known else call.complain("Error: Unknown command", 255)

    def _uiautomator(self, call: Call) -> int:
        if call.words[1:2] != ["dump"]:
            return call.complain("Usage: uiautomator dump [file]")
        self.clock.sleep(DRAWS)
        if not self.app.ready:
            return call.complain("ERROR: could not get idle state.")
        seen = display.hierarchy(self._firmware.screen.shown, PACKAGE)
        path = next((word for word in call.words[2:] if not word.startswith("-")), WINDOW)
        if path == "/dev/tty":
            call.out(seen.encode())
        else:
            try:
                self.disk.write(path, seen.encode())
            except OSError as error:
                return call.complain(f"ERROR: {error.strerror}")
        call.say(f"UI hierchary dumped to: {path}")  # their spelling
        return 0

    def _screencap(self, call: Call) -> int:
        paths = [word for word in call.words[1:] if not word.startswith("-")]
        if not paths:
            call.out(display.picture())
            return 0
        try:
            self.disk.write(paths[0], display.picture())
        except OSError as error:
            return call.complain(f"Error opening file: {paths[0]} ({error.strerror})")
        return 0

    def _cat(self, call: Call) -> int:
        status = 0
        for path in call.words[1:]:
            try:
                call.out(self.disk.read(path))
            except OSError as error:
                status = call.complain(f"cat: {path}: {error.strerror}")
        while len(call.words) == 1 and (piece := call.read()) is not None:
            call.out(piece)
        return status

    def _ls(self, call: Call) -> int:
        folder = next((word for word in call.words[1:] if not word.startswith("-")), "/sdcard")
        found = self.disk.paths(folder.rstrip("/"))
        for path in found:
            call.say(path)
        return 0 if found else call.complain(f"ls: {folder}: No such file or directory")

    def _rm(self, call: Call) -> int:
        status, forced = 0, "-f" in call.words
        for path in call.words[1:]:
            if path.startswith("-"):
                continue
            try:
                self.disk.remove(path)
            except OSError as error:
                status = 0 if forced else call.complain(f"rm: {path}: {error.strerror}")
        return status

    def _date(self, call: Call) -> int:
        """In UTC, with ``-u`` or without."""
        now = self._firmware.wall_time().replace(tzinfo=UTC)
        asked = [word.removeprefix("+") for word in call.words[1:] if word != "-u"]
        shape = asked[0] if asked else "%a %b %d %H:%M:%S UTC %Y"
        call.say(now.strftime(shape.replace("%s", str(int(now.timestamp())))))
        return 0


def _echo(call: Call) -> int:
    call.say(" ".join(call.words[1:]))
    return 0


def _id(call: Call) -> int:
    call.say("uid=2000(shell) gid=2000(shell) groups=2000(shell),1004(input),1007(log)")
    return 0


def _grep(call: Call) -> int:
    pattern = next((word for word in call.words[1:] if not word.startswith("-")), "")
    held = b""
    while (piece := call.read()) is not None:
        held += piece
    found = [line for line in held.decode("utf-8", "replace").splitlines()
             if re.search(pattern, line)]  # fmt: skip
    for line in found:
        call.say(line)
    return 0 if found else 1


def _wm(call: Call) -> int:
    if call.words[1:] != ["size"]:
        return call.complain("Unknown command: " + " ".join(call.words[1:]), 255)
    call.say(f"Physical size: {display.WIDTH}x{display.HEIGHT}")
    return 0
