"""The register's interface: nexo in JSON over TCP, four bytes of length before each message.

Source: Market Pay's local integration (TCP 7777); nexo Sale to POI Protocol 3.1. The terminal
speaks by itself as well: it tells what the cardholder is shown. A dropped socket stops no sale.
"""

from typing import TYPE_CHECKING

from harness.clock import Mailbox
from harness.errors import Garbled, PortLost
from harness.ports.base import Port
from harness.sim.terminal.registers._nexo_acts import AT_ONCE, Acts
from harness.wire import nexo

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware


class Dialogue:
    """One register's connection."""

    def __init__(self, firmware: "Firmware", port: Port) -> None:
        self._port = port
        self._requests: Mailbox[nexo.Message] = firmware.clock.mailbox("a request")
        self._gone = False
        self._acts = Acts(firmware, self._write)

    def read(self) -> None:
        """Take what the register sends; what need not wait is answered at once."""
        deframer = nexo.Deframer()
        while not self._gone:
            try:
                chunk = self._port.read()
                for octets in deframer.feed(chunk.data) if chunk else ():
                    self._sort(nexo.read_message(nexo.from_json(octets)))
            except (PortLost, Garbled):
                break
        self._gone = True
        self._requests.put(nexo.Message(nexo.Header("", "Notification")))
        self._port.close()

    def _sort(self, message: nexo.Message) -> None:
        if message.header.category in AT_ONCE:
            self._answer(message)
        else:
            self._requests.put(message)

    def run(self) -> None:
        """Carry out requests, one after another, until the register goes."""
        while not self._gone:
            message = self._requests.get()
            if message is not None:
                self._answer(message)

    def _answer(self, message: nexo.Message) -> None:
        response = self._acts.answer(message)
        if response is not None:
            self._write(response)

    def _write(self, message: nexo.Message) -> None:
        if self._gone:
            return
        try:
            self._port.write(nexo.prefixed(nexo.to_json(message.plain())))
        except PortLost:
            self._gone = True
