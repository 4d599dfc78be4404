"""Sierra Wireless modems (EM, MC, HL).

Source: AirPrime EM74xx/MC74xx and EM75xx AT Command References (!GSTATUS, !LTEINFO, !ICCID, !ERR,
!RESET, !SCACT, !UIMS, +CPINC); lines from public logs of EM7455 and EM7565. Quirk: cards of tab
stops and blanks, made for people; bytes are counted over QMI and MBIM only.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from harness.sim.modems.at import Dialect as Standard
from harness.sim.modems.basics import card_field, power_off, restart, says, tries
from harness.sim.modems.dialect import Act, Said
from harness.sim.modems.network import cell_id, heard, net_device
from harness.sim.modems.port import AtPort
from harness.wire.at_commands import Command


def _gstatus(at: AtPort, _command: Command) -> list[str]:
    """!GSTATUS? of an EM75xx in LTE."""
    modem, radio, cell = at.modem, at.modem.radio, at.modem.network
    mode = "ONLINE" if modem.functionality == 1 else "LOW POWER MODE"
    taken, there = modem.registration.registered, heard(at)
    lines = [
        "!GSTATUS: ",
        f"Current Time:  {modem.clock.now():.0f}\t\tTemperature: 36",
        f"Reset Counter: {modem.boots}\t\tMode:        {mode:<15}",
        f"System mode:   {'LTE' if there else 'Unknown':<11}\tPS state:    "
        f"{'Attached' if taken else 'Not attached':<13}",
    ]
    if not there:
        return [*lines, "EMM state:     Deregistered   \tNo Service     "]
    area, identity = int(cell.area, 16), int(cell_id(at), 16)
    return [
        *lines,
        f"LTE band:      {f'B{cell.band}':<7}\tLTE bw:      10 MHz  ",
        f"LTE Rx chan:   {cell.earfcn}\t\tLTE Tx chan: {cell.earfcn + 18000}",
        "LTE SSC1 state:NOT ASSIGNED",
        f"EMM state:     {'Registered' if taken else 'Deregistered':<15}\t"
        f"{'Normal Service ' if taken else 'Limited Service'}",
        f"RRC state:     {'RRC Connected' if modem.bearer.up else 'RRC Idle':<15}",
        "IMS reg state: No Srv  \t\t",
        "",
        f"PCC RxM RSSI:  {radio.rssi:.0f}\t\tPCC RxM RSRP:  {radio.rsrp:.0f}",
        f"PCC RxD RSSI:  {radio.rssi - 1:.0f}\t\tPCC RxD RSRP:  {radio.rsrp - 2:.0f}",
        f"Tx Power:      --\t\tTAC:         {area:04x} ({area})",
        f"RSRQ (dB):     {radio.rsrq:.1f}\t\tCell ID:     {identity:08x} ({identity})",
        f"SINR (dB):     {radio.sinr:.1f}",
    ]


def _lteinfo(at: AtPort, _command: Command) -> list[str]:
    """!LTEINFO?: a table of the serving cell and its neighbours."""
    radio, cell = at.modem.radio, at.modem.network
    if not heard(at):
        return ["!LTEINFO: "]
    levels = f"{radio.rsrq:5.1f} {radio.rsrp:6.1f} {radio.rssi:6.1f} --"
    return [
        "!LTEINFO: ",
        "Serving:   EARFCN MCC MNC   TAC      CID Bd D U SNR PCI  RSRQ   RSRP   RSSI RXLV",
        f"           {cell.earfcn:6d} {cell.plmn[:3]:>3} {cell.plmn[3:]:>3} "
        f"{int(cell.area, 16):5d} {int(cell_id(at), 16):08X} {cell.band:2d} 3 3 "
        f"{radio.sinr:3.0f} {cell.pci:3d} {levels}",
        "",
        "IntraFreq:                                          PCI  RSRQ   RSRP   RSSI RXLV",
        f"                                                    {cell.pci:3d} {levels}",
    ]


class Dialect(Standard):
    """Sierra's own."""

    COMMANDS: ClassVar[Mapping[str, Act]] = {
        **Standard.COMMANDS,
        "!ICCID": card_field("iccid", "!ICCID: {}"), "!GSTATUS": _gstatus, "!LTEINFO": _lteinfo,
        "!ERR": says(), "!RESET": restart, "!POWERDOWN": power_off,
        "!SCACT": net_device("!SCACT", up="1,1", down="1,0"), "!ENTERCND": says(),
        "+CPINC": tries("+CPINC: {pin},3,{puk},10"), "!UIMS": says("!UIMS: 0"),
        "!SELRAT": says("!SELRAT: 00, Automatic"),
    }  # fmt: skip
    RUN_ONLY: ClassVar[frozenset[str]] = Standard.RUN_ONLY | {"!RESET", "!POWERDOWN"}
    READ_ONLY: ClassVar[frozenset[str]] = Standard.READ_ONLY | {
        "!ICCID", "!GSTATUS", "!LTEINFO", "!ERR", "!SCACT", "!UIMS", "!SELRAT", "+CPINC"
    }  # fmt: skip
    SAYS: ClassVar[Mapping[str, Sequence[Said]]] = {
        **Standard.SAYS, "boot": (), "sim_ready": ((1.0, "+PACSP0"),), "power_off": (),
    }  # fmt: skip
