"""A fault of the network behind the host is told as a decline of the card.

Breaks N-3 (91, 92, 96, 68, 98: try later): host/answer_retry_later catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Outcome, Stop
from harness.sim.terminal.records import Pending


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that knows one answer besides yes."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def failed(self, stop: Stop, sale: Pending) -> Outcome:
            outcome: Outcome = super().failed(_plain(stop), sale)
            return outcome

        def say_why(self, stop: Stop) -> None:
            super().say_why(_plain(stop))

    return base.with_parts(Payment=Payment)


def _plain(stop: Stop) -> Stop:
    later = stop.cause == "host_error" and bool(stop.response)
    return Stop("card_declined", stop.response, declined=True) if later else stop
