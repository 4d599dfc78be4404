"""Written dialogues with a ZVT terminal, and how they are played."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from harness.drivers.zvt import Driver
from harness.errors import PortLost
from harness.model.units import Money
from harness.testing import Pair, ReplayPort, Spelling, SteppingClock

HEX = Spelling(asked=bytes.fromhex, answered=bytes.fromhex)
ACK = "80 00 00"
REGISTER = ("06 00 08 000000 08 0156 06 00", "80 00 00 06 0F 0A 19 00 29 00 00 00 01 49 01 56")
REPEAT = "06 20 05 000000 03 03"
SALE = "06 01 0A 04 00 00 00 00 12 34 49 01 56"
AMOUNT = Money(1234)


class Heard(list[tuple[str, dict[str, Any]]]):
    """An ``Observe`` that keeps what it is told."""

    def __call__(self, kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        self.append((kind, fields))

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The fields of all observations of a kind."""
        return [fields for one, fields in self if one == kind]


class Redialled(ReplayPort):
    """A terminal that can be called again after the connection was lost; a dialogue per call."""

    def __init__(self, calls: Sequence[Sequence[Pair]]) -> None:
        super().__init__(SteppingClock(), calls[0], HEX)
        self.calls = list(calls[1:])
        self.opened = 0

    def open(self) -> None:
        """Connect; when no dialogue is left the terminal is off."""
        if self._lost is None:
            return
        self.opened += 1
        if not self.calls:
            raise PortLost("connection refused")
        self.check_said()
        self._talk, self._lost = list(self.calls.pop(0)), None

    def close(self) -> None:
        """Part."""
        self.put_lost("closed here")


class Dying(Redialled):
    """A terminal that goes as soon as it has said ``last``: what is written then is refused."""

    def __init__(self, talk: Sequence[Pair], last: str) -> None:
        super().__init__([talk])
        self._last = bytes.fromhex(last)
        self.dying = False

    def write(self, data: bytes) -> None:
        """Refuse once the last word is said."""
        if self.dying:
            self.put_lost("reset")
            raise PortLost("reset")
        super().write(data)
        self.dying = bool(self._chunks) and self._chunks[-1].data == self._last


@contextmanager
def dialogue(
    *calls: Sequence[Pair], sign_on: bool = True, **options: Any
) -> Iterator[tuple[Driver, Heard, Redialled]]:
    """A driver against one dialogue per connection; every line must have been said."""
    first, *more = calls
    config = f" {options.get('config', 0x08):02X} 0156"
    registers = (str(REGISTER[0]).replace(" 08 0156", config), REGISTER[1])
    port = Redialled([[registers, (ACK, None), *first] if sign_on else first, *more])
    driver, heard = Driver(port, **options), Heard()
    driver.observe = heard
    if sign_on:
        driver.sign_on()
        heard.clear()
    yield driver, heard, port
    port.check_said()


APPROVED: Sequence[Pair] = [
    (SALE, ACK + "04 FF 01 0A"),
    (ACK, "04 FF 01 04"),
    (ACK, "04 0F 13 27 00 04 000000001234 0B 000042 87 0007 49 0156"),
    (ACK, "06 0F 00"),
    (ACK, None),
]
