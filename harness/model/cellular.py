"""Cellular roles: modem, SIM switch, attenuator, and what they say, typed, with the raw line kept.

As in ``model/roles.py`` a role is a Protocol that a driver plays by having its methods. ``Modem``
is what every modem driver has; the others are optional powers. What a modem turns out not to have
raises DeviceRefused, never a guess.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from harness.model.units import Bytes, Db


@dataclass(frozen=True, slots=True)
class Registration:
    """A registration report (3GPP TS 27.007, 7.2/10.1.22).

    Attributes:
        stat: 0 idle, 1 home, 2 searching, 3 denied, 4 unknown, 5 roaming ...
        cause: Reject cause (TS 24.301, annex A), None when none was given.
        raw: The line it was read from.
    """

    stat: int
    cause: int | None = None
    raw: str = ""

    @property
    def registered(self) -> bool:
        return self.stat in (1, 5)


@dataclass(frozen=True, slots=True)
class Signal:
    """Signal quality; None where the modem does not know.

    Attributes:
        rsrp: dBm.
        rsrq: dB.
        rssi: dBm.
        raw: The line it was read from.
        sinr: dB.
    """

    rsrp: float | None = None
    rsrq: float | None = None
    rssi: float | None = None
    raw: str = ""
    sinr: float | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """The serving cell; None where the modem does not tell.

    Attributes:
        technology: ``GSM``, ``WCDMA``, ``LTE``, ``LTE-M``, ``NB-IoT``, ``NR5G-SA`` ...
        plmn: MCC and MNC, digits; leading zeros are kept.
        area: LAC or TAC.
        cell: Cell identity.
        channel: ARFCN, UARFCN or EARFCN.
        band: Its number.
        raw: The line it was read from.
    """

    technology: str
    plmn: str | None = None
    area: int | None = None
    cell: int | None = None
    channel: int | None = None
    band: int | None = None
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """The data context (27.007, 10.1.1, 10.1.10, 10.1.23).

    Attributes:
        active: Whether it is active.
        apn: The access point, as in force where it is active.
        address: The terminal's own, None without one.
        raw: The lines it was read from.
    """

    active: bool
    apn: str = ""
    address: str | None = None
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A short message (3GPP TS 27.005, 23.040).

    Attributes:
        sender: A number, or the letters of an alphanumeric sender.
        text: Decoded; concatenated parts put together.
        at: When the centre took it, None where that cannot be read.
    """

    sender: str
    text: str
    at: datetime | None = None


@runtime_checkable
class Modem(Protocol):
    """A cellular modem, by AT commands."""

    def sim_state(self) -> str:
        """``READY``, ``SIM PIN`` ..., or ``SIM NOT INSERTED``."""

    def signal(self) -> Signal: ...
    def registration(self) -> Registration: ...
    def flight_mode(self, *, on: bool) -> None: ...
    def bytes_used(self) -> tuple[Bytes, Bytes]:
        """(sent, received)."""


@runtime_checkable
class Subscriber(Protocol):
    """Knows whose SIM it has."""

    def iccid(self) -> str:
        """18 to 20 digits, the right way round, beginning with 89 (ITU-T E.118)."""

    def imsi(self) -> str: ...


@runtime_checkable
class Camped(Protocol):
    """Knows its serving cell."""

    def serving_cell(self) -> Cell | None:
        """None without one."""


@runtime_checkable
class Bearers(Protocol):
    """Can be told about its data context."""

    def context(self) -> Context: ...
    def set_apn(self, apn: str) -> None: ...
    def attach(self, *, on: bool) -> None: ...
    def activate(self, *, on: bool) -> None: ...


@runtime_checkable
class Restartable(Protocol):
    """Can be restarted and switched off by command."""

    def reset(self) -> None:
        """Restart it and wait until it answers again, wherever its port comes back."""

    def power_off(self) -> None:
        """Switch it off; it answers nothing more until somebody switches it on."""


@runtime_checkable
class Texting(Protocol):
    """Takes what the carrier writes."""

    def messages(self) -> Sequence[Text]:
        """All that are stored, oldest first."""

    def forget_messages(self) -> None: ...
    def ussd(self, code: str) -> str:
        """Ask the network, e.g. ``*101#``; its answer."""


@runtime_checkable
class Timed(Protocol):
    """Knows the network's time."""

    def network_time(self) -> datetime | None:
        """None as long as no network has told it."""


@runtime_checkable
class SimCard(Protocol):
    """A SIM switch in place of the terminal's SIM card."""

    def slots(self) -> Sequence[str]:
        """Names of the SIMs it holds."""

    def select(self, slot: str | None) -> None:
        """Connect that SIM; None: none, as if the card was pulled."""

    def selected(self) -> str | None: ...


@runtime_checkable
class Labelled(Protocol):
    """A SIM switch that knows its cards."""

    def iccid_of(self, slot: str) -> str:
        """As the rig file says it, ``""`` where it does not."""


@runtime_checkable
class Attenuator(Protocol):
    """A step attenuator in the antenna path."""

    def set_attenuation(self, attenuation: Db) -> None: ...
    def attenuation(self) -> Db: ...
    def max_attenuation(self) -> Db: ...
