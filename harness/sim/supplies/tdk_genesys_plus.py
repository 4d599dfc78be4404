"""A TDK-Lambda GENESYS+ supply: one output, an address in a chain, faults in one register.

Source: a public instrument model written from the GENESYS+ manual (commands, bits of STATus:
QUEStionable and STATus:OPERation, answers end with CR LF); the Genesys LAN manual IA672-04-01
(error numbers 301 to 307, assumed to hold here). While another unit's address is selected this one
does not listen: queries stay without an answer.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from harness.sim.supplies.channel import Channel
from harness.sim.supplies.commands import COMMON, MASK, STATUS
from harness.sim.supplies.instrument import Supply
from harness.wire.scpi import BOOLEAN, Command, Slot, number
from harness.wire.scpi_syntax import Limit, ScpiError

#: Genesys LAN manual, 11.7.
ABOVE_OVP, BELOW_UVP, OVP_BELOW, UVP_ABOVE, FAULT = (
    (301, "PV Above OVP"), (302, "PV Below UVL"), (304, "OVP Below PV"), (306, "UVL Above PV"),
    (307, "On During Fault"),
)  # fmt: skip
FOLD = Slot(str)


def level(header: str, field: str, unit: str = "") -> dict[str, Command]:
    """A number that can be set and asked for."""
    return {
        header: Command("set_number", (number(unit),), (field,)),
        f"{header}?": Command("number", (number(optional=True),), (field,)),
    }


OWN = {
    "SYSTem:ERRor[:NEXT]?": Command("next_error"),
    "SYSTem:VERSion?": Command("scpi_version"),
    "SYSTem[:COMMunicate]:RMT": Command("control_from", (Slot(str),)),
    "SYSTem[:COMMunicate]:RMT?": Command("controlled_from"),
    "INSTrument:NSELect": Command("select_unit", (MASK,)),
    "INSTrument:NSELect?": Command("selected_unit"),
    **level("[SOURce:]VOLTage[:LEVel][:IMMediate][:AMPLitude]", "volts", "V"),
    **level("[SOURce:]CURRent[:LEVel][:IMMediate][:AMPLitude]", "amps", "A"),
    **level("[SOURce:]VOLTage:PROTection[:LEVel]", "over_volts", "V"),
    **level("[SOURce:]VOLTage:PROTection:LOW[:LEVel]", "under_volts", "V"),
    **level("[SOURce:]VOLTage:SLEW:UP", "slew_up"),
    **level("[SOURce:]VOLTage:SLEW:DOWN", "slew_down"),
    "[SOURce:]VOLTage:PROTection:TRIPped?": Command("tripped", (), ("volts",)),
    "MEASure[:SCALar]:VOLTage[:DC]?": Command("measure", (), ("volts",)),
    "MEASure[:SCALar]:CURRent[:DC]?": Command("measure", (), ("amps",)),
    "MEASure[:SCALar]:POWer[:DC]?": Command("watts"),
    "OUTPut[:STATe]": Command("set_output", (BOOLEAN,)),
    "OUTPut[:STATe]?": Command("output"),
    "OUTPut:MODE?": Command("mode"),
    "OUTPut:PON[:STATe]": Command("restart", (BOOLEAN,)),
    "OUTPut:PON[:STATe]?": Command("restarts"),
    "OUTPut:PROTection:FOLDback[:MODE]": Command("fold", (FOLD,)),
    "OUTPut:PROTection:FOLDback[:MODE]?": Command("folds"),
    "OUTPut:PROTection:CLEar": Command("clear_trip"),
}


class Instrument(Supply):
    """A GENESYS+ by its personality."""

    COMMANDS: ClassVar[Mapping[str, Command]] = {
        **COMMON, **{key: one for key, one in STATUS.items() if "INST" not in key}, **OWN,
    }  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        self._forget()
        super().__init__(*args, **options)
        self._unit = int(self._personality["address"])

    def _forget(self) -> None:
        self._under, self._restarts, self._fold = 0.0, False, "OFF"

    def reset(self) -> None:
        super().reset()
        self._forget()

    # --- a chain ----------------------------------------------------------------------------

    def select_unit(self, address: int) -> None:
        if address > 31:
            raise ScpiError(-222)
        self._unit = address

    def selected_unit(self) -> str:
        return str(self._unit)

    def _answer(self, client: Any, message: bytes) -> None:
        mine = self._unit == self._personality["address"]
        if mine or b"INST" in message.upper():
            super()._answer(client, message)

    # --- levels -----------------------------------------------------------------------------

    def _bounds(self, field: str, channel: Channel) -> tuple[float, float, float, float]:
        least = self._personality["protection"]["over_voltage_least"]
        own = {
            "over_volts": (least, channel.max_over_volts, channel.max_over_volts, 0.001),
            "under_volts": (0.0, 0.95 * channel.rated_volts, 0.0, 0.001),
            "slew_up": (0.0001, 999.99, 999.99, 0.0001),  # V/ms
            "slew_down": (0.0001, 999.99, 999.99, 0.0001),
        }
        return own.get(field) or super()._bounds(field, channel)

    def set_number(self, field: str, value: float | Limit, at: Any = None) -> None:
        channel = self.channels[1]
        wanted, margin = self._in_range(field, channel, value), self._personality["protection"]
        self._keep_apart(field, wanted, channel, float(margin["margin"]))
        if field == "under_volts":
            self._under = wanted
        elif field.startswith("slew"):
            self._change(channel, field, wanted * 1000)
        else:
            super().set_number(field, value, at)

    def _keep_apart(self, field: str, wanted: float, channel: Channel, margin: float) -> None:
        own = channel.set
        wrong = {
            "volts": (
                (wanted * margin > own.over_volts + 1e-6, ABOVE_OVP),
                (self._under > 0 and wanted < self._under * margin, BELOW_UVP),
            ),
            "over_volts": ((wanted < own.volts * margin - 1e-6, OVP_BELOW),),
            "under_volts": ((wanted * margin > own.volts and wanted > 0, UVP_ABOVE),),
        }
        for is_so, error in wrong.get(field, ()):
            if is_so:
                raise ScpiError(*error)

    def number(self, field: str, limit: float | Limit | None, at: Any = None) -> str:
        if limit is None and field == "under_volts":
            return format(self._under, self._form)
        if limit is None and field.startswith("slew"):
            rate = getattr(self.channels[1].set, field) / 1000
            return format(min(rate, 999.99), ".4f")
        return super().number(field, limit, at)

    # --- output -----------------------------------------------------------------------------

    def set_output(self, on: bool, at: Any = None) -> None:
        if on and self.channels[1].tripped:
            raise ScpiError(*FAULT)
        super().set_output(on, at)

    def mode(self) -> str:
        channel = self.channels[1]
        return ("CC" if channel.limiting else "CV") if channel.on else "OFF"

    def watts(self) -> str:
        channel = self.channels[1]
        return format(channel.rail.volts() * channel.drawn(), self._form)

    def restart(self, on: bool) -> None:
        self._restarts = on

    def restarts(self) -> str:
        return str(int(self._restarts))

    def fold(self, how: str) -> None:
        if how.upper() not in ("OFF", "CC", "CV"):
            raise ScpiError(-224)
        self._fold = how.upper()
        self._change(self.channels[1], "over_amps_on", self._fold == "CC")

    def folds(self) -> str:
        return self._fold

    def _summarise(self) -> None:
        """With one output its bits stand in STATus:QUEStionable itself; OPER: CV 0, CC 1, on 8."""
        groups, channel = self.status.groups, self.channels[1]
        groups["ques"].become(self._summaries[1].condition)
        bits = channel.on << 8 | (1 << channel.limiting if channel.on else 0)
        groups["oper"].become(bits)
