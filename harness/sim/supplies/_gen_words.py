"""What a Genesys supply understands: word -> what it takes and does, or what it tells.

Source: Genesys user manual 83-507-013, 7.7 (commands), 7.8 (group commands), 7.10 and 7.11
(registers); ``E``- and ``C``-codes: tables 7-1 and 7-2.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from harness.clock import Clock
from harness.sim.supplies._one_output import OneOutput

MARGIN = 1.05  # of the voltage below OVP; its inverse, of the voltage above UVL
STANDARD_DELAY = 250  # ms of foldback, to which FBD adds


class Wrong(Exception):
    """An error message."""


def _on_off(text: str) -> bool:
    found = {"ON": True, "1": True, "OFF": False, "0": False}.get(text)
    if found is None:
        raise ValueError(text)
    return found


def _number(text: str) -> float:
    if len(text) > 12 or "N" in text or "E" in text:  # no exponent, nan, inf
        raise ValueError(text)
    return float(text)


def remote(text: str) -> str:
    found = {"0": "LOC", "1": "REM", "2": "LLO", "LOC": "LOC", "REM": "REM", "LLO": "LLO"}.get(text)
    if found is None:
        raise ValueError(text)
    return found


def _mask(text: str) -> int:
    if len(text) > 2:
        raise ValueError(text)
    return int(text, 16)


def _number_told(value: float, whole: int) -> str:
    """Five digits and a point: 05.000, 012.00 (the manual's examples of a response)."""
    return f"{max(0.0, value):0{6}.{5 - whole}f}"


Act = Callable[["Words", Any], None]


class Words(OneOutput):
    """The supply's state, and its words."""

    def __init__(self, clock: Clock, personality: Mapping[str, Any], **wiring: Any) -> None:
        super().__init__(clock, personality, **wiring)
        channel = self.channel
        self.fena = self.sena = self._feve = self._seve = 0
        self.remote, self.auto, self.under, self.delay = "REM", False, 0.0, 0
        self.hertz, self._saved = 18, (0.0, 0.0)
        self._whole = len(str(int(channel.rated_volts)))
        self._whole_amps = len(str(int(channel.rated_amps)))
        channel.set.amps = channel.amps = 0.0

    def look(self) -> None:
        """The output has changed: events are latched where they are enabled."""
        if not hasattr(self, "_seve"):  # it is being made
            return
        before = self._feve | self._seve
        self._feve |= self.fault() & self.fena
        self._seve |= self.status() & self.sena
        if (self._feve | self._seve) and not before:
            self.request()

    def request(self) -> None:
        """A service request is due."""

    # --- told -------------------------------------------------------------------------------

    def _set_volts(self, volts: float) -> None:
        if volts < 0:
            raise Wrong("C05")
        if volts > self.channel.max_volts or volts * MARGIN > self.channel.set.over_volts + 1e-6:
            raise Wrong("E01")
        if self.under and volts < self.under * MARGIN:
            raise Wrong("E02")
        self.channel.set_level(volts=self._stepped(volts, "volts"))

    def _set_amps(self, amps: float) -> None:
        if not 0 <= amps <= self.channel.max_amps:
            raise Wrong("C05")
        self.channel.set_level(amps=self._stepped(amps, "amps"))

    def set_over(self, volts: float) -> None:
        low = max(self.personality["protection"]["over_voltage_least"],
                  self.channel.set.volts * MARGIN)  # fmt: skip
        if volts < low - 1e-6:
            raise Wrong("E04")
        if volts > self.channel.max_over_volts:
            raise Wrong("C05")
        self.channel.set.over_volts = volts
        self.channel.drive()

    def _set_under(self, volts: float) -> None:
        if volts > self.personality["protection"]["under_voltage_most"] or volts < 0:
            raise Wrong("C05")
        if volts * MARGIN > self.channel.set.volts and volts > 0:
            raise Wrong("E06")
        self.under = volts

    def _switch(self, on: bool) -> None:
        if on and self.channel.tripped:
            recovers = self.personality["out_on_recovers"]
            if self.channel.tripped not in ("ovp", "ocp") or not recovers:
                raise Wrong("E07")
            self.channel.clear_trip()
        self.channel.switch(on=on)

    def _fold(self, on: bool) -> None:
        self.channel.set.over_amps_on = on
        self.channel.drive()

    def set_delay(self, added: float) -> None:
        if not 0 <= added <= 255:
            raise Wrong("C05")
        self.delay = int(added)
        self.channel.set.over_amps_delay = (STANDARD_DELAY + self.delay) / 1000

    def reset(self) -> None:
        """RST: all off and low, OVP at its maximum, foldback and OVP released; delays stay."""
        self.channel.reset()
        self.channel.set.amps = self.channel.amps = 0.0
        self.channel.set.over_amps_delay = (STANDARD_DELAY + self.delay) / 1000
        self.remote, self.auto, self.under = "REM", False, 0.0

    def clear(self) -> None:
        self._feve = self._seve = 0

    def put(self, name: str, value: Any) -> None:
        setattr(self, name, value)

    def _set_filter(self, hertz: float) -> None:
        if hertz not in (18, 23, 46):
            raise ValueError(hertz)
        self.hertz = int(hertz)

    def save(self) -> None:
        self._saved = (self.channel.set.volts, self.channel.set.amps)

    def recall(self) -> None:
        self._set_volts(self._saved[0])
        self._set_amps(self._saved[1])

    def _stepped(self, value: float, which: str) -> float:
        step = float(self.personality["setting"][which])
        return round(round(value / step) * step, 6)

    TOLD: ClassVar[dict[str, tuple[Callable[[str], Any] | None, Act]]] = {
        "PV": (_number, _set_volts), "PC": (_number, _set_amps), "OVP": (_number, set_over),
        "OVM": (None, lambda own, _: own.set_over(own.channel.max_over_volts)),
        "UVL": (_number, _set_under), "OUT": (_on_off, _switch), "FLD": (_on_off, _fold),
        "FBD": (_number, set_delay), "FBDRST": (None, lambda own, _: own.set_delay(0)),
        "AST": (_on_off, lambda own, on: own.put("auto", on)),
        "RMT": (remote, lambda own, how: own.put("remote", how)),
        "FILTER": (_number, _set_filter),
        "SAV": (None, lambda own, _: own.save()), "RCL": (None, lambda own, _: own.recall()),
        "RST": (None, lambda own, _: own.reset()), "CLS": (None, lambda own, _: own.clear()),
        "FENA": (_mask, lambda own, bits: own.put("fena", bits)),
        "SENA": (_mask, lambda own, bits: own.put("sena", bits)),
    }  # fmt: skip
    #: Heard by every unit, answered by none.
    GROUP: ClassVar[dict[str, str]] = {
        "GRST": "RST", "GPV": "PV", "GPC": "PC", "GOUT": "OUT", "GSAV": "SAV", "GRCL": "RCL",
    }  # fmt: skip

    # --- asked ------------------------------------------------------------------------------

    def measured(self, which: str) -> float:
        meter, channel = self.personality["meter"][which], self.channel
        channel.drive()  # the load may draw something else by now
        true = channel.rail.volts() if which == "volts" else channel.drawn()
        noisy = true + self._rng.gauss(0.0, meter["noise"])
        return float(round(noisy / meter["resolution"]) * meter["resolution"])

    def volts_told(self, value: float) -> str:
        return _number_told(value, self._whole)

    def amps_told(self, value: float) -> str:
        return _number_told(value, self._whole_amps)

    def mode(self) -> str:
        if not self.channel.on:
            return "OFF"
        return "CC" if self.channel.limiting else "CV"

    def six(self) -> list[str]:
        own = self.channel.set
        return [
            self.volts_told(self.measured("volts")), self.volts_told(own.volts),
            self.amps_told(self.measured("amps")), self.amps_told(own.amps),
            self.volts_told(own.over_volts), self.volts_told(self.under),
        ]  # fmt: skip

    def everything(self) -> str:
        told = [*self.six()[:4], f"{self.status():02X}", f"{self.fault():02X}"]
        names = ("MV", "PV", "MC", "PC", "SR", "FR")
        return ",".join(f"{name}({one})" for name, one in zip(names, told, strict=True))

    def fault(self) -> int:
        bits = {"ovp": 0x10, "ocp": 0x08, "otp": 0x04}
        return bits.get(self.channel.tripped, 0)

    def status(self) -> int:
        channel, fault = self.channel, self.fault()
        is_set = (
            channel.on and not channel.limiting, channel.on and channel.limiting, not fault, fault,
            self.auto, channel.set.over_amps_on, False, self.remote == "LOC",
        )  # fmt: skip
        return sum(1 << bit for bit, yes in enumerate(is_set) if yes)

    def taken(self, name: str) -> str:
        value = getattr(self, name)
        self.put(name, 0)
        return f"{value:02X}"

    ASKED: ClassVar[dict[str, Callable[["Words"], str]]] = {
        "IDN?": lambda own: str(own.personality["identity"]),
        "REV?": lambda own: str(own.personality["revision"]),
        "SN?": lambda own: str(own.personality["serial"]),
        "DATE?": lambda own: str(own.personality["tested"]),
        "RMT?": lambda own: own.remote, "MDAV?": lambda _: "0", "MS?": lambda _: "1",
        "PV?": lambda own: own.volts_told(own.channel.set.volts),
        "MV?": lambda own: own.volts_told(own.measured("volts")),
        "PC?": lambda own: own.amps_told(own.channel.set.amps),
        "MC?": lambda own: own.amps_told(own.measured("amps")),
        "OVP?": lambda own: own.volts_told(own.channel.set.over_volts),
        "UVL?": lambda own: own.volts_told(own.under),
        "OUT?": lambda own: "ON" if own.channel.on else "OFF",
        "FLD?": lambda own: "ON" if own.channel.set.over_amps_on else "OFF",
        "FBD?": lambda own: f"{STANDARD_DELAY + own.delay}",
        "AST?": lambda own: "ON" if own.auto else "OFF",
        "FILTER?": lambda own: str(own.hertz),
        "MODE?": lambda own: own.mode(), "DVC?": lambda own: ",".join(own.six()),
        "STT?": lambda own: own.everything(),
        "FLT?": lambda own: f"{own.fault():02X}", "STAT?": lambda own: f"{own.status():02X}",
        "FENA?": lambda own: f"{own.fena:02X}", "SENA?": lambda own: f"{own.sena:02X}",
        "FEVE?": lambda own: own.taken("_feve"), "SEVE?": lambda own: own.taken("_seve"),
    }  # fmt: skip
