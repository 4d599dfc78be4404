"""A relay that is a Modbus coil, over TCP or a serial line (RTU).

Source: Modbus Application Protocol V1.1b3, 6.1 (Read Coils), 6.5 (Write Single Coil), 7 (exception
responses); framing and PDUs by pymodbus. Coils are counted from 0, as on the wire: a data sheet's
"coil 1" or "00001" is often number 0. Needs the package's extra ``switches``. Quirk: cheap boards
answer a write before the relay has moved, so it is read back after ``settle``.
"""

import struct
from typing import ClassVar, Literal

from pymodbus.exceptions import ModbusException
from pymodbus.framer import FramerBase, FramerRTU, FramerSocket
from pymodbus.pdu import DecodePDU, ExceptionResponse, ModbusPDU
from pymodbus.pdu.bit_message import ReadCoilsRequest, WriteSingleCoilRequest

from harness.drivers._heard import heard
from harness.drivers._switched import Feeds, Switched
from harness.errors import DeviceRefused, Garbled, PortTimeout, UsageError
from harness.model.power import Switching
from harness.ports.base import Port

IDENTITY = None
ANSWER_WITHIN = 3.0  # s; it takes milliseconds, but the host may be busy
SILENCE = 0.005  # s between two RTU frames: 3.5 characters at 9600 bit/s and more (V1.02, 2.5.1.1)
FRAMERS: dict[str, type[FramerBase]] = {"tcp": FramerSocket, "rtu": FramerRTU}
#: Modbus Application Protocol V1.1b3, 7.
EXCEPTIONS = {
    1: "illegal function", 2: "illegal data address", 3: "illegal data value",
    4: "server device failure", 5: "acknowledge", 6: "server device busy",
    8: "memory parity error", 10: "gateway path unavailable", 11: "gateway target silent",
}  # fmt: skip


class Driver(Switched):
    """Plays Switch and SafeState."""

    BAUD: ClassVar[int] = 9600
    NAME: ClassVar[str] = "the coil's relay"
    switching = Switching(min_open=0.1, bounce=0.005)

    def __init__(
        self,
        port: Port,
        *,
        coil: int = 0,
        unit: int = 1,
        framing: Literal["tcp", "rtu"] = "tcp",
        contact: Literal["no", "nc"] = "no",
        settle: float = 0.03,
        feeds: Feeds = "dc",
    ) -> None:
        """Nothing is said yet.

        Args:
            port: The TCP connection or serial line.
            coil: The relay's coil, counted from 0.
            unit: The device's address.
            framing: tcp, or rtu (also RTU through a transparent TCP gateway).
            contact: no (normally open: closed while the coil is on) or nc (normally closed).
            settle: Seconds until the contact has moved and bounces no more.
            feeds: What it opens: dc, mains, vbus, poe or battery.
        """
        super().__init__(port, feeds=feeds)
        if not 0 <= coil <= 0xFFFF or not 1 <= unit <= 247:
            raise UsageError(f"coil {coil}, unit {unit}: wanted 0 to 65535 and 1 to 247")
        self._framer = FRAMERS[framing](DecodePDU(False))
        self._tcp = framing == "tcp"
        self._coil, self._unit, self._settle = coil, unit, settle
        self._on_closes, self._number = contact == "no", 0

    def _move(self, *, closed: bool) -> float:
        on = closed == self._on_closes
        answer = self._ask(WriteSingleCoilRequest(address=self._coil, bits=[on]))
        t = self._port.clock.now()
        if answer.address != self._coil or answer.bits[:1] != [on]:  # it is an echo (6.5)
            raise Garbled(
                f"{self._port.address}: writing coil {self._coil} was answered by {answer}"
            )
        self._pause(self._settle)
        return t

    def _is_closed(self) -> bool:
        answer = self._ask(ReadCoilsRequest(address=self._coil, count=1))
        if not answer.bits:
            raise Garbled(f"{self._port.address}: reading coil {self._coil} brought no bit")
        return answer.bits[0] == self._on_closes

    def _ask(self, request: ModbusPDU) -> ModbusPDU:
        self._pause(SILENCE)  # and what comes late from before is no answer
        self._number = self._number % 0xFFFF + 1 if self._tcp else 0
        request.dev_id, request.transaction_id = self._unit, self._number
        self._port.write(self._framer.buildFrame(request))
        said = b""
        for chunk in heard(self._port, self._port.clock.now() + ANSWER_WITHIN):
            said += chunk.data
            used, answer = self._decoded(said)
            said = said[used:]
            if answer is not None:
                return self._checked(request, answer)
        raise PortTimeout(
            f"{self._port.address}: unit {self._unit} did not answer; heard {said[:20]!r}"
        )

    def _decoded(self, said: bytes) -> tuple[int, ModbusPDU | None]:
        try:
            return self._framer.handleFrame(said, self._unit, self._number)
        except (ModbusException, IndexError, ValueError, struct.error) as error:
            raise Garbled(
                f"{self._port.address}: {said[:20].hex()} is no Modbus: {error}"
            ) from error

    def _checked(self, request: ModbusPDU, answer: ModbusPDU) -> ModbusPDU:
        if isinstance(answer, ExceptionResponse):
            said = EXCEPTIONS.get(answer.exception_code, "unknown")
            raise DeviceRefused(
                f"{self._port.address}: unit {self._unit}, coil {self._coil}: exception "
                f"{answer.exception_code} ({said})"
            )
        if answer.function_code != request.function_code:
            raise Garbled(f"{self._port.address}: function {answer.function_code} was not asked")
        return answer

    def _pause(self, seconds: float) -> None:
        for _ in heard(self._port, self._port.clock.now() + seconds):
            pass
