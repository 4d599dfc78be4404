"""Telit modems (LE910, ME910).

Source: Telit LE910Cx and ME910 AT Commands Reference Guides (#CCID, #RFSTS, #SERVINFO, #MONI,
#GDATAVOL, #QSS, #SIMDET, #PCT, #CEERNET, #SHDN, #REBOOT, #ECM, #PSNT); lines from public logs of
LE910C1, LM960 and EM8355. Quirk: it says nothing when it boots, and tells the card by #QSS.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from harness.sim.modems.at import Dialect as Standard
from harness.sim.modems.basics import (
    card_field,
    choice,
    identity,
    power_off,
    restart,
    setting,
    tries,
)
from harness.sim.modems.card import MISSING, PIN, PUK, READY
from harness.sim.modems.dialect import Act, Said
from harness.sim.modems.network import cell_id, heard, net_device, sign_in
from harness.sim.modems.port import AtPort, Refusal
from harness.wire.at_commands import Command, Form

#: EMM and ESM causes in words (3GPP TS 24.301, annexes A and B): #CEERNETEXT.
WORDS = {
    3: "ILLEGAL UE", 6: "ILLEGAL ME", 7: "EPS SERVICES NOT ALLOWED",
    8: "EPS SERVICES AND NON-EPS SERVICES NOT ALLOWED", 11: "PLMN NOT ALLOWED",
    15: "NO SUITABLE CELLS IN TRACKING AREA", 17: "NETWORK FAILURE", 19: "ESM FAILURE",
    22: "CONGESTION", 26: "INSUFFICIENT RESOURCES", 27: "UNKNOWN OR MISSING APN",
    29: "USER AUTHENTICATION FAILED", 33: "REQUESTED SERVICE OPTION NOT SUBSCRIBED",
}  # fmt: skip


def _rfsts(at: AtPort, _command: Command) -> list[str]:
    """#RFSTS in LTE: PLMN, EARFCN, RSRP, RSSI, RSRQ, TAC, RAC, power, DRX, MM, RRC, cell, ...

    Without a cell: refused (assumed).
    """
    radio, cell, sim = at.modem.radio, at.modem.network, at.modem.card.sim
    imsi = sim.imsi if sim is not None and at.modem.card.ready else ""
    if not heard(at):
        raise Refusal
    taken = at.modem.registration.registered
    return [
        f'#RFSTS: "{cell.plmn[:3]} {cell.plmn[3:]}",{cell.earfcn},{radio.rsrp:.0f},'
        f"{radio.rssi:.0f},{radio.rsrq:.0f},{cell.area},255,,128,{19 if taken else 17},"
        f'{1 if at.modem.bearer.up else 0},{cell_id(at)},"{imsi}","{cell.name}",'
        f"{3 if taken else 0},{cell.band}"
    ]


def _servinfo(at: AtPort, _command: Command) -> list[str]:
    """#SERVINFO in LTE: EARFCN, RSSI, name, PLMN, cell, TAC, DRX, service domain, RSRP."""
    radio, cell = at.modem.radio, at.modem.network
    if not heard(at):
        raise Refusal(30)
    return [
        f'#SERVINFO: {cell.earfcn},{radio.rssi:.0f},"{cell.name}","{cell.plmn}",{cell_id(at)},'
        f"{cell.area},128,3,{radio.rsrp:.0f}"
    ]


def _moni(at: AtPort, command: Command) -> list[str]:
    """#MONI of the serving cell in LTE."""
    radio, cell = at.modem.radio, at.modem.network
    if command.form is Form.SET or not heard(at):
        return []
    return [
        f"#MONI: {cell.name} RSRP:{radio.rsrp:.0f} RSRQ:{radio.rsrq:.0f} TAC:{cell.area} "
        f"Id:{cell_id(at)} EARFCN:{cell.earfcn} PWR:{radio.rssi:.0f}dbm DRX:128 pci:{cell.pci} "
        "QRxLevMin:-130"
    ]


def _gdatavol(at: AtPort, command: Command) -> list[str]:
    """#GDATAVOL: 1 the session, 2 the totals, 0 begins anew; cid, both, sent, received."""
    modem = at.modem
    what = choice(command, 0, 1, 2)
    if what == 0:
        modem.sent = modem.received = modem.bearer.sent = modem.bearer.received = 0
        return []
    meter = modem.bearer if what == 1 else modem
    return [f"#GDATAVOL: 1,{meter.sent + meter.received},{meter.sent},{meter.received}"]


def _qss(at: AtPort, command: Command) -> list[str]:
    """#QSS: mode; status: 0 no card, 1 inserted, 2 unlocked, 3 ready."""
    if command.form is Form.READ:
        status = {MISSING: 0, PIN: 1, PUK: 1, READY: 3}.get(at.modem.card.state, 1)
        return [f"#QSS: {at.settings['#QSS']},{status}"]
    at.settings["#QSS"] = choice(command, 0, 1, 2)
    return []


def _ceernet(at: AtPort, _command: Command) -> list[str]:
    return [f"#CEERNET: {at.modem.last_number}"]


def _ceernetext(at: AtPort, _command: Command) -> list[str]:
    words = WORDS.get(at.modem.last_number, "")
    return [f"#CEERNETEXT: {words}"] if words else []


def _psnt(at: AtPort, command: Command) -> list[str]:
    """#PSNT: mode, network: 4 LTE, 5 none."""
    if command.form is Form.READ:
        return [f"#PSNT: {at.settings['#PSNT']},{4 if at.modem.registration.registered else 5}"]
    at.settings["#PSNT"] = choice(command, 0, 1)
    return []


def _present(at: AtPort, command: Command) -> list[str]:
    """#SIMDET: mode 2 is automatic; whether a card is in."""
    if command.form is not Form.SET:
        return [f"#SIMDET: 2,{int(at.modem.card.state != MISSING)}"]
    choice(command, 0, 1, 2)
    return []


class Dialect(Standard):
    """Telit's own."""

    COMMANDS: ClassVar[Mapping[str, Act]] = {
        **Standard.COMMANDS,
        "#CCID": card_field("iccid", "#CCID: {}"), "#CIMI": card_field("imsi", "#CIMI: {}"),
        "#CGMI": identity("maker", "#CGMI"), "#CGMM": identity("model", "#CGMM"),
        "#CGMR": identity("revision", "#CGMR"), "#CGSN": identity("imei", "#CGSN"),
        "#RFSTS": _rfsts, "#SERVINFO": _servinfo, "#MONI": _moni, "#GDATAVOL": _gdatavol,
        "#QSS": _qss, "#SIMDET": _present, "#PCT": tries("#PCT: {pin}"), "#CEERNET": _ceernet,
        "#CEERNETEXT": _ceernetext, "#PSNT": _psnt, "#SHDN": power_off, "#REBOOT": restart,
        "#ECM": net_device("#ECM", at_state=1, up="0,1", down="0,0"), "#PDPAUTH": sign_in(2),
        "#E2ESC": setting(0, 1),
    }  # fmt: skip
    RANGES: ClassVar[Mapping[str, str]] = {
        **Standard.RANGES, "#GDATAVOL": "(0-2)", "#QSS": "(0-2)", "#PSNT": "(0,1)",
    }  # fmt: skip
    RUN_ONLY: ClassVar[frozenset[str]] = Standard.RUN_ONLY | {
        "#CCID", "#CIMI", "#CGMI", "#CGMM", "#CGMR", "#CGSN", "#RFSTS", "#SERVINFO", "#PCT",
        "#CEERNET", "#CEERNETEXT", "#SHDN", "#REBOOT",
    }  # fmt: skip
    FACTORY: ClassVar[Mapping[str, Any]] = {
        **Standard.FACTORY, "#QSS": 0, "#PSNT": 0, "#E2ESC": 0,
    }  # fmt: skip
    SAYS: ClassVar[Mapping[str, Sequence[Said]]] = {
        **Standard.SAYS,
        "boot": (),
        "sim_out": ((0, "#QSS: 0", "#QSS"),),
        "sim_in": ((0, "#QSS: 1", "#QSS"),),
        "sim_ready": ((0, "#QSS: 2", "#QSS"), (1.5, "#QSS: 3", "#QSS")),
        "pin_wanted": ((0, "#QSS: 1", "#QSS"),),
        "power_off": (),
    }  # fmt: skip
