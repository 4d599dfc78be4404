"""SIMCom modems (SIM7x00, A76xx).

Source: SIM7500_SIM7600 Series AT Command Manual (+CICCID, +SPIC, +CPSI, +CNSMOD, +UIMHOTSWAPON,
+CPOF, +CRESET, +CNETSTART), A76XX Series AT Command Manual; +CPSI and boot lines from public logs.
Quirk: SIM7x00 tells RSRQ, RSRP and RSSI of +CPSI in tenths of dB, A76xx as +CESQ's indexes.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from harness.sim.modems.at import Dialect as Standard
from harness.sim.modems.basics import card_field, power_off, restart, tries
from harness.sim.modems.dialect import Act, Said
from harness.sim.modems.network import (
    cell_id,
    heard,
    net_device,
    rsrp_index,
    rsrq_index,
    sign_in,
    within,
)
from harness.sim.modems.port import AtPort
from harness.wire.at_commands import Command


def _cpsi(at: AtPort, _command: Command) -> list[str]:
    """+CPSI: system mode, operation mode, then the cell and its levels."""
    radio, cell = at.modem.radio, at.modem.network
    mode = "Online" if at.modem.functionality == 1 else "Low Power Mode"
    if not heard(at):
        return [f"+CPSI: NO SERVICE,{mode}"]
    if at.modem.quirk("cpsi") == "index":
        levels = f"{rsrq_index(at)},{rsrp_index(at)},{within(radio.rssi + 111, 0, 63)}"
    else:
        levels = f"{radio.rsrq * 10:.0f},{radio.rsrp * 10:.0f},{radio.rssi * 10:.0f}"
    return [
        f"+CPSI: LTE,{mode},{cell.plmn[:3]}-{cell.plmn[3:]},0x{cell.area},{int(cell_id(at), 16)},"
        f"{cell.pci},EUTRAN-BAND{cell.band},{cell.earfcn},3,3,{levels},{radio.sinr:.0f}"
    ]


def _cnsmod(at: AtPort, _command: Command) -> list[str]:
    """+CNSMOD: whether it is reported, system: 8 is LTE, 0 none."""
    return [f"+CNSMOD: 0,{8 if at.modem.registration.registered else 0}"]


class Dialect(Standard):
    """SIMCom's own."""

    COMMANDS: ClassVar[Mapping[str, Act]] = {
        **Standard.COMMANDS,
        "+CICCID": card_field("iccid", "+ICCID: {}"), "+CPSI": _cpsi, "+CNSMOD": _cnsmod,
        "+SPIC": tries("+SPIC: {pin},{puk},3,10"), "+CPOF": power_off, "+CRESET": restart,
        "+CNETSTART": net_device("+CNETSTART", up="1"), "+CGAUTH": sign_in(3),
    }  # fmt: skip
    RUN_ONLY: ClassVar[frozenset[str]] = Standard.RUN_ONLY | {
        "+CICCID", "+SPIC", "+CPOF", "+CRESET"
    }  # fmt: skip
    READ_ONLY: ClassVar[frozenset[str]] = Standard.READ_ONLY | {"+CPSI", "+CNSMOD"}
    REMEMBERED: ClassVar[Mapping[str, str]] = {
        **Standard.REMEMBERED, "+UIMHOTSWAPON": "1", "+UIMHOTSWAPLEVEL": "0", "+CNMP": "2",
        "+CSCLK": "0",
    }  # fmt: skip
    FACTORY: ClassVar[Mapping[str, Any]] = {**Standard.FACTORY, "+CMEE": 2}
    SAYS: ClassVar[Mapping[str, Sequence[Said]]] = {
        **Standard.SAYS,
        "boot": ((0, "RDY"),),
        "sim_out": ((0, "+CPIN: NOT INSERTED"),),
        "sim_ready": ((0, "+CPIN: READY"), (2.0, "SMS DONE"), (4.0, "PB DONE")),
        "sim_missing": ((0, "+CPIN: NOT INSERTED"),),
        "pin_wanted": ((0, "+CPIN: SIM PIN"),),
        "store_full": ((0, "+SMS FULL"),),
        "power_off": (),
    }  # fmt: skip
