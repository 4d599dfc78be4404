"""Cards in a real PC/SC stack, and all that a script may print of what they say. Run by itself."""

import sys

from harness.clock import ThreadClock
from harness.drivers.pcsc import Driver
from harness.errors import BenchError
from harness.tests.drivers.pcsc_lab import AID, Lab, stack
from harness.wire import emv, tlv

CARD = "second"  # its number has no zeros in its midst, which hidden digits might look like


def _read(driver: Driver) -> None:
    """As far as its record; what the card says is printed as pytest would, whole and in parts."""
    print(driver.identify(), driver.atr())  # noqa: T201 - it is what is tested
    answers = [driver.select(AID), driver.transmit(emv.get_options())]
    record = driver.transmit(emv.read_record(1, 1))
    answers.append(record)
    print(answers, record, f"{record!r:.200}", {"record": record[:-2]})  # noqa: T201
    print(tlv.parse(record[:-2]), BenchError(f"the card says {record!r}"))  # noqa: T201
    print(f"read {len(record)} bytes, {record[-2:] == bytes.fromhex('9000')}")  # noqa: T201


def _tell(kind: str, /, *, t: float | None = None, **fields: object) -> None:
    print(kind, fields, t)  # noqa: T201


def main() -> None:
    """One card, read to its record; it is polled and pulled as well."""
    clock = ThreadClock()

    def run() -> None:
        lab = Lab(clock)
        lab.ready()
        chip = lab.deck[CARD].chip
        assert chip is not None
        with lab.card(chip) as (driver, _):
            driver.observe = _tell
            driver.poll()
            _read(driver)
        driver.poll()

    with stack():
        clock.run(run)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
