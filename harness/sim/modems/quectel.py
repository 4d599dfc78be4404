"""Quectel modems (EC2x, EG9x, BG9x).

Source: Quectel EC25&EC21 AT Commands Manual V1.3 (+QCCID, +QPINC, +QCSQ, +QENG, +QNWINFO,
+QSIMDET, +QSIMSTAT, +QGDCNT, +QPOWD, +QICSGP, +QNETDEVCTL); BG95&BG77 AT Commands Manual ("eMTC");
boot lines from public logs of EC25 and RM510Q. +QDSIM=0|1 (slot 1, slot 2) as the EC200, EC800 and
EG915 manuals and public drivers have it; on the EC25 it belongs to a firmware option.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from harness.sim.modems.at import Dialect as Standard
from harness.sim.modems.basics import (
    WRONG_PARAMETER,
    card_field,
    choice,
    identity,
    power_off,
    tries,
)
from harness.sim.modems.dialect import Act, Said
from harness.sim.modems.network import cell_id, heard, net_device, sign_in, within
from harness.sim.modems.port import AtPort, Refusal
from harness.wire.at_commands import Command, Form


def _qcsq(at: AtPort, _command: Command) -> list[str]:
    """+QCSQ: rssi, rsrp, sinr as 0..250, rsrq."""
    radio = at.modem.radio
    if not heard(at):
        return ['+QCSQ: "NOSERVICE"']
    sinr = within((radio.sinr + 20) * 5, 0, 250)
    rsrp, rsrq = within(radio.rsrp, -140, -44), within(radio.rsrq, -20, -3)
    technology = at.modem.personality["technology"]
    return [f'+QCSQ: "{technology}",{radio.rssi:.0f},{rsrp},{sinr},{rsrq}']


def _qeng(at: AtPort, command: Command) -> list[str]:
    """+QENG="servingcell"; the firmware really writes CONECT."""
    if command.text(0).lower() != "servingcell":
        raise Refusal(WRONG_PARAMETER)
    radio, cell = at.modem.radio, at.modem.network
    if not heard(at):
        return ['+QENG: "servingcell","SEARCH"']
    state = "LIMSRV" if not at.modem.registration.registered else "NOCONN"
    state = "CONECT" if at.modem.bearer.up else state
    rsrp, rsrq = within(radio.rsrp, -140, -44), within(radio.rsrq, -20, -3)
    return [
        f'+QENG: "servingcell","{state}","{at.modem.personality["technology"]}","FDD",'
        f"{cell.plmn[:3]},{cell.plmn[3:]},{cell_id(at)},{cell.pci},{cell.earfcn},{cell.band},3,3,"
        f"{cell.area},{rsrp},{rsrq},{radio.rssi:.0f},{radio.sinr:.0f},"
        f"{within(radio.rsrp + 128, 0, 99)}"
    ]


def _qnwinfo(at: AtPort, _command: Command) -> list[str]:
    cell, technology = at.modem.network, at.modem.personality["technology"]
    if not at.modem.registration.registered:
        return ["+QNWINFO: No Service"]
    word = "FDD LTE" if technology == "LTE" else technology
    return [f'+QNWINFO: "{word}","{cell.plmn}","LTE BAND {cell.band}",{cell.earfcn}']


def _qgdcnt(at: AtPort, command: Command) -> list[str]:
    """+QGDCNT: bytes sent, received; =0 begins anew, =1 keeps."""
    modem = at.modem
    if command.form is Form.READ:
        return [f"+QGDCNT: {modem.sent},{modem.received}"]
    if choice(command, 0, 1) == 0:
        modem.sent = modem.received = 0
    return []


def _qsimstat(at: AtPort, command: Command) -> list[str]:
    """+QSIMSTAT: whether it is reported, whether a card is in."""
    if command.form is Form.READ:
        present = at.modem.card.sim is not None
        return [f"+QSIMSTAT: {at.settings['+QSIMSTAT']},{int(present)}"]
    at.settings["+QSIMSTAT"] = choice(command, 0, 1)
    return []


def _qindcfg(at: AtPort, command: Command) -> list[str]:
    """+QINDCFG="smsfull": whether a full store is reported; others are taken without effect."""
    smsfull = command.text(0).lower() == "smsfull"
    if len(command.args) > 1:
        at.settings["+QINDCFG"] = int(choice(command, 0, 1, at=1) if smsfull else 0)
        return []
    return [f'+QINDCFG: "smsfull",{at.settings["+QINDCFG"]}'] if smsfull else []


def _qdsim(at: AtPort, command: Command) -> list[str]:
    """+QDSIM: 0 is slot 1, 1 is slot 2; the card is read anew at once."""
    modem, slots = at.modem, list(at.modem.card.tray.slots)[: at.modem.personality["slots"]]
    if command.form is Form.READ:
        return [f"+QDSIM: {slots.index(modem.card.slot)}"]
    modem.card.select(slots[choice(command, *range(len(slots)))])
    return []


def _qpowd(at: AtPort, command: Command) -> list[str]:
    """+QPOWD: OK, POWERED DOWN, and it may be cut off."""
    choice(command, 0, 1, default=1)
    return power_off(at, command)


class Dialect(Standard):
    """Quectel's own."""

    COMMANDS: ClassVar[Mapping[str, Act]] = {
        **Standard.COMMANDS,
        "+QCCID": card_field("iccid", "+QCCID: {}"), "+CCID": card_field("iccid", "+CCID: {}"),
        "+QGMR": identity("revision", "+CGMR"), "+QCSQ": _qcsq, "+QENG": _qeng,
        "+QNWINFO": _qnwinfo, "+QGDCNT": _qgdcnt, "+QPOWD": _qpowd, "+QSIMSTAT": _qsimstat,
        "+QINDCFG": _qindcfg,
        "+QPINC": tries('+QPINC: "SC",{pin},{puk}\n+QPINC: "P2",3,10'), "+QDSIM": _qdsim,
        "+QICSGP": sign_in(3, 2), "+QNETDEVCTL": net_device("+QNETDEVCTL", up="1,1,1"),
    }  # fmt: skip
    RANGES: ClassVar[Mapping[str, str]] = {
        **Standard.RANGES, "+QDSIM": "(0,1)", "+QSIMSTAT": "(0,1)", "+QGDCNT": "(0,1)",
        "+QPINC": '("SC","P2")',
    }  # fmt: skip
    RUN_ONLY: ClassVar[frozenset[str]] = Standard.RUN_ONLY | {
        "+QCCID", "+CCID", "+QGMR", "+QCSQ", "+QNWINFO", "+QPOWD"
    }  # fmt: skip
    READ_ONLY: ClassVar[frozenset[str]] = Standard.READ_ONLY | {"+QPINC"}
    REMEMBERED: ClassVar[Mapping[str, str]] = {
        **Standard.REMEMBERED, "+QURCCFG": '"urcport","usbat"',  "+QSCLK": "0",
        "+QCFG": "", "+QAUGDCNT": "0", "+QSIMDET": "1,0",
    }  # fmt: skip
    FACTORY: ClassVar[Mapping[str, Any]] = {
        **Standard.FACTORY, "+CMEE": 1, "+QSIMSTAT": 0, "+QINDCFG": 0,
    }  # fmt: skip
    SAYS: ClassVar[Mapping[str, Sequence[Said]]] = {
        **Standard.SAYS,
        "boot": ((0, "RDY"), (0.4, "+CFUN: 1")),
        "sim_out": ((0, "+QSIMSTAT : 1,0", "+QSIMSTAT"), (0, "+CPIN: NOT READY")),
        "sim_in": ((0, "+QSIMSTAT : 1,1", "+QSIMSTAT"),),
        "sim_ready": (
            (0, "+CPIN: READY"), (0.1, "+QUSIM: 1"), (1.5, "+QIND: SMS DONE"),
            (2.5, "+QIND: PB DONE"),
        ),
        "sim_missing": ((0, "+CPIN: NOT INSERTED"),),
        "pin_wanted": ((0, "+CPIN: SIM PIN"),),
        "nw_ended_own": ((0, '+QIURC: "pdpdeact",1'),),
        "detached": ((0, "+CGEV: NW DETACH", "+CGEREP"), (0, '+QIURC: "pdpdeact",1')),
        "store_full": ((0, '+QIND: "smsfull","ME"', "+QINDCFG"),),
        "power_off": ((0, "POWERED DOWN"),),
    }  # fmt: skip
