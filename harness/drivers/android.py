r"""A terminal that runs Android, seen through adb: its log, its display, its health.

``console: {driver: android, address: "127.0.0.1:5037", device: SERIAL}``: the address is the adb
server's, ``device`` the terminal's serial number where there are several. The log is followed on
this port; another question interrupts it for its while, and the log goes on where it was, by its
stamps and by the boot it belongs to, so no line is lost or told twice.

What lines mean is ``fixtures/terminal/<personality>/console.yaml``, as in ``console.py``. Besides::

    journal: am broadcast -a com.maker.DUMP   # a command of the device's shell
    filter: ["PayApp:V", "*:S"]               # what logcat is asked for; left out: everything
    polls:                                    # asked every now and then, told when changed
      - {ask: dumpsys battery, kind: battery, match: 'level: (?P<percent_int>\d+)'}

Source: developer.android.com, "Logcat command-line tool", "dumpsys"; AOSP, uiautomator's dump.
"""

import html
import re
from typing import Any

from harness.drivers import console
from harness.drivers._adb import Adb, quoted
from harness.drivers._dumps import Polls
from harness.drivers._logcat import Logcat
from harness.drivers._personality import personality_file
from harness.errors import DeviceRefused, NotSupported
from harness.files import read_plain
from harness.model.units import Seconds
from harness.ports.base import Port
from harness.wire.pan import mask, numbers

IDENTITY = None
LOOK_AGAIN = 1.0  # s between two attempts to follow a log that was lost
WINDOW = "/sdcard/hil_window.xml"
TEXT = re.compile(r'<node [^>]*?\btext="([^"]+)"')


class Driver(console.Driver):
    """Plays Console; Watched, Polled, Identified. Also ``install``, ``screenshot``, ``texts``."""

    def __init__(
        self,
        port: Port,
        *,
        personality: str = "smart",
        device: str = "",
        every: Seconds = Seconds(30),
        watch_display: Seconds | None = None,
        within: Seconds = Seconds(10),
    ) -> None:
        """Nothing is asked yet.

        Args:
            port: TCP to the adb server.
            personality: Folder of ``fixtures/terminal``, or a path.
            device: Serial number of the terminal.
            every: Between two looks at its health.
            watch_display: Between two looks at its display; None for none, as each takes a
                second or two of the terminal's time.
            within: How long a command may take.

        Raises:
            RigError: The personality is none.
        """
        super().__init__(port, personality=personality)
        self._adb = Adb(port, device, within=within)
        plain = read_plain(personality_file(personality, "console.yaml"))
        tags = [str(word) for word in plain.get("filter", ())]
        self._log = Logcat(self._adb, port, tags, self._take_in)
        self._polls = Polls(plain.get("polls", ()))
        self.poll_every = LOOK_AGAIN
        self._every = {"health": float(every), "display": float(watch_display or 0)}
        self._due = dict.fromkeys(self._every, 0.0)
        self._told: dict[str, Any] = {}

    def tells(self) -> frozenset[str]:
        """Also what is asked for now and then."""
        shown = {"display"} if self._every["display"] else set[str]()
        return super().tells() | self._polls.kinds | shown

    def identify(self) -> str:
        """Maker, model, build and serial number."""
        names = ("ro.product.manufacturer", "ro.product.model", "ro.build.version.incremental",
                 "ro.serialno")  # fmt: skip
        line = "; ".join(quoted("getprop", name) for name in names)
        return " ".join(self._asked(line).split())

    # --- the log ----------------------------------------------------------------------------

    def attend(self) -> None:
        """Take in the log, followed anew where it was lost; raises PortLost without a device."""
        self._follow()
        self._log.attend()

    def poll(self) -> None:
        """Follow the log; now and then the terminal's health, and its display where wanted."""
        self._follow()
        now = self._port.clock.now()
        for what, look in (("health", self._look), ("display", self._read_display)):
            if self._every[what] and now >= self._due[what]:
                self._due[what] = now + self._every[what]
                look()
        self._follow()

    def ask_journal(self) -> None:
        """By the command of the personality; the entries come in the log."""
        if self._journal is None:
            raise NotSupported("this terminal takes no command for its journal")
        self._log.interrupt()
        answer = self._adb.run(self._journal)
        if answer.status or "Error" in answer.text:
            raise DeviceRefused(f"the terminal's journal: {answer.complaint}")
        self._follow()

    def _follow(self) -> None:
        if self._log.follow():
            self._kept.clear()

    def _take_in(self, octets: bytes, t: float) -> None:
        self._kept += octets
        self._take_lines(t)

    def _take(self, text: str, t: float) -> None:
        if self._log.is_news(text):
            super()._take(text, t)

    # --- questions --------------------------------------------------------------------------

    def texts(self) -> list[str]:
        """What the display shows, masked; said as ``display`` when it is another text."""
        shown = self._read_display()
        self._follow()
        return shown

    def _read_display(self) -> list[str]:
        # A dump that fails ("ERROR: could not get idle state.") may end with status 0, and
        # leaves the file of the one before: that is no display of now.
        dump = f"{quoted('uiautomator', 'dump', WINDOW)} && {quoted('cat', WINDOW)}"
        line = f"{quoted('rm', '-f', WINDOW)}; {dump}"
        seen = [html.unescape(text) for text in TEXT.findall(self._asked(line))]
        shown = [mask(text) for text in seen]
        if not shown:
            return []
        for text in seen:
            if found := numbers(text):
                self.observe("card_number_in_clear", channel="display", masked=found)
        self._tell_change("texts", "display", {"text": " / ".join(shown)})
        return shown

    def screenshot(self) -> bytes:
        """The display as PNG. It may show a card number: nothing here keeps it, nor should you."""
        self._log.interrupt()
        picture = self._adb.screenshot()
        self._follow()
        return picture

    def install(self, content: bytes) -> None:
        """Install an APK; raises DeviceRefused in the terminal's own words."""
        self._log.interrupt()
        self._adb.install(content)
        self._follow()

    def _look(self) -> None:
        """All of ``polls`` in one go."""
        said = self._asked(self._polls.line) if self._polls.line else ""
        for ask, kind, fields in self._polls.read(said):
            self._tell_change(ask, kind, fields)

    def _tell_change(self, what: str, kind: str, fields: dict[str, Any]) -> None:
        if self._told.get(what) != fields:
            self._told[what] = fields
            self.observe(kind, **fields)

    def _asked(self, line: str) -> str:
        self._log.interrupt()
        return self._adb.run(line).text
