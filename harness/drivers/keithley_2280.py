"""Keithley 2280S precision supplies and the 2281S battery simulator, as a supply.

Source: 2280 Reference Manual 077085503 (7-14 FORMat:ELEMents, 7-58 OUTPut:PROTection:TRIPped, 7-81
LIST) and 2281S Reference Manual 077114601 (7-129 PROTection, 7-145 LIST:STATe). A reading comes
with what ``FORM:ELEM`` says, so each question says it. A measurement selects its sense function,
and a list runs only in CONCurrent (error 209); whether it also ends a list is not told
(unconfirmed), so while one runs only the latest reading is fetched. A list is quoted strings, and
must be saved and recalled to be run: list 9 is used, and what a person kept there is lost. How
short a stay may be is not told: 20 ms, one reading, is taken (unconfirmed). A 2281S in a battery
function refuses the supply's commands: the safe state switches that output off too and goes back to
POWER; a 2280S has no such commands, and its -113 is passed over.
"""

import re
from collections.abc import Mapping
from typing import ClassVar

from harness.drivers._scpi_powers import HardLimit, OwnList
from harness.errors import DeviceRefused, Garbled
from harness.model.power import Capability, Points
from harness.model.units import Amps, Seconds, Volts

IDENTITY = r"(?i)^keithley[^,]*,\s*(model )?228[01]S"  # matched before anything is energised

LIST = 9
LISTING = 512  # of STAT:OPER:INST:ISUM: a list runs


class Driver(HardLimit, OwnList):
    """Plays Supply, Protected, HardLimited, ListMode, Identified, Polled and SafeState."""

    capability = Capability(
        points=99, min_dwell=0.02, max_dwell=60.0, latency=0.05, rise_time=0.05, fall_time=0.5,
        voltage_step=0.001, current_step=0.001,
    )  # fmt: skip
    VERBS: ClassVar[Mapping[str, str | tuple[str, str]]] = {
        "output": (":OUTP:STAT {v}", ":OUTP:STAT?"),
        "volts": (":VOLT {v}", ":VOLT?"),
        "amps": (":CURR {v}", ":CURR?"),
        "measured_volts": ':FORM:ELEM "READ,UNIT";:MEAS:VOLT?',
        "measured_amps": ':FORM:ELEM "READ,UNIT";:MEAS:CURR?',
        "ovp": (":VOLT:PROT {v}", ":VOLT:PROT?"),
        "limit": (":VOLT:LIM {v}", ":VOLT:LIM?"),
    }
    #: Armed by BUS it would wait for *TRG, and refuse to measure.
    LEAVE: ClassVar[tuple[str, ...]] = (":ABOR", ":ARM:SOUR IMM", ":LIST:STAT OFF")
    HALT: ClassVar[tuple[str, ...]] = (*LEAVE, ":BATT:OUTP OFF", ":ENTR:FUNC POWER")
    CLEAR: ClassVar[tuple[str, ...]] = (":OUTP:PROT:CLE",)
    FETCH: ClassVar[str] = ':FORM:ELEM "READ,SOUR,UNIT";:FETC?'
    _listing = False  # a list was started, and may still run

    def measure_voltage(self) -> Volts:
        volts = Volts(self._read("measured_volts", "V"))
        self.observe("measured", t=self._scpi.heard, volts=float(volts))
        return volts

    def measure_current(self) -> Amps:
        return Amps(self._read("measured_amps", "A"))

    def poll(self) -> None:
        volts = self._read("measured_volts", "V")
        heard = self._scpi.heard
        self.observe("measured", t=heard, volts=volts, amps=float(self.measure_current()))
        self.tripped()

    def _read(self, verb: str, unit: str) -> float:
        """A reading by its unit; the latest one while a list runs."""
        query = self.FETCH if self._runs() else self._query(verb)
        answer = self._scpi.ask(query)
        found = re.search(rf"([+-][\d.]+E[+-]\d+){unit}(?:,|$)", answer)
        if not found:
            raise Garbled(f"{query!r} was answered by {answer[:80]!r}")
        return float(found[1])

    def _runs(self) -> bool:
        if self._listing:
            state = self._scpi.integer(":STAT:OPER:INST:ISUM:COND?")
            self._listing = bool(state & LISTING)
        return self._listing

    def tripped(self) -> str:
        said = self._scpi.ask(":OUTP:PROT:TRIP?")
        word = re.fullmatch('"?([a-z]{2,9})"?', said.lower())
        if not word:
            raise Garbled(f":OUTP:PROT:TRIP? was answered by {said[:80]!r}")
        which = "" if word[1] == "none" else word[1]
        if which and which != self._tripped:
            self.observe("tripped", which=which)
        self._tripped = which
        return which

    def make_safe(self) -> None:
        self._listing = False
        super().make_safe()

    # --- its list ---------------------------------------------------------------------------

    def _upload(self, points: Points) -> Points:
        self._halt()
        amps = self._scpi.number(self._query("amps"))
        columns = {
            "VOLT": [float(volts) for volts, _ in points],
            "CURR": [amps] * len(points),
            "DWEL": [float(stay) for _, stay in points],
        }
        for what, column in columns.items():
            self._tell(f':LIST{LIST}:{what} "{",".join(f"{value:.4g}" for value in column)}"')
        seen = {what: self._scpi.numbers(f":LIST{LIST}:{what}?") for what in columns}
        if any(abs(one - amps) > 0.001 for one in seen["CURR"]):
            raise DeviceRefused(f"the list's currents were {amps:g} A and read back {seen['CURR']}")
        if len({len(column) for column in seen.values()}) != 1:
            raise DeviceRefused(f"the list's parts are of different lengths: {seen}")
        for command in (f":LIST:SAVE:INTE {LIST}", f":LIST:RCL {LIST}", ":LIST:MCOMP SWEEP"):
            self._tell(command)
        self._tell(":LIST:HTIM TIME")
        self._tell(f":TRIG:COUN {len(points)}")  # a trigger a point, 7-145
        rows = zip(seen["VOLT"], seen["DWEL"], strict=True)
        return self._compare(points, [(Volts(volts), Seconds(stay)) for volts, stay in rows])

    def _start(self) -> None:
        self._tell(':SENS:FUNC "CONC"')
        self._tell(":LIST:STAT ON")
        self._listing = True
        self._tell(":INIT")

    def _halt(self) -> None:
        self._listing = False
        for command in self.LEAVE:
            self._tell(command)
