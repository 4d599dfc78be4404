"""What hands can do to a terminal: take its paper, open its cover, press its keys, pull a cable.

A person does it (``operator``), an actuator, or the simulated bench. What can be done is data, so
that one fault, one step and one driver method do for all parts.
"""

from collections.abc import Sequence
from typing import Literal, Protocol, get_args, runtime_checkable

from harness.model.register import Deal
from harness.model.words import nearest

#: Part -> its states; the first is the usual one, which hands restore.
PARTS: dict[str, tuple[str, ...]] = {
    "paper": ("in", "out"),
    "cover": ("closed", "open"),
    "paper_path": ("free", "jammed"),
    "print_head": ("cool", "hot"),
    "printer_cable": ("plugged", "unplugged"),
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
    "battery": ("dummy", "full", "weak"),
    "unit": ("own", "spare"),
}
#: Keys by their words; digits are a key each.
KEYS = ("ok", "cancel", "clear", "menu", "power")
#: What may be held before a scanner.
CodeShown = Literal["good", "damaged", "expired", "glare", "none"]
CODES_SHOWN: tuple[CodeShown, ...] = get_args(CodeShown)


def states_of(part: str) -> tuple[str, ...]:
    """The states of a part; raises LookupError naming the parts there are."""
    if part not in PARTS:
        raise LookupError(f"no part {part!r}; there are {', '.join(PARTS)}")
    return PARTS[part]


def keys_of(text: str) -> list[str]:
    """The keys that ``1000 ok`` means, one after another; raises ValueError."""
    keys = [key for word in text.split() for key in _keys(word)]
    if not keys:
        raise ValueError(f"no key in {text!r}; wanted digits, {', '.join(KEYS)}")
    return keys


def _keys(word: str) -> list[str]:
    if word in KEYS:
        return [word]
    if word.isascii() and word.isdigit():
        return list(word)
    raise ValueError(
        f"no key {word!r}{nearest(word, KEYS) or '.'} Known: digits, {', '.join(KEYS)}"
    )


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
class Debugger(Protocol):
    """What a debug unit lets a bench do to the terminal's software: adb, a debug shell, JTAG.

    Each act is said as ``debugged``, with ``what`` it was, once it has been seen to be done.
    """

    def hang_app(self) -> None:
        """Stop the application where it stands (SIGSTOP, a halted core): ``hang``."""

    def kill_app(self) -> None:
        """Kill the application where it stands (SIGKILL): ``kill``."""

    def force_restart(self) -> None:
        """Restart the terminal here and now, whatever it does: ``restart``."""

    def set_clock(self, *, to: str = "", by: float = 0.0) -> None:
        """Set its real-time clock (ISO 8601, local), or move it by seconds: ``clock``."""

    def fill_storage(self, percent: float) -> None:
        """Fill its flash with a file of our own, up to so many percent: ``fill``."""

    def free_storage(self) -> None:
        """Take that file away: ``free``."""

    def spoil_records(self) -> None:
        """Flip bits in the open batch's oldest record, on the flash itself: ``spoil``."""

    def mend_records(self) -> None:
        """Flip them back: ``mend``."""

    def fill_memory(self, percent: float) -> None:
        """Have a program take working memory until so many percent are in use: ``take``."""

    def free_memory(self) -> None:
        """End that program, if a restart has not: ``give``."""


@runtime_checkable
class Programmer(Protocol):
    """A programmer on the terminal's flash: a clip, its debug port."""

    def erase_images(self) -> None:
        """Erase all that it could start, and nothing else. Said as ``debugged``: ``erase``."""


@runtime_checkable
class ServiceTool(Protocol):
    """A maker's tool, or the parameter file of an estate: limits of the terminal are set by it."""

    def limit_batch(self, records: int | None) -> None:
        """How many records a batch may have; None: as it was. Said as ``debugged``: ``batch``."""

    def allow(self, deal: Deal, *, on: bool) -> None:
        """Whether the terminal makes such transactions at all. Said as ``debugged``: ``allow``."""


@runtime_checkable
class Climate(Protocol):
    """The temperature around the terminal: a chamber, or a heating plate."""

    def set_temperature(self, celsius: float) -> None:
        """Said as ``ambient``; the terminal follows at its own pace."""
