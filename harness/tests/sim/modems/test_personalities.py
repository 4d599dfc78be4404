"""What each model prints: public facts as tables, command by command."""

import random
import re

import pytest

from harness.clock import CooperativeClock
from harness.files import fixture, read_plain
from harness.sim.bench import Bench
from harness.sim.bench_plan import check_plan
from harness.sim.modems.make import make_modem
from harness.sim.modems.models import language_of, models, personality_of
from harness.tests.sim.modems.stage import Stage, on_stage

FAMILIES = {
    "a7670": "simcom", "bg95": "quectel", "ec25": "quectel", "em7565": "sierra",
    "generic": "at", "l716": "fibocom", "le910c1": "telit", "sara_r510": "ublox",
    "sim7600e": "simcom",
}  # fmt: skip
ICCID, IMSI = "89860000000000000019", "001010123456789"

#: (model, command, the lines of its answer) of a modem that is registered at -85 dBm.
SAID: list[tuple[str, str, list[str]]] = [
    # ids: EC25 manual 5.x; SIM7600 manual; SARA-R5 manual 7.3; Telit #CCID; EM74xx; FM350 logs
    ("ec25", "AT+QCCID", [f"+QCCID: {ICCID}", "OK"]),
    ("bg95", "AT+QCCID", [f"+QCCID: {ICCID}", "OK"]),
    ("sim7600e", "AT+CICCID", [f"+ICCID: {ICCID}", "OK"]),
    ("sara_r510", "AT+CCID", [f"+CCID: {ICCID}", "OK"]),
    ("le910c1", "AT#CCID", [f"#CCID: {ICCID}", "OK"]),
    ("em7565", "AT!ICCID?", [f"!ICCID: {ICCID}", "OK"]),
    ("l716", "AT+ICCID", [f"+ICCID: {ICCID}", "OK"]),
    ("generic", "AT+CCID", ["+CME ERROR: 100"]),
    ("generic", "AT+CRSM=176,12258,0,0,10", ['+CRSM: 144,0,"98680000000000000091"', "OK"]),
    ("em7565", "AT+CRSM=176,12258,0,0,10", ['+CRSM: 144,0,"98680000000000000091"', "OK"]),
    ("generic", "AT+CRSM=176,28423,0,0,9", ['+CRSM: 106,130,""', "OK"]),
    ("l716", "AT+CGSN", ['+CGSN: "863071040000014"', "OK"]),
    ("sim7600e", "AT+CGMR", ["+CGMR: LE11B12SIM7600M22", "OK"]),
    ("le910c1", "AT+CGMM", ["LE910C1-EU", "OK"]),
    ("le910c1", "AT#CGMM", ["#CGMM: LE910C1-EU", "OK"]),
    ("em7565", "AT+CIMI", [IMSI, "OK"]),
    ("l716", "AT+CIMI", [f"+CIMI: {IMSI}", "OK"]),
    # signal and cell
    ("ec25", "AT+QCSQ", ['+QCSQ: "LTE",-60,-85,250,-8', "OK"]),
    ("bg95", "AT+QCSQ", ['+QCSQ: "eMTC",-60,-85,250,-8', "OK"]),
    ("bg95", "AT+QNWINFO", ['+QNWINFO: "eMTC","00101","LTE BAND 3",1300', "OK"]),
    (
        "bg95", 'AT+QENG="servingcell"',
        ['+QENG: "servingcell","CONECT","eMTC","FDD",001,01,5F1EA15,12,1300,3,3,3,DE10,-85,-8,-60,'
         "30,43", "OK"],
    ),
    (
        "sim7600e", "AT+CPSI?",
        ["+CPSI: LTE,Online,001-01,0xDE10,99740181,12,EUTRAN-BAND3,1300,3,3,-78,-850,-602,30",
         "OK"],
    ),
    (
        "a7670", "AT+CPSI?",
        ["+CPSI: LTE,Online,001-01,0xDE10,99740181,12,EUTRAN-BAND3,1300,3,3,24,56,51,30", "OK"],
    ),
    ("a7670", "AT+CNSMOD?", ["+CNSMOD: 0,8", "OK"]),
    (
        "sara_r510", "AT+UCGED?",
        ["+UCGED: 2", "6,4,001,01",
         "1300,3,50,50,de10,5f1ea15,12,00000000,ffff,ff,56,24,30.00,1,255,255,56,255,255,0,255,255"
         ",0", "OK"],
    ),
    (
        "le910c1", "AT#RFSTS",
        ['#RFSTS: "001 01",1300,-85,-60,-8,DE10,255,,128,19,1,5F1EA15,"001010123456789",'
         '"Harness Mobile",3,3', "OK"],
    ),
    (
        "le910c1", "AT#SERVINFO",
        ['#SERVINFO: 1300,-60,"Harness Mobile","00101",5F1EA15,DE10,128,3,-85', "OK"],
    ),
    ("le910c1", "AT#PSNT?", ["#PSNT: 0,4", "OK"]),
    (
        "l716", "AT+GTCCINFO?",
        ["+GTCCINFO: ", "1,4,001,01,DE10,005F1EA15,1300,12,103,50,30,56,56,24", "OK"],
    ),
    ("em7565", "AT+CESQ", ["+CESQ: 99,99,255,255,24,56", "OK"]),
    # registration: highest n, cell identity, AcT
    ("em7565", "AT+CEREG?", ['+CEREG: 2,1,"DE10","5F1EA15",7', "OK"]),
    ("em7565", "AT+CEREG=3", ["+CME ERROR: 50"]),
    ("sim7600e", "AT+CEREG=?", ["+CEREG: (0-2)", "OK"]),
    ("bg95", "AT+CEREG?", ['+CEREG: 3,1,"DE10","5F1EA15",8', "OK"]),
    (
        "sara_r510", "AT+CEREG=5;+CEREG?",
        ['+CEREG: 5,1,"DE10","5F1EA15",7,,,"00000000","00000000"', "OK"],
    ),
    # counters, PIN tries, device
    ("ec25", "AT+QGDCNT?", ["+QGDCNT: 0,0", "OK"]),
    ("ec25", "AT+QGDCNT", ["+CME ERROR: 50"]),
    ("sara_r510", "AT+UGCNTRD", ["+UGCNTRD: 1,0,0,0,0", "OK"]),
    ("le910c1", "AT#GDATAVOL=1", ["#GDATAVOL: 1,0,0,0", "OK"]),
    ("ec25", "AT+QPINC?", ['+QPINC: "SC",3,10', '+QPINC: "P2",3,10', "OK"]),
    ("a7670", "AT+SPIC", ["+SPIC: 3,10,3,10", "OK"]),
    ("sara_r510", "AT+UPINCNT", ["+UPINCNT: 3,3,10,10", "OK"]),
    ("le910c1", "AT#PCT", ["#PCT: 3", "OK"]),
    ("em7565", "AT+CPINC?", ["+CPINC: 3,3,10,10", "OK"]),
    (
        "l716", "AT+CPINR",
        ["+CPINR: SIM PIN,3,3", "+CPINR: SIM PUK,10,10", "+CPINR: SIM PIN2,3,3",
         "+CPINR: SIM PUK2,10,10", "OK"],
    ),
    ("em7565", "AT!SCACT?", ["!SCACT: 1,1", "OK"]),
    ("l716", "AT+GTRNDIS?", ['+GTRNDIS: 1,1,"10.86.12.3"', "OK"]),
    ("le910c1", "AT#ECM?", ["#ECM: 0,1", "OK"]),
    # refusals
    ("ec25", "AT+CGACT=0,1", ["+CME ERROR: 151"]),
    ("sara_r510", "AT+CGACT=0,1", ["+CME ERROR: 171"]),
    ("bg95", 'AT+CUSD=1,"*101#",15', ["ERROR"]),
    ("em7565", "AT+FOO", ["ERROR"]),
    ("ec25", "AT+FOO", ["+CME ERROR: 4"]),
    ("ec25", "AT+QDSIM", ["+CME ERROR: 50"]),
    ("bg95", "AT+QDSIM?", ["ERROR"]),
    ("ec25", "AT+QCCID?", ["+CME ERROR: 4"]),
    ("em7565", "AT!GSTATUS", ["ERROR"]),
    ("l716", "AT+GTCCINFO", ["ERROR"]),
    ("le910c1", "AT#RFSTS?", ["ERROR"]),
    ("l716", "AT+CGSN?", ['+CGSN: "863071040000014"', "OK"]),
]  # fmt: skip


@pytest.mark.parametrize("model", sorted(FAMILIES))
def test_every_family_has_a_model_that_says_its_lines(model: str) -> None:
    """The table of what is printed; one modem answers all of its rows."""
    rows = [(command, lines) for whose, command, lines in SAID if whose == model]

    def story(stage: Stage) -> list[list[str]]:
        stage.ready()
        return [stage.say(command) for command, _ in rows]

    assert language_of(model) == FAMILIES[model]
    for (command, wanted), said in zip(rows, on_stage(story, model), strict=True):
        assert (command, said) == (command, wanted)


def test_all_models_are_in_the_table_and_others_are_refused() -> None:
    """A folder more is a row more; an unknown name is told with the nearest one."""
    assert models() == sorted(FAMILIES)
    assert {model for model, _, _ in SAID} == set(FAMILIES)
    with pytest.raises(LookupError, match="no modem 'ec52'"):
        personality_of("ec52")
    assert next(iter(check_plan({"modem": "sim7600"}))).startswith(
        "bench: no modem 'sim7600'; did you mean 'sim7600e'?"
    )


BOOTS: dict[str, list[str]] = {
    "ec25": ["RDY", "+CFUN: 1", "+CPIN: READY", "+QUSIM: 1", "+QIND: SMS DONE", "+QIND: PB DONE"],
    "bg95": ["RDY", "APP RDY", "+CFUN: 1", "+CPIN: READY", "+QUSIM: 1"],
    "sim7600e": ["RDY", "+CPIN: READY", "SMS DONE", "PB DONE"],
    "a7670": ["*ATREADY: 1", "+CPIN: READY", "SMS DONE", "PB DONE"],
    "sara_r510": ["+AT: READY", "+PBREADY"],
    "le910c1": [],
    "em7565": ["+PACSP0"],
    "l716": ["+SIM READY"],
    "generic": [],
}


@pytest.mark.parametrize("model", sorted(BOOTS))
def test_each_boots_with_its_own_words(model: str) -> None:
    """What is said unasked from power on, in order."""
    boot = on_stage(lambda stage: stage.hear(25), model)

    assert [line for line in re.split(r"[\r\n]+", boot) if line] == BOOTS[model]


def test_sim7600_ends_its_lines_with_two_carriage_returns() -> None:
    """CR CR LF, as seen from SIM7x00; others CR LF."""

    def story(stage: Stage) -> str:
        stage.ready()
        stage.port.write(b"AT+CSQ\r")
        return stage.hear(1)

    assert on_stage(story, "sim7600e") == "\r\n+CSQ: 26,99\r\r\n\r\nOK\r\r\n"
    assert on_stage(story, "a7670") == "\r\n+CSQ: 26,99\r\n\r\nOK\r\n"


#: Lines after the card was taken out, and after it was put back, with reports on.
HOT_PLUG: list[tuple[str, str, list[str], list[str]]] = [
    ("ec25", "AT+QSIMSTAT=1", ["+QSIMSTAT : 1,0", "+CPIN: NOT READY"],
     ["+QSIMSTAT : 1,1", "+CPIN: READY"]),
    ("sim7600e", "AT", ["+CPIN: NOT INSERTED"], ["+CPIN: READY"]),
    ("a7670", "AT", ["+CPIN: SIM REMOVED"], ["+CPIN: READY"]),
    ("sara_r510", "AT+USIMSTAT=3", ["+UUSIMSTAT:0"], ["+UUSIMSTAT:6"]),
    ("le910c1", "AT#QSS=2", ["#QSS: 0"], ["#QSS: 1", "#QSS: 2"]),
    ("l716", "AT+MSMPD=1", ["+SIM: Removed", "+SIM DROP"], ["+SIM: Inserted", "+SIM READY"]),
]  # fmt: skip


@pytest.mark.parametrize(("model", "switch", "gone", "back"), HOT_PLUG)
def test_a_card_is_missed_and_found_in_each_familys_words(
    model: str, switch: str, gone: list[str], back: list[str]
) -> None:
    """The card's lines, apart from what follows for the registration."""

    def story(stage: Stage) -> tuple[list[str], list[str], list[str]]:
        stage.ready()
        stage.say("AT+CEREG=0;+CGEREP=0,0")
        stage.say(switch)
        card = stage.tray.slots["1"]
        stage.tray.put("1", None)
        out = stage.say("AT+CPIN?")
        stage.tray.put("1", card)
        return out, stage.say("AT", 1.3), stage.say("AT+CIMI", 3)

    out, found, after = on_stage(story, model)

    assert out[: len(gone)] == gone
    assert "+CME ERROR: 10" in out
    assert [line for line in found if line != "OK"][: len(back)] == back
    assert any(IMSI in line for line in after)


@pytest.mark.parametrize("model", sorted(FAMILIES))
def test_the_terminal_goes_online_on_every_model(model: str) -> None:
    """The reference terminal's firmware gets SIM, cell, bearer and host over each of them."""
    clock = CooperativeClock()

    def story() -> bool:
        bench = Bench(clock, {"terminal": "countertop", "channel": 2, "modem": model})
        console, supply = bench.connect("terminal/console"), bench.connect("supply")
        for line in ("INST:NSEL 2", "VOLT 5", "CURR 2", "OUTP ON"):
            supply.write(f"{line}\n".encode())
        said, until = b"", clock.now() + 120
        while b"state=ready" not in said and (chunk := console.read(until)) is not None:
            said += chunk.data
        return bench.modem.bearer_up and b"online=yes" in said

    assert clock.run(story)


def test_a_dialect_of_nobodys_is_refused() -> None:
    """The language of a personality is a word that must be known."""
    plain = dict(read_plain(fixture("modem", "ec25", "personality.yaml")), language="klingon")
    clock = CooperativeClock()

    def story() -> None:
        stage = Stage(clock, "ec25")
        kind = type(stage.modem)
        with pytest.raises(LookupError, match="klingon"):
            kind(
                clock, plain, rng=random.Random(1), radio=stage.radio, link=stage.link,
                internet=stage.internet,
            )  # fmt: skip
        with pytest.raises(LookupError, match="no modem"):
            make_modem(
                clock, "none", rng=random.Random(1), radio=stage.radio, link=stage.link,
                internet=stage.internet,
            )  # fmt: skip

    clock.run(story)


@pytest.mark.parametrize("model", sorted(FAMILIES))
def test_a_personality_says_nothing_that_nobody_reads(model: str) -> None:
    """Its keys, times, codes and quirks are among the usual ones; its commands its family's."""
    own = personality_of(model)
    known = read_plain(fixture("modem", "usual.yaml"))

    assert set(own) - set(known) <= {"language", "identity"}
    for part in ("times", "codes", "quirks"):
        assert set(own.get(part, {})) <= set(known[part])
    clock = CooperativeClock()
    dialect = clock.run(lambda: Stage(clock, model)).modem.dialect
    words = set(type(dialect).COMMANDS) | set(type(dialect).REMEMBERED)
    assert set(own.get("lacks", ())) <= words
    assert set(own.get("formats", {})) <= words
    assert words >= dialect.RUN_ONLY | dialect.READ_ONLY
