"""The register's interface: nexo in JSON by HTTP POST; the answer to it is the response.

Source: Westpay's and Adyen's local terminal APIs. Any number of connections; a transaction runs on
when its own is gone. An Abort is answered by ``ok``. Nothing comes unasked.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from harness.clock import Clock, Task
from harness.errors import Garbled
from harness.ports.base import Port
from harness.sim.terminal.registers._nexo_acts import Acts
from harness.sim.web import Asked, Said, serve_web
from harness.wire import nexo

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware

PATH = "/nexo"


class _OnBoard:
    """A clock whose tasks die with the terminal's supply."""

    def __init__(self, firmware: "Firmware") -> None:
        self._firmware = firmware

    def now(self) -> float:
        return self._firmware.clock.now()

    def spawn(self, name: str, work: Callable[[], object]) -> Task:
        return self._firmware.board.spawn(name, work)


class Dialogue:
    """One connection."""

    def __init__(self, firmware: "Firmware", port: Port) -> None:
        self._clock, self._port = cast(Clock, _OnBoard(firmware)), port
        self._firmware = firmware

    def read(self) -> None:
        """All is done in ``run``."""

    def run(self) -> None:
        """Answer every request of this connection."""
        serve_web(self._clock, "register", self._port, self._answer)

    def _answer(self, asked: Asked) -> Said:
        if asked.target != PATH or asked.method != "POST":
            return Said(404 if asked.target != PATH else 405)
        try:
            message = nexo.read_message(nexo.from_json(asked.body))
        except Garbled as error:
            return Said(400, str(error).encode(), "text/plain")
        response = Acts(self._firmware, lambda _: None).answer(message)
        if response is None:
            return Said(200, b"ok", "text/plain")
        return Said(200, nexo.to_json(response.plain()))
