"""u-blox modems (SARA, LARA, TOBY).

Source: u-blox SARA-R5 and LARA-R6 AT Commands Manuals (+CCID, +UCGED, +UPINCNT, +UGCNTRD,
+USIMSTAT, +CFUN 15, 16, 19, +CPWROFF, +UAUTHREQ); +UCGED and +UUSIMSTAT lines from public logs and
drivers.
Quirk: +UUSIMSTAT has no blank behind its colon; +CFUN? may say 19 where 4 was set.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from harness.sim.modems.at import Dialect as Standard
from harness.sim.modems.basics import (
    card_field,
    choice,
    functionality,
    power_off,
    says,
    setting,
    tries,
)
from harness.sim.modems.dialect import Act, Said
from harness.sim.modems.network import cell_id, heard, rsrp_index, rsrq_index, sign_in
from harness.sim.modems.port import AtPort
from harness.wire.at_commands import Command, Form


def _ucged(at: AtPort, command: Command) -> list[str]:
    """+UCGED? in mode 2: the mode; RAT, service, MCC, MNC; then one line of the LTE cell."""
    if command.form is not Form.READ:
        choice(command, 0, 2, 5)
        return []
    cell = at.modem.network
    if not heard(at):
        blank = "65535,255,255,255,ffff,0000000,65535,00000000,ffff,ff,255,255"
        return ["+UCGED: 2", "6,0,fff,fff", f"{blank},255,1,255,255,255,255,255,0,255,255,0"]
    rsrp, rsrq = rsrp_index(at), rsrq_index(at)
    area, identity = cell.area.lower(), cell_id(at).lower()
    return [
        "+UCGED: 2",
        f"6,4,{cell.plmn[:3]},{cell.plmn[3:]}",
        f"{cell.earfcn},{cell.band},50,50,{area},{identity},{cell.pci},00000000,ffff,ff,{rsrp},"
        f"{rsrq},{at.modem.radio.sinr:.2f},1,255,255,{rsrp},255,255,0,255,255,0",
    ]


def _ugcntrd(at: AtPort, _command: Command) -> list[str]:
    """+UGCNTRD: cid, session sent and received, total sent and received; nothing before."""
    modem, own = at.modem, at.modem.bearer
    if not modem.sent + modem.received and not own.up:
        return []
    return [f"+UGCNTRD: 1,{own.sent},{own.received},{modem.sent},{modem.received}"]


def _ugcntset(at: AtPort, command: Command) -> list[str]:
    """+UGCNTSET=cid,sent,received: the totals begin anew."""
    if command.form is Form.SET:
        at.modem.sent, at.modem.received = command.number(1, 0) or 0, command.number(2, 0) or 0
    return []


class Dialect(Standard):
    """u-blox's own."""

    COMMANDS: ClassVar[Mapping[str, Act]] = {
        **Standard.COMMANDS,
        "+CCID": card_field("iccid", "+CCID: {}"), "+UCGED": _ucged, "+UGCNTRD": _ugcntrd,
        "+UGCNTSET": _ugcntset, "+UPINCNT": tries("+UPINCNT: {pin},3,{puk},10"),
        "+USIMSTAT": setting(0, 1, 2, 3), "+CPWROFF": power_off, "+UAUTHREQ": sign_in(2),
        "+CFUN": functionality(0, 1, 4, 19, resets=(15, 16), tail=",0"),
        "+UBMCONF": says("+UBMCONF: 2"), "+UUSBCONF": says('+UUSBCONF: 3,"RNDIS",,"0x1146"'),
    }  # fmt: skip
    RANGES: ClassVar[Mapping[str, str]] = {
        **Standard.RANGES, "+CFUN": "(0,1,4,15,16,19),(0-1)", "+UCGED": "(0,2,5)",
    }  # fmt: skip
    RUN_ONLY: ClassVar[frozenset[str]] = Standard.RUN_ONLY | {
        "+UPINCNT", "+UGCNTRD", "+CPWROFF"
    }  # fmt: skip
    READ_ONLY: ClassVar[frozenset[str]] = Standard.READ_ONLY | {"+UCGED", "+UBMCONF", "+UUSBCONF"}
    FACTORY: ClassVar[Mapping[str, Any]] = {**Standard.FACTORY, "+USIMSTAT": 0}
    SAYS: ClassVar[Mapping[str, Sequence[Said]]] = {
        **Standard.SAYS,
        "boot": ((0, "+AT: READY"),),
        "sim_out": ((0, "+UUSIMSTAT:0", "+USIMSTAT"),),
        "sim_ready": ((0, "+UUSIMSTAT:6", "+USIMSTAT"), (3.0, "+PBREADY")),
        "sim_missing": ((0, "+UUSIMSTAT:0", "+USIMSTAT"),),
        "pin_wanted": ((0, "+UUSIMSTAT:1", "+USIMSTAT"),),
        "nw_ended_own": ((0, "+UUPSDD: 0"),),
        "power_off": (),
    }  # fmt: skip
