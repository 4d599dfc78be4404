"""Modems' lines, commands and short messages, for ``fuzz.py``."""

import random
from collections.abc import Callable, Sequence
from typing import Any

from harness.tests.fuzz_codec import Codec, pieces
from harness.wire import (
    at,
    at_cells,
    at_commands,
    at_context,
    at_counters,
    at_finals,
    at_registration,
    at_reports,
    at_serving,
    at_signal,
    at_sim,
    at_time,
    gsm7,
    pdu,
    ussd,
)

#: Lines of the makers' own manuals and of public logs, as the readers' own tests have them.
LINES = (
    '+QENG: "servingcell","NOCONN","LTE","FDD",460,00,5F1EA15,12,1850,3,5,5,DE10,-101,-14,-66,8,27',
    '+QENG: "servingcell","NOCONN","GSM",460,00,550A,2BB9,23,94,0,-61,255,255,0,38,38,1,-,-',
    "+CPSI: LTE,Online,505-01,0x5A1E,187214780,257,EUTRAN-BAND3,1850,5,5,-94,-850,-545,15",
    "+CPSI: WCDMA,Online,460-01,0xA809,11122855,WCDMA IMT 2000,279,10663,0,1.5,62,33,52,500",
    '#RFSTS: "310 260",66786,-101,-68,-13,2D18,255,,640,1,0,3089F02,"310260000000001","X",3,66',
    "!GSTATUS:", "Current Time:  7918  Temperature: 38", "LTE band:      B3     LTE bw:  20 MHz",
    "PCC RxM RSSI:  -61  PCC RxM RSRP:  -92", "+UCGED: 2",
    "6,4,001,01", "2525,5,50,50,e8fe,1a2d001,1,d60814d1,8001,01,28,31,13.75,3,1,10,28,-50",
    "+GTCCINFO:", "LTE service cell:", "1,4,262,1,05D5,0019BF801,1300,358,103,100,13,60,60,22",
    "+RSRP: 1,2", "+CREG: 2,1,0001,0000a1b2", "+CEREG: 3,3,,,,0,15", "+CEREG: 0,1",
    '+C5GREG: 2,1,"2D18","1A2D00001",11', "+CSQ: 15,99", "+CESQ: 99,99,255,255,14,44,40,49,69",
    "+XCESQ: 1,99,99,255,255,7,21,-9", '+QCSQ: "LTE",-61,-92,150,-11', '+COPS: 0,2,"26201",7',
    "+QCCID: 89860000000000000017F", '+CRSM: 144,0,"989400000000000010F6"',
    "+CIMI: 001010000000001",
    "+CPIN: SIM PIN", "+QSIMSTAT : 1,0", "+UUSIMSTAT: 6", '+CCLK: "26/03/02,08:00:00+04"',
    '+QLTS: "2026/03/02,08:00:00+04,0"', '+CGDCONT: 1,"IPV4V6","internet","10.0.0.5",0,0',
    '+CGCONTRDP: 1,5,"internet","10.0.0.5.255.255.255.0","10.0.0.1","8.8.8.8"', "+CGACT: 1,1",
    '+CGPADDR: 1,"10.0.0.5"', "+QGDCNT: 3832,4618", "+UGCNTRD: 31,2704,1819,2724,1839",
    "#GDATAVOL: 1,729418,11,729407", "^DSFLOWQRY:00000010,0000000000000001,0000000000000002",
    '+QIURC: "pdpdeact",1', "+CGEV: NW PDN DEACT 1", "+UUPSDD: 0", "+MIPCALL: 10.0.0.5",
    '+CUSD: 0,"BALANCE 12.34 EUR",15', '+CMTI: "SM",3', "+CFUN: 1", "+CME ERROR: 133",
    "+CMS ERROR: 310", "+CME ERROR: SIM not inserted", "OK", "ERROR", "NO CARRIER", "RDY", "RING",
    "AT+CEREG?", "> ",
)  # fmt: skip
BY_LINE: tuple[Callable[[str], Any], ...] = (
    at_finals.final_of, at_reports.cgev, at_reports.qiurc, at_reports.session,
    at_reports.bearer_event,
    at_reports.cmti, at_reports.cusd, at_reports.cusd_coding, at_reports.identity, at_reports.cfun,
    at_reports.cops, at_context.cgdcont, at_context.cgact, at_context.cgpaddr,
    at_context.cgcontrdp, at_context.address, at_counters.qgdcnt, at_counters.dsflowqry,
    at_registration.registration, at_signal.csq, at_signal.cesq, at_signal.xcesq, at_signal.qcsq,
    at_sim.cpin, at_sim.iccid, at_sim.crsm, at_sim.imsi, at_sim.event, at_time.cclk,
)  # fmt: skip
BY_ANSWER: tuple[Callable[[Sequence[str]], Any], ...] = (
    at_cells.qeng, at_cells.cpsi, at_cells.rfsts, at_cells.gstatus, at_cells.ucged,
    at_cells.gtccinfo, at_counters.ugcntrd, at_counters.gdatavol, at_serving.operator,
    at_sim.first_of,
)  # fmt: skip
COMMANDS = ("AT+CEREG?", 'AT+CGDCONT=1,"IP","internet"', "AT", "AT+UCGED?", "AT+QENG=?")


def _talk(rng: random.Random) -> bytes:
    """A few lines; some of them belong together."""
    first = rng.randrange(len(LINES))
    ends = rng.choice(("\r\n", "\r\r\n", "\r"))
    return "".join(f"\r\n{line}{ends}" for line in LINES[first : first + 4]).encode("latin-1")


def _read_talk(octets: bytes) -> None:
    """None of the readers raises: what is not theirs is None."""
    splitter = at.LineSplitter()
    splitter.prompting = len(octets) % 2 == 0
    lines = [line for piece in pieces(octets) for line in splitter.feed(piece)]
    exchange = at.Exchange(COMMANDS[len(octets) % len(COMMANDS)])
    for line in lines:
        exchange.take(line)
        for read in BY_LINE:
            read(line)
    for understand in BY_ANSWER:
        understand(lines)
    report = next(filter(None, map(at_registration.registration, lines)), None)
    if report is not None:
        at_serving.registered_cell(report, at_serving.operator(lines), "\n".join(lines))


def _typed(rng: random.Random) -> bytes:
    lines = (
        b'AT+CGDCONT=1,"IP","internet";+CEREG?\r', b"ATE0V1+CMEE=2\r", b"at&f;+csq\rA/",
        b'AT+CMGS="+4917000000"\r', b"ATS3=13\r", b"AT+CUSD=1,\"*100#\",15\r", b"ATD*99#\r",
    )  # fmt: skip
    return b"".join(rng.sample(lines, 3))


def _read_typed(octets: bytes) -> None:
    reader = at_commands.CommandReader()
    reader.wants_text = len(octets) % 5 == 0
    for piece in pieces(octets):
        for kind, said in reader.feed(piece):
            if kind is not at_commands.Input.LINE:
                continue
            for command in at_commands.parse(said.decode("latin-1")):
                if command.name not in ("+CMGS", "D"):
                    command.number(0, 1)
                command.text(1)


PDUS = (
    "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07",
    "0791947106004013040DD0CDB27C1E0691CB00002230201122004009C834888E2ECBCB21",
    "07919471060040134006A1214365000822302011220040100500030A0201007400650073007400310021",
    "0791947106004013400BA12143658709F10004223020112200400A0605040B8423F00A1B2C3D",
)


def _short_message(rng: random.Random) -> bytes:
    return bytes.fromhex(rng.choice(PDUS))


def _read_short_message(octets: bytes) -> None:
    """Joined with itself and an earlier one; a USSD answer of the same bytes."""
    text = octets.hex().upper()
    one = pdu.delivered(text)
    pdu.is_other(text)
    found = [message for message in (one, pdu.delivered(PDUS[0])) if message is not None]
    for whole in pdu.put_together([*found, *found]):
        whole.text.encode("utf-8")
    ussd.text_of(text, octets[0] if octets else None).encode("utf-8")
    ussd.text_of(octets.decode("latin-1"), None).encode("utf-8")
    septets = gsm7.unpack(octets, len(octets) * 8 // 7)
    gsm7.encode(gsm7.decode(septets))


#: Name -> codec.
AT: dict[str, Codec] = {
    "at lines": Codec(_talk, _read_talk, ()),
    "at commands": Codec(_typed, _read_typed),
    "at short messages": Codec(_short_message, _read_short_message, ()),
}
