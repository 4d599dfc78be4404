"""The parameters of a modem's lines."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.wire import at_context, at_counters, at_signal, at_sim, at_time
from harness.wire import at_reports as reports


@pytest.mark.parametrize(
    ("line", "rssi"),
    [("+CSQ: 0,99", -113), ("+CSQ: 31,0", -51), ("+CSQ: 99,99", None), ("+CSQ: 150,99", -66)],
)
def test_csq_is_converted(line: str, rssi: float | None) -> None:
    """0..31 in steps of 2 dB, 99 unknown, 100.. TD-SCDMA."""
    quality = reports.csq(line)

    assert quality is not None
    assert quality.rssi == rssi


def test_cesq_and_qcsq_are_converted() -> None:
    """27.007 indexes and Quectel's own order: rssi, rsrp, sinr, rsrq."""
    assert reports.cesq("+CESQ: 99,99,255,255,20,56") == reports.Quality(-85.0, -10.0)
    assert reports.cesq("+CESQ: 99,99,255,255,255,255") == reports.Quality()
    assert reports.qcsq('+QCSQ: "LTE",-52,-81,195,-10') == reports.Quality(-81, -10, -52, 19, "LTE")
    assert reports.qcsq('+QCSQ: "NR5G-SA",-81,20,-10') == reports.Quality(
        -81, -10, None, 20, "NR5G-SA"
    )
    assert reports.qcsq('+QCSQ: "NOSERVICE"') == reports.Quality(system="NOSERVICE")
    assert reports.qcsq("+QCSQ: 0") is None


@pytest.mark.parametrize(
    ("read", "line", "wanted"),
    [
        (reports.cpin, "+CPIN: READY", "READY"),
        (reports.cpin, '+CPIN: "SIM PIN"', "SIM PIN"),
        (reports.cpin, "READY", "READY"),
        (reports.cpin, "+CPIN: banana", None),
        (reports.iccid, "+QCCID: 89860000000000000017", "89860000000000000017"),
        (reports.iccid, '"98680000000000000071"', "89860000000000000017"),
        (reports.iccid, "+CCID: 12345", None),
        (reports.cgdcont, '+CGDCONT: 1,"IP","a,b","0.0.0.0",0,0', (1, "IP", "a,b", "0.0.0.0")),  # noqa: S104
        (reports.cgact, "+CGACT: 1,1", (1, True)),
        (reports.cgact, "+CGACT: 1", None),
        (reports.cgpaddr, '+CGPADDR: 1,"10.0.0.1"', (1, "10.0.0.1")),
        (reports.cgpaddr, "+CGPADDR: 1,0.0.0.0", (1, "")),
        (reports.qgdcnt, "+QGDCNT: 3832,4618", (3832, 4618)),
        (reports.qgdcnt, "+QGDCNT: -1,4", None),
        (reports.cmti, '+CMTI: "ME",3', ("ME", 3)),
        (reports.cusd, '+CUSD: 0,"1,5 MB left",15', (0, "1,5 MB left")),
        (reports.cusd, "+CUSD: 4", (4, "")),
        (reports.cops, '+COPS: 0,0,"A B",7', (0, "A B", 7)),
        (reports.cops, "+COPS: 2", (2, "", None)),
    ],
)
def test_answers_are_read(read: Any, line: str, wanted: Any) -> None:
    """One line each, right and wrong."""
    found = read(line)

    if isinstance(found, reports.PdpContext):
        found = (found.cid, found.kind, found.apn, found.address)
    assert found == wanted


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("+CGEV: NW PDN DEACT 1", (False, 1, True)),
        ("+CGEV: ME PDN ACT 1,0", (True, 1, False)),
        ("+CGEV: NW DETACH", (False, None, True)),
        ('+CGEV: NW DEACT "IP","10.0.0.1",1', (False, 1, True)),
        ("+CGEV: NW DEACT IP, 123.123.123.123, 1", (False, 1, True)),  # ModemManager's table
        ("+CGEV: ME DEACT IP, 123.123.123.123", (False, None, False)),
        ("+CGEV: NW DEACT IPV6, 32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1, 2", (False, 2, True)),
        ("+CGEV: NW ACT 3, 2, 1", (True, 3, True)),
        ("+CGEV: ME CLASS A", None),  # it has packets
        ('+CGEV: ME CLASS "CG"', None),
        ("+CGEV: NW CLASS CC", (False, None, True)),  # it has none any more
        ("+CGEV: EXCE STATUS 0", None),
        ("+CGEV: REJECT IP,1", None),
    ],
)
def test_bearer_events_are_read_and_strange_words_ignored(
    line: str, wanted: tuple[bool, int | None, bool] | None
) -> None:
    """Only what brings or ends a bearer is an event."""
    event = reports.cgev(line)

    assert (None if event is None else (event.up, event.cid, event.by_network)) == wanted


@pytest.mark.parametrize(
    ("line", "up"),
    [
        ("+UUPSDD: 0", False),
        ('+UUPSDA: 0,"10.0.0.5"', True),
        ("+UUPSDA: 2", None),  # the activation failed
        ("+MIPCALL: 0", False),
        ("+MIPCALL: 10.0.0.5", True),
        ("+CIPEVENT: NETWORK CLOSED UNEXPECTEDLY", False),
        ('+QIURC: "pdpdeact",1', False),
        ("+CGEV: NW PDN DEACT 1", False),
        ("+CGEV: EPS PDN ACT 1", True),
        ("+CSQ: 1,99", None),
    ],
)
def test_the_makers_own_words_for_a_data_session_are_read(line: str, up: bool | None) -> None:
    """By whatever name, it came or went."""
    event = reports.bearer_event(line)

    assert (None if event is None else event.up) == up


def test_pdpdeact_is_read() -> None:
    """Quectel's own way to say it."""
    event = reports.qiurc('+QIURC: "pdpdeact",1')

    assert event is not None
    assert (event.up, event.cid) == (False, 1)
    assert reports.qiurc('+QIURC: "recv",1') is None


READERS = (
    reports.registration, reports.csq, reports.cesq, reports.qcsq, reports.cpin, reports.iccid,
    reports.cgdcont, reports.cgact, reports.cgpaddr, reports.qgdcnt, reports.cgev, reports.qiurc,
    reports.cmti, reports.cusd, reports.cops, reports.cusd_coding, reports.cfun, reports.session,
    reports.bearer_event, at_sim.crsm, at_sim.imsi, at_sim.event, at_time.cclk,
    at_context.cgcontrdp, at_context.address, at_counters.dsflowqry, at_signal.xcesq,
)  # fmt: skip
NAMES = (
    "",
    "+CEREG: ",
    "+CSQ: ",
    "+QCSQ: ",
    "+CGDCONT: ",
    "+QGDCNT: ",
    "+CUSD: ",
    "+CGEV: NW DEACT ",
    "+CCLK: ",
    "+CGCONTRDP: 1,5,",
    "+CRSM: 144,0,",
    "^DSFLOWQRY:",
    "+UUPSDD: ",
)


@settings(deadline=None)
@given(
    st.sampled_from(NAMES), st.one_of(st.text(max_size=60), st.from_regex(r'[0-9A-F",() -]{0,40}'))
)
def test_no_line_makes_a_reader_raise(name: str, rest: str) -> None:
    """Tolerant: a reader answers or says None."""
    for read in READERS:
        read(name + rest)
