"""Roles: what a device is for. Scenarios ask for roles, faults use them, drivers play them.

A role is a Protocol; a driver plays it by having its methods, no base class needed. Every method
blocks, may raise ``BenchError`` (our bench), and never decides a verdict. Optional powers are roles
of their own (``Watched``, ``SafeState`` ...): who has them is found with ``plays``. What powers the
terminal, its modem and its network have files of their own: ``model/power.py``, ``cellular.py``,
``network.py``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol, runtime_checkable

from harness.model.units import Money, Seconds


class Observe(Protocol):
    """How a driver says what it has seen.

    ``kind`` is a word of the vocabulary (DESIGN.md, "Observations"); ``t`` is the stamp of the
    chunk the observation was read from (the clock's now when left out); ``fields`` are JSON values.
    """

    def __call__(self, kind: str, /, *, t: float | None = None, **fields: Any) -> None: ...


def ignore(kind: str, /, *, t: float | None = None, **fields: Any) -> None:
    """An ``Observe`` for nobody."""


# --- optional powers ------------------------------------------------------------------------


@runtime_checkable
class Watched(Protocol):
    """Speaks unasked. The owner sets ``observe`` once, before any other call."""

    observe: Observe

    def attend(self) -> None:
        """Take in what has arrived, say it by ``observe``, and return without waiting.

        Called by the device's owner whenever the port is readable and no other call runs.
        """


@runtime_checkable
class Polled(Protocol):
    """Has something to be asked for regularly.

    One that has a ``poll_at_most`` (s) as well is polled ever more rarely while nothing happens on
    the bench, up to that; and where its ``at_ease`` is false, it is not.

    Attributes:
        poll_every: Seconds between two polls.
    """

    observe: Observe
    poll_every: float

    def poll(self) -> None:
        """Ask, and say the answer by ``observe``."""


@runtime_checkable
class Vigilant(Protocol):
    """Can say whether it is still as it was told to be."""

    def look(self) -> None:
        """Asked at the end of a story; raises Astray where it is not."""


@runtime_checkable
class Identified(Protocol):
    """Can say who it is; checked against the driver's IDENTITY before anything is energised."""

    def identify(self) -> str: ...


@runtime_checkable
class SafeState(Protocol):
    """Must be left in a safe state on every exit."""

    def make_safe(self) -> None:
        """Reach the safe state and verify it; raises BenchError when it could not be verified."""


# --- reader ---------------------------------------------------------------------------------


@runtime_checkable
class Reader(Protocol):
    """A card presenter: inserts, swipes and removes cards; may cut single contacts."""

    def cards(self) -> Sequence[str]:
        """Names of the cards it holds (``chip``, ``stripe``, ``mute``, ``bad_atr`` ...)."""

    def insert(self, card: str) -> None: ...
    def remove(self) -> None: ...
    def swipe(self, card: str) -> None: ...
    def cut_contact(self, contact: str, *, cut: bool) -> None:
        """Open or close one contact of the slot: ``vcc``, ``rst``, ``clk``, ``io``, ``detect``."""


@runtime_checkable
class Turning(Protocol):
    """A presenter that can push its cards in the wrong way round."""

    def ways(self) -> Sequence[str]:
        """``forwards``, and ``backwards`` where it can; asked before a run, so no I/O."""

    def turn(self, *, backwards: bool) -> None:
        """From now on; said with each ``card_inserted``."""


@runtime_checkable
class Intermittent(Protocol):
    """A presenter whose contacts can be bad on some insertions and good on others."""

    def contacts(self) -> Sequence[str]:
        """Those that it can cut; asked before a run, so no I/O."""

    def wear_contact(self, contact: str, share: float, *, seed: int = 0) -> None:
        """Cut a contact on this share of insertions (0 to 1; 0 ends it), as ``seed`` has it.

        Said as ``contact`` whenever it is cut or closed. Raises DeviceRefused for no contact.
        """


@runtime_checkable
class Contactless(Protocol):
    """Brings cards into the field of the terminal's antenna."""

    def cards(self) -> Sequence[str]:
        """Names of the cards it holds; asked before a run, so no I/O."""

    def tap(self, card: str) -> None:
        """Bring a card into the field and hold it there; said as ``card_tapped``."""

    def leave(self) -> None:
        """Take every card out of the field; said as ``card_removed`` where there was one."""

    def set_field(self, strength: float) -> None:
        """How well cards are coupled from now on, 0 to 1; said as ``field``."""

    def beside(self, card: str | None) -> None:
        """From now on this card is in the field with whichever card is tapped; None ends it."""


@runtime_checkable
class Swiper(Protocol):
    """Has stripes read, good or spoilt (``wire/stripe_flux.py``, ``Spoilt``)."""

    def cards(self) -> Sequence[str]:
        """Names of the cards whose stripes it has; asked before a run, so no I/O."""

    def swipe(self, card: str) -> None:
        """Play a card's stripe once; said as ``card_swiped``, with ``spoilt`` where it was."""

    def spoil(
        self, how: str = "", *, backwards: bool = False, jitter: float = 0.0, speed: float = 30.0
    ) -> None:
        """How stripes are from now on: ``""`` for good ones; ``jitter`` 0 to 1, ``speed`` cm/s."""


@runtime_checkable
class StandIn(Protocol):
    """A presenter that can hand out another card than the one it is asked for."""

    def stand_in(self, card: str | None) -> None:
        """Present ``card``, whatever card is asked for; None ends it."""


# --- terminal -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SaleResult:
    """What the register was told. ``unknown`` is a result: it may or may not have happened.

    Attributes:
        outcome: ``approved``, ``declined`` (the issuer said no), ``failed`` (it did not happen)
            or ``unknown``.
        cause: Normalised cause where the terminal gave one, else ``""``.
        code: The protocol's own result code, as text.
        stan: System trace audit number, when told.
        trace: The terminal's own number of it, when told and not that.
        receipt: Receipt number, when told.
        amount: Minor units, when told.
        currency: ISO 4217, three digits, when told.
        text: What it said, masked.
        auth: Authorisation code, when told.
        pan: The card, first six and last four digits, when told.
    """

    outcome: str
    cause: str = ""
    code: str = ""
    stan: int | None = None
    trace: int | None = None
    receipt: int | None = None
    amount: int | None = None
    currency: str = ""
    text: str = ""
    auth: str = ""
    pan: str = ""


@runtime_checkable
class Terminal(Protocol):
    """The device under test, over the register's protocol."""

    def sign_on(self) -> None:
        """Open the register's session."""

    def sell(self, amount: Money) -> SaleResult:
        """A sale, to its end. Never retried blindly; a lost answer is ``unknown``."""

    def abort(self) -> None:
        """Give up what is under way; may be called while another call runs, and does not wait."""

    def last_result(self) -> SaleResult | None:
        """Resync: what the terminal says of its last transaction; None when it knows none."""

    def status(self) -> str:
        """The terminal's own status code; also said by ``observe``."""


@runtime_checkable
class LossyRegister(Protocol):
    """A register's end that can lose the terminal's results (cut point P12)."""

    def lose_results(self, *, on: bool) -> None:
        """While on, results are not taken: each is observed as ``acknowledgement_withheld``."""


@runtime_checkable
class Console(Protocol):
    """The terminal's log, a serial line; may take a few commands."""

    def ask_journal(self) -> None:
        """Have the terminal print its journal; entries come as observations."""


# --- host and updates -----------------------------------------------------------------------


@runtime_checkable
class Host(Protocol):
    """The acquirer the terminal talks to: tells what it sees, misbehaves on request."""

    def misbehave(self, act: str, *, on: str = "0200", **how: Any) -> None:
        """``act``: drop, delay (``by`` s), duplicate, corrupt, reset; ``on`` the MTI asked."""

    def behave(self) -> None:
        """End all misbehaviour."""

    def ask_ledger(self) -> None:
        """Have the ledger told as observations."""


@runtime_checkable
class Dated(Protocol):
    """A host whose clock can be moved on; its terminals take the time from it (fields 12, 13)."""

    def set_time_of_day(self, at: str) -> None:
        """Move it on to a time of day, as ``23:58:30``: observed ``clock``."""


@runtime_checkable
class FlashTap(Protocol):
    """Counts the pages that the terminal's flash programs, and cuts the power at one of them.

    Observed: ``triggered``, ``closed`` and, when the flash has come to rest, ``programmed``.
    """

    def arm(self, count: int, *, lasting: Seconds) -> None:
        """Count from 0, and open the feed as the ``count``-th page begins, for ``lasting``."""

    def disarm(self) -> None:
        """The feed is closed, and no cut is to come. Counts from 0."""

    def pages(self) -> int:
        """Pages since it was armed or disarmed last."""


def plays(driver: Any, role: Any) -> bool:
    """Whether a driver (or its class) has all a role asks for; a tuple means any of its roles."""
    if isinstance(role, tuple):
        return any(plays(driver, one) for one in role)
    return all(hasattr(driver, name) for name in _asked_by(role))


@cache
def _asked_by(role: type) -> frozenset[str]:
    return frozenset(name for name in vars(role) if not name.startswith("_")) | frozenset(
        role.__annotations__
    )
