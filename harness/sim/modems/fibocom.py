"""Fibocom modems (L6xx, L7xx, L8xx, FM).

Source: Fibocom L716 and FM350 AT Commands User Manuals (+GTCCINFO, +GTCAINFO, +CCID, +ICCID,
+MSMPD, +GTRNDIS, +CPWROFF); 3GPP TS 27.007, 8.65 (+CPINR); lines from public logs of L6xx, L8xx
and FM350.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from harness.sim.modems.at import Dialect as Standard
from harness.sim.modems.basics import card_field, power_off, setting, tries
from harness.sim.modems.dialect import Act, Said
from harness.sim.modems.network import cell_id, heard, net_device, rsrp_index, rsrq_index
from harness.sim.modems.port import AtPort
from harness.wire.at_commands import Command


def _gtccinfo(at: AtPort, _command: Command) -> list[str]:
    """+GTCCINFO?: serving, RAT 4, MCC, MNC, TAC, cell, EARFCN, PCI, band + 100, blocks, levels."""
    cell = at.modem.network
    if not heard(at):
        return ["+GTCCINFO: "]
    rsrp, rsrq = rsrp_index(at), rsrq_index(at)
    return [
        "+GTCCINFO: ",
        f"1,4,{cell.plmn[:3]},{cell.plmn[3:]},{cell.area},{cell_id(at).rjust(9, '0')},"
        f"{cell.earfcn},{cell.pci},{100 + cell.band},50,{at.modem.radio.sinr:.0f},{rsrp},{rsrp},"
        f"{rsrq}",
    ]


def _gtcainfo(at: AtPort, _command: Command) -> list[str]:
    """+GTCAINFO?: the primary carrier: band, PCI, EARFCN, blocks, RSRP, RSRQ."""
    radio, cell = at.modem.radio, at.modem.network
    if not heard(at):
        return ["+GTCAINFO: "]
    levels = f"{radio.rsrp:.0f},{radio.rsrq:.0f}"
    return ["+GTCAINFO: ", f"PCC:{100 + cell.band},{cell.pci},{cell.earfcn},50,50,{levels}"]


class Dialect(Standard):
    """Fibocom's own."""

    COMMANDS: ClassVar[Mapping[str, Act]] = {
        **Standard.COMMANDS,
        "+CCID": card_field("iccid", "+CCID: {}"), "+ICCID": card_field("iccid", "+ICCID: {}"),
        "+GTCCINFO": _gtccinfo, "+GTCAINFO": _gtcainfo, "+MSMPD": setting(0, 1),
        "+CPINR": tries(
            "+CPINR: SIM PIN,{pin},3\n+CPINR: SIM PUK,{puk},10\n+CPINR: SIM PIN2,3,3\n"
            "+CPINR: SIM PUK2,10,10"
        ),
        "+CPWROFF": power_off,
        "+GTRNDIS": net_device("+GTRNDIS", up='1,1,"{address}"'),
        "+MIPCALL": net_device("+MIPCALL", up='1,"{address}"'),
    }  # fmt: skip
    RUN_ONLY: ClassVar[frozenset[str]] = frozenset(("+CSQ", "+CESQ", "+CEER", "+CPWROFF", "I"))
    READ_ONLY: ClassVar[frozenset[str]] = Standard.READ_ONLY | {"+GTCCINFO", "+GTCAINFO"}
    REMEMBERED: ClassVar[Mapping[str, str]] = {
        **Standard.REMEMBERED, "+GTUSBMODE": "32", "+GTACT": "10", "+GTDUALSIM": "0",
    }  # fmt: skip
    FACTORY: ClassVar[Mapping[str, Any]] = {**Standard.FACTORY, "+CMEE": 1, "+MSMPD": 1}
    SAYS: ClassVar[Mapping[str, Sequence[Said]]] = {
        **Standard.SAYS,
        "boot": (),
        "sim_out": ((0, "+SIM: Removed", "+MSMPD"), (0, "+SIM DROP")),
        "sim_in": ((0, "+SIM: Inserted", "+MSMPD"),),
        "sim_ready": ((0, "+SIM READY"),),
        "nw_ended_own": ((0, "+MIPCALL: 0"),),
        "power_off": (),
    }  # fmt: skip
