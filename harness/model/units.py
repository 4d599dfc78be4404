"""Quantities: units in YAML, types in Python.

A quantity is a ``float`` (or ``int``) with a name, so arithmetic stays plain and a signature says
what it takes. ``parse`` reads what a person writes in YAML ("90 s", "300 ms", "64 KiB",
"-95 dBm", "12.34 CNY") and refuses a number without its unit.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import ClassVar, Self


class Quantity(float):
    """A float with a unit. ``UNITS`` maps the spelling to the factor of the base unit."""

    UNITS: ClassVar[dict[str, float]] = {}
    BASE: ClassVar[str] = ""
    LEAST: ClassVar[float] = float("-inf")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``"90 s"``; raises ValueError naming the units that would do."""
        found = re.fullmatch(r"\s*([+-]?\d+(?:\.\d+)?)\s*(\S.*?)?\s*", text)
        wanted = ", ".join(cls.UNITS)
        if not found:
            raise ValueError(f"{text!r} is no quantity; wanted a number with one of: {wanted}")
        number, unit = found.groups()
        if unit not in cls.UNITS:
            said = f"unit {unit!r} is unknown here" if unit else "the unit is missing"
            raise ValueError(f"{text!r}: {said}; wanted one of: {wanted}")
        value = float(Decimal(number) * Decimal(repr(cls.UNITS[unit])))
        if value < cls.LEAST:
            raise ValueError(f"{text!r}: wanted no less than {cls(cls.LEAST)}")
        return cls(value)

    def __str__(self) -> str:
        return f"{float(self):g} {self.BASE}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({float(self):g})"


class Seconds(Quantity):
    """Time, seconds."""

    LEAST = 0.0
    BASE = "s"
    UNITS: ClassVar[dict[str, float]] = {
        "us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0,
    }  # fmt: skip

    def __str__(self) -> str:
        return f"{float(self) * 1e3:g} ms" if 0 < self < 1 else super().__str__()


class Volts(Quantity):
    """Electric potential, volts."""

    BASE = "V"
    UNITS: ClassVar[dict[str, float]] = {"mV": 1e-3, "V": 1.0}


class Amps(Quantity):
    """Electric current, amperes."""

    BASE = "A"
    UNITS: ClassVar[dict[str, float]] = {"uA": 1e-6, "mA": 1e-3, "A": 1.0}


class Slew(Quantity):
    """How fast a voltage changes, volts per second."""

    LEAST = 0.0
    BASE = "V/s"
    UNITS: ClassVar[dict[str, float]] = {"mV/s": 1e-3, "V/s": 1.0, "V/ms": 1e3}


class Dbm(Quantity):
    """Received signal power (RSRP unless said otherwise), dBm."""

    BASE = "dBm"
    UNITS: ClassVar[dict[str, float]] = {"dBm": 1.0}


class Db(Quantity):
    """A ratio of powers (attenuation, SINR), dB."""

    BASE = "dB"
    UNITS: ClassVar[dict[str, float]] = {"dB": 1.0}


class Fraction(Quantity):
    """A share of a whole: 0..1, written as a percentage."""

    LEAST = 0.0
    BASE = ""
    UNITS: ClassVar[dict[str, float]] = {"%": 0.01}

    def __str__(self) -> str:
        return f"{float(self) * 100:g} %"


class Bytes(int):
    """An amount of data, bytes."""

    UNITS: ClassVar[dict[str, int]] = {
        "B": 1, "kB": 1000, "KB": 1000, "KiB": 1024, "MB": 1_000_000, "MiB": 1 << 20,
        "GB": 1_000_000_000, "GiB": 1 << 30,
    }  # fmt: skip

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``"64 KiB"``; raises ValueError naming the units that would do."""
        found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]+)?\s*", text)
        wanted = ", ".join(cls.UNITS)
        if not found:
            raise ValueError(
                f"{text!r} is no amount of data; wanted a number with one of: {wanted}"
            )
        number, unit = found.groups()
        if unit not in cls.UNITS:
            said = f"unit {unit!r} is unknown here" if unit else "the unit is missing"
            raise ValueError(f"{text!r}: {said}; wanted one of: {wanted}")
        value = Decimal(number) * cls.UNITS[unit]
        if value != value.to_integral_value():
            raise ValueError(f"{text!r}: there is no part of a byte")
        return cls(value)

    def __str__(self) -> str:
        return f"{int(self)} B"


class BitRate(Quantity):
    """Bits per second."""

    LEAST = 0.0
    BASE = "bit/s"
    UNITS: ClassVar[dict[str, float]] = {"bit/s": 1.0, "kbit/s": 1e3, "Mbit/s": 1e6}


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in minor units (cents, fen) of an ISO 4217 currency.

    Attributes:
        minor: The amount in the currency's minor unit, never negative.
        currency: ISO 4217 alphabetic code.
    """

    minor: int
    currency: str = "CNY"

    # ISO 4217 alphabetic -> (numeric, digits after the point)
    CURRENCIES: ClassVar[dict[str, tuple[str, int]]] = {
        "CNY": ("156", 2), "EUR": ("978", 2), "USD": ("840", 2), "GBP": ("826", 2),
        "HKD": ("344", 2), "SGD": ("702", 2), "JPY": ("392", 0), "KWD": ("414", 3),
    }  # fmt: skip

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``"12.34 CNY"``; raises ValueError on another shape, currency or precision."""
        found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([A-Z]{3})\s*", text)
        if not found or found[2] not in cls.CURRENCIES:
            known = ", ".join(cls.CURRENCIES)
            raise ValueError(
                f"{text!r} is no amount of money; wanted e.g. '12.34 CNY' with one of: {known}"
            )
        digits = cls.CURRENCIES[found[2]][1]
        try:
            minor = Decimal(found[1]).scaleb(digits)
        except InvalidOperation as exc:  # pragma: no cover - the pattern excludes it
            raise ValueError(f"{text!r} is no amount of money") from exc
        if minor != minor.to_integral_value():
            raise ValueError(f"{text!r}: {found[2]} has {digits} digits after the point")
        return cls(int(minor), found[2])

    @classmethod
    def known(cls, currency: str) -> tuple[str, int]:
        """ISO 4217's numeric code, three digits, and how many minor digits; raises ValueError."""
        if currency not in cls.CURRENCIES:
            known = ", ".join(cls.CURRENCIES)
            raise ValueError(f"{currency!r} is no currency known here; wanted one of: {known}")
        return cls.CURRENCIES[currency]

    @property
    def numeric(self) -> str:
        """ISO 4217 numeric code, three digits; raises ValueError."""
        return self.known(self.currency)[0]

    def __str__(self) -> str:
        digits = self.known(self.currency)[1]
        return f"{Decimal(self.minor).scaleb(-digits):f} {self.currency}"


#: What a YAML value of this type is parsed by.
PARSERS: dict[type, Callable[[str], object]] = {
    kind: kind.parse
    for kind in (Seconds, Volts, Amps, Slew, Dbm, Db, Fraction, Bytes, BitRate, Money)
}
