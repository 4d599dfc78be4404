"""What hands can do to a terminal: take its paper, open its cover, press its keys, pull a cable.

A person does it (``operator``), an actuator, or the simulated bench. What can be done is data, so
that one fault, one step and one driver method do for all parts.
"""

from collections.abc import Sequence
from typing import Literal, Protocol, get_args, runtime_checkable

#: Part -> its states; the first is the usual one, which hands restore.
PARTS: dict[str, tuple[str, ...]] = {
    "paper": ("in", "out"),
    "cover": ("closed", "open"),
    "paper_path": ("free", "jammed"),
    "print_head": ("cool", "hot"),
    "reader_cable": ("plugged", "unplugged"),
    "scanner_cable": ("plugged", "unplugged"),
    "pad_cable": ("plugged", "unplugged"),
    "display": ("good", "dead"),
    "touch": ("good", "dead", "stuck"),
    "keys": ("good", "dead", "stuck"),
    "lights": ("good", "dead"),
    "usb": ("empty", "stick"),
    "companion": ("near", "away"),
    "signer": ("signs", "walks_off"),
}
#: What may be held before a scanner.
CodeShown = Literal["good", "damaged", "expired", "glare", "none"]
CODES_SHOWN: tuple[CodeShown, ...] = get_args(CodeShown)


def states_of(part: str) -> tuple[str, ...]:
    """The states of a part; raises LookupError naming the parts there are."""
    if part not in PARTS:
        raise LookupError(f"no part {part!r}; there are {', '.join(PARTS)}")
    return PARTS[part]


@runtime_checkable
class Hands(Protocol):
    """Hands on the terminal's parts."""

    def parts(self) -> Sequence[str]:
        """The parts within reach; asked before a run, so no I/O."""

    def put(self, part: str, state: str) -> None:
        """Bring a part into one of its states; said as ``part``. Raises DeviceRefused."""


@runtime_checkable
class Presses(Protocol):
    """Fingers on the terminal's keys."""

    def press(self, keys: str) -> None:
        """Press keys, one after another, e.g. ``1000 ok``; said as ``pressed``.

        Digits are a key each; words are ``ok``, ``cancel``, ``clear``, ``menu``, ``power``.
        """


@runtime_checkable
class ShowsCodes(Protocol):
    """Holds payment codes before the terminal's scanner."""

    def show_code(self, code: CodeShown) -> None:
        """From now on; ``none`` takes it away. Said as ``code_shown``."""


@runtime_checkable
class Climate(Protocol):
    """The temperature around the terminal: a chamber, or a heating plate."""

    def set_temperature(self, celsius: float) -> None:
        """Said as ``ambient``; the terminal follows at its own pace."""
