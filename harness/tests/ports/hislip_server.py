"""A HiSLIP instrument, synchronised mode, one sub-address.

Source: IVI-6.1 (HiSLIP 1.0): message header (table 3), initialisation (6.1), data (3.1.1), device
clear (6.12), maximum message size (6.10), status query (6.14).
"""

import itertools
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from harness.tests.patience import LIMIT
from harness.tests.ports.instrument import Brain, exactly, served

HEADER = ">2sBBIQ"
(INITIALIZE, INITIALIZE_RESPONSE, FATAL_ERROR) = (0, 1, 2)
(DATA, DATA_END, CLEAR_COMPLETE, CLEAR_ACKNOWLEDGE) = (6, 7, 8, 9)
(MAX_SIZE, MAX_SIZE_RESPONSE, ASYNC_INITIALIZE, ASYNC_INITIALIZE_RESPONSE) = (15, 16, 17, 18)
(ASYNC_CLEAR, STATUS_QUERY, STATUS_RESPONSE, ASYNC_CLEAR_ACKNOWLEDGE) = (19, 21, 22, 23)
PART = 1 << 18  # bytes of a Data message


class Hislip:
    """One instrument; each client has a synchronous and an asynchronous channel."""

    def __init__(self, brain: Brain) -> None:
        self.brain = brain
        self._numbers = itertools.count(1)

    def talk(self, line: socket.socket) -> None:
        """Serve one channel until the client goes."""
        message = b""
        while True:
            head = exactly(line, struct.calcsize(HEADER))
            prologue, kind, control, number, length = struct.unpack(HEADER, head)
            payload = exactly(line, length)
            if self.brain.stalled:
                continue
            if prologue != b"HS":
                self._send(line, FATAL_ERROR, 1, 0, b"poorly formed header")
                return
            if kind == DATA:
                message += payload
            elif kind == DATA_END:
                message += payload
                self._obey(line, message, number)
                message = b""
            else:
                self._control(line, kind, control)

    def _control(self, line: socket.socket, kind: int, control: int) -> None:
        if kind == INITIALIZE:
            self._send(line, INITIALIZE_RESPONSE, 0, 1 << 24 | next(self._numbers))
        elif kind == ASYNC_INITIALIZE:
            self._send(line, ASYNC_INITIALIZE_RESPONSE, 0, 0)
        elif kind == MAX_SIZE:
            self._send(line, MAX_SIZE_RESPONSE, 0, 0, struct.pack(">Q", PART + 16))
        elif kind == STATUS_QUERY:
            self._send(line, STATUS_RESPONSE, 16, 0)
        elif kind == ASYNC_CLEAR:
            self.brain.clears += 1
            self._send(line, ASYNC_CLEAR_ACKNOWLEDGE, 0, 0)
        elif kind == CLEAR_COMPLETE:
            self._send(line, CLEAR_ACKNOWLEDGE, control, 0)

    def _obey(self, line: socket.socket, message: bytes, number: int) -> None:
        answer = self.brain.ask(message)
        if answer is None:
            return
        is_late, body = answer
        parts = [body[at : at + PART] for at in range(0, len(body), PART)]

        def send() -> None:
            for part in parts[:-1]:
                self._send(line, DATA, 0, number, part)
            self._send(line, DATA_END, 0, number, parts[-1])

        if not is_late:
            send()
            return

        def later() -> None:
            self.brain.ripe.wait(LIMIT)
            with suppress(OSError):
                send()

        threading.Thread(target=later, daemon=True).start()

    def _send(
        self, line: socket.socket, kind: int, control: int, number: int, payload: bytes = b""
    ) -> None:
        line.sendall(struct.pack(HEADER, b"HS", kind, control, number, len(payload)) + payload)


@contextmanager
def hislip_server() -> Iterator[tuple[int, Brain]]:
    """The port, and the instrument's brain."""
    brain = Brain()
    with served(Hislip(brain).talk, brain) as port:
        yield port, brain
