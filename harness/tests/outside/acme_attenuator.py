"""Acme AT-90 step attenuator, by serial line or TCP.

Source: Acme AT-90 manual, 3 (commands end with a line feed; ``ATT?`` answers in dB).
Quirk: it answers nothing to a setting, so each is read back.
"""

from harness.errors import Garbled, PortTimeout
from harness.model.units import Db
from harness.ports.base import Port

IDENTITY = r"ACME,AT-90"  # matched against the answer to ID?
ANSWER_TIME = 2.0  # s
RANGE = Db(90)


class Driver:
    """Plays Attenuator, Identified and SafeState."""

    def __init__(self, port: Port, *, most: Db = RANGE) -> None:
        """Nothing is said yet. ``most``: the model's range."""
        self._port = port
        self._most = most

    def identify(self) -> str:
        return self._ask("ID?")

    def set_attenuation(self, attenuation: Db) -> None:
        self._port.write(f"ATT {float(attenuation):g}\n".encode())
        if self.attenuation() != attenuation:
            raise Garbled(f"told {attenuation}, and it is at another")

    def attenuation(self) -> Db:
        return Db(float(self._ask("ATT?")))

    def max_attenuation(self) -> Db:
        return self._most

    def make_safe(self) -> None:
        self.set_attenuation(Db(0))

    def _ask(self, command: str) -> str:
        self._port.write(f"{command}\n".encode())
        until, said = self._port.clock.now() + ANSWER_TIME, b""
        while not said.endswith(b"\n"):
            chunk = self._port.read(until)
            if chunk is None:
                raise PortTimeout(f"no answer to {command} in {ANSWER_TIME:g} s")
            said += chunk.data
        return said.decode("ascii", "replace").strip()
