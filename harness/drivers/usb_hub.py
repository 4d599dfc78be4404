"""A port of a USB hub that can switch its VBUS, by the program ``uhubctl``.

Source: uhubctl's manual page and README (github.com/mvp/uhubctl, 2.5 and later, which uses the
kernel's own ``disable`` file where there is one). The rig's address is ``program://uhubctl``.
Quirks: few hubs can switch power at all, and some only pretend to (the LED goes off, VBUS stays):
measure once. A USB 3 port has power while its USB 2 or its USB 3 half has; uhubctl moves both. A
supply of its own behind a hub, or a second cable, feeds the terminal all the same.
"""

import re
from typing import ClassVar

from harness.drivers._switched import Switched
from harness.errors import DeviceRefused, Garbled, PortTimeout, UsageError
from harness.model.power import Switching
from harness.ports.base import Port

IDENTITY = None
STATUS = re.compile(r"(?:Current|New) status for hub (\S+)")
PORT = re.compile(r"\s+Port (\d+): [0-9a-f]{4}(.*)")


class Driver(Switched):
    """Plays Switch and SafeState."""

    NAME: ClassVar[str] = "the hub's port"
    # uhubctl needs some 0.1 s, and repeats an "off" after 20 ms for hubs that need it twice.
    switching = Switching(min_open=0.5, feeds="vbus")

    def __init__(self, port: Port, *, hub: str, hub_port: int) -> None:
        """Nothing is run yet.

        Args:
            port: ``program://uhubctl``.
            hub: The hub's location as uhubctl lists it, e.g. ``1-1.4``.
            hub_port: Its port, counted from 1.
        """
        super().__init__(port)
        if not re.fullmatch(r"\d+(?:-\d+(?:\.\d+)*)?", hub) or not 1 <= hub_port <= 127:
            raise UsageError(f"hub {hub!r}, port {hub_port}: wanted e.g. hub '1-1.4', hub_port 2")
        self._place = ("-l", hub, "-p", str(hub_port))
        self._number = str(hub_port)

    def _move(self, *, closed: bool) -> float:
        repeat = () if closed else ("-r", "2")
        self._run(*self._place, "-a", "on" if closed else "off", *repeat)
        return self._port.clock.now()

    def _is_closed(self) -> bool:
        said = self._run(*self._place)
        hub, seen = "", dict[str, bool]()
        for line in said.splitlines():
            if found := STATUS.match(line):
                hub = found[1]
            elif (found := PORT.match(line)) and found[1] == self._number:
                seen[hub] = "power" in found[2].partition("[")[0].split()  # not in a device's name
        if not seen:
            raise Garbled(f"uhubctl tells nothing of port {self._number}: {said[:120]!r}")
        return any(seen.values())

    def _run(self, *arguments: str) -> str:
        self._port.write(b"".join(f"{one}\0".encode() for one in arguments))
        chunk = self._port.read(self._port.clock.now())
        if chunk is None:
            raise PortTimeout("uhubctl brought nothing")
        said, _, rest = chunk.data.decode("utf-8", "replace").partition("\0")
        code, _, wrong = rest.partition("\0")
        if code != "0":
            why = " ".join((wrong.strip() or said.strip() or "no reason given").split())[:300]
            raise DeviceRefused(f"uhubctl {' '.join(arguments)} failed: {why}")
        return said
