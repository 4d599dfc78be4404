"""Serving cells as the makers print them: shapes of manuals and public logs, numbers made up."""

# ruff: noqa: E501 - lines as modems print them

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.wire.at_cells import cpsi, gstatus, gtccinfo, qeng, rfsts, ucged
from harness.wire.at_serving import Serving

Read = Callable[[Sequence[str]], Serving | None]

#: One row per shape: reader, lines, the cell (technology, plmn, area, cell, channel, band), and
#: (rsrp, rsrq, rssi, sinr).
SHAPES: list[tuple[Read, str, tuple[object, ...] | None, tuple[float | None, ...]]] = [
    # Quectel EC25; MNC keeps its zero, fields grow at the end
    (qeng, '+QENG: "servingcell","NOCONN","LTE","FDD",460,00,5F1EA15,12,1850,3,5,5,DE10,-101,-14,-66,8,27',
     ("LTE", "46000", 0xDE10, 0x5F1EA15, 1850, 3), (-101, -14, -66, None)),
    (qeng, '+QENG: "servingcell","CONECT","LTE","TDD",001,001,A1,12,38400,39,5,5,1,-90,-9,-60,8,27,-,-',
     ("LTE", "001001", 1, 0xA1, 38400, 39), (-90, -9, -60, None)),
    (qeng, '+QENG: "servingcell","LIMSRV","WCDMA",460,01,DA85,5F1EA15,10713,308,1,-94,-4,-,-,-,-',
     ("WCDMA", "46001", 0xDA85, 0x5F1EA15, 10713, None), (None, None, None, None)),
    (qeng, '+QENG: "servingcell","NOCONN","GSM",460,00,550A,2BB9,23,94,0,-61,255,255,0,38,38,1,-,-',
     ("GSM", "46000", 0x550A, 0x2BB9, 94, None), (None, None, None, None)),
    # BG95
    (qeng, '+QENG: "servingcell","NOCONN","eMTC","FDD",001,01,1A2D001,7,5110,12,3,3,7B,-88,-11,-60,14,-',
     ("LTE-M", "00101", 0x7B, 0x1A2D001, 5110, 12), (-88, -11, -60, None)),
    # RG500Q: standalone, and LTE with 5G beside it in two lines
    (qeng, '+QENG: "servingcell","NOCONN","NR5G-SA","TDD",460,01,1A2D00001,23,2D18,627264,78,12,-90,-11,20,15,30',
     ("NR5G-SA", "46001", 0x2D18, 0x1A2D00001, 627264, 78), (-90, -11, None, 20)),
    (qeng, '+QENG: "servingcell","NOCONN"\n+QENG: "LTE","FDD",262,01,2D4B00A,45,1300,3,5,5,61A8,-92,-10,-61,15,11\n'
     '+QENG: "NR5G-NSA",262,01,77,-95,14,-11,431070,1,3,0',
     ("LTE", "26201", 0x61A8, 0x2D4B00A, 1300, 3), (-92, -10, -61, None)),
    (qeng, '+QENG: "servingcell","SEARCH"', None, (None,) * 4),
    # SIM7600: tenths; SIM7000: whole; A7670: levels as +CESQ has them
    (cpsi, "+CPSI: LTE,Online,505-01,0x5A1E,187214780,257,EUTRAN-BAND3,1850,5,5,-94,-850,-545,15",
     ("LTE", "50501", 0x5A1E, 187214780, 1850, 3), (-85, -9.4, -54.5, None)),
    (cpsi, "+CPSI: LTE CAT-M1,Online,460-00,0x1816,26870046,27,EUTRAN-BAND3,1765,5,5,-12,-96,-69,15",
     ("LTE-M", "46000", 0x1816, 26870046, 1765, 3), (-96, -12, -69, None)),
    (cpsi, "+CPSI: LTE,Online,460-11,0x774B,126375687,303,EUTRAN-BAND1,100,5,0,12,36,42,5",
     ("LTE", "46011", 0x774B, 126375687, 100, 1), (-105, -14, None, None)),
    (cpsi, "+CPSI: LTE,Online,460-11,0x774B,126375687,303,EUTRAN-BAND1,100,5,0,255,255,255,255",
     ("LTE", "46011", 0x774B, 126375687, 100, 1), (None, None, None, None)),
    (cpsi, "+CPSI: GSM,Online,460-00,0x182d,12401,27 EGSM 900,-64,2110,42-42",
     ("GSM", "46000", 0x182D, 12401, 27, None), (None, None, -64, None)),
    (cpsi, "+CPSI: WCDMA,Online,460-01,0xA809,11122855,WCDMA IMT 2000,279,10663,0,1.5,62,33,52,500",
     ("WCDMA", "46001", 0xA809, 11122855, 10663, None), (None, None, None, None)),
    (cpsi, "+CPSI: NR5G_SA,Online,460-11,0x46650E,7498305537,82,NR5G_BAND78,627264,-800,-110,290",
     ("NR5G-SA", "46011", 0x46650E, 7498305537, 627264, 78), (-80, -11, None, 29)),
    (cpsi, "+CPSI: LTE,Online,460-11,0x5A1E,187214780,257,EUTRAN-BAND3,1825,4,4,-102,-924,-632,13\n"
     "+CPSI: NR5G,257,629952,-11,-92,153",
     ("LTE", "46011", 0x5A1E, 187214780, 1825, 3), (-92.4, -10.2, -63.2, None)),
    (cpsi, "+CPSI: NO SERVICE,Online", None, (None,) * 4),
    (cpsi, "+CPSI: LTE,Online", None, (None,) * 4),
    # Telit: the fields between differ with the firmware
    (rfsts, '#RFSTS: "310 260",66786,-101,-68,-13,2D18,255,,640,1,0,3089F02,"310260000000001","X",3,66',
     ("LTE", "310260", 0x2D18, 0x3089F02, 66786, 66), (-101, -13, -68, None)),
    (rfsts, '#RFSTS: "310 410",5230,-101,-82,-11.5,00af,,32,3,1,abcdef01,"310410000000001","Y&Z",2,12,100',
     ("LTE", "310410", 0xAF, 0xABCDEF01, 5230, 12), (-101, -11.5, -82, None)),
    (rfsts, '#RFSTS: "204 04",1001,-80,00DE,01,5,19,10,2,9878,"204040000000001","",1,2',
     ("GSM", "20404", 0xDE, 0x9878, 1001, None), (None, None, -80, None)),
    (rfsts, '#RFSTS:"222 88",10638,354,-9.5,-72,-63,8007,0,5,0,19,0,B,0,5C9D,"222880000000001","x",2,2',
     ("WCDMA", "22288", 0x8007, 0x5C9D, 10638, None), (None, None, -63, None)),
    # u-blox SARA-R5, registered and not; LARA-R6
    (ucged, "+UCGED: 2\n6,4,001,01\n2525,5,50,50,e8fe,1a2d001,1,d60814d1,8001,01,28,31,13.75,3,1,10,28,-50",
     ("LTE", "00101", 0xE8FE, 0x1A2D001, 2525, 5), (-113, -4.5, None, 13.75)),
    (ucged, "+UCGED: 2\n6,2,fff,fff\n65535,255,255,255,ffff,0000000,65535,00000000,ffff,ff,255,255,255,1",
     None, (None,) * 4),
    (ucged, '+UCGED: 5\n+RSRP: 162,5110,"-075.00",\n+RSRQ: 162,5110,"-14.20",', None, (-75, -14.2, None, None)),
    (ucged, "+UCGED: 0", None, (None,) * 4),
    # Fibocom L860 and FM350; rows without a name, band numbers with an offset
    (gtccinfo, "+GTCCINFO:\nLTE service cell:\n1,4,262,1,05D5,0019BF801,1300,358,103,100,13,60,60,22\n"
     "2,4,,,FFFF,00FFFFFFF,1850,137,,41,41,71",
     ("LTE", "26201", 0x5D5, 0x19BF801, 1300, 3), (-81, -9, None, None)),
    (gtccinfo, "+GTCCINFO: \n1,4,262,2,1A2B,0012345AB,100,42,,,-7,29,29,4",
     ("LTE", "26202", 0x1A2B, 0x12345AB, 100, None), (-112, -18, None, None)),
    (gtccinfo, "+GTCCINFO:\nNR service cell:\n1,9,460,01,2D18,1A2D00001,627264,23,5078,100,60,77,77,65",
     ("NR5G-SA", "46001", 0x2D18, 0x1A2D00001, 627264, 78), (-80, -11, None, None)),
    (gtccinfo, "+GTCCINFO:", None, (None,) * 4),
]  # fmt: skip


@pytest.mark.parametrize(("read", "text", "cell", "levels"), SHAPES)
def test_cells_are_read_in_every_shape(
    read: Read, text: str, cell: tuple[object, ...] | None, levels: tuple[float | None, ...]
) -> None:
    """Technology, network, place and signal, each from where this maker has it."""
    found = read(text.split("\n"))

    assert found is not None
    quality = found.quality
    assert (quality.rsrp, quality.rsrq, quality.rssi, quality.sinr) == levels
    seen = found.cell and (
        found.cell.technology, found.cell.plmn, found.cell.area, found.cell.cell,
        found.cell.channel, found.cell.band,
    )  # fmt: skip
    assert seen == cell
    assert found.cell is None or found.cell.raw


GSTATUS = """!GSTATUS:
Current Time:  22016		Temperature: 40
Reset Counter: 1		Mode:        ONLINE
System mode:   LTE        	PS state:    Attached
LTE band:      B2     		LTE bw:      20 MHz
LTE Rx chan:   800		LTE Tx chan: 18800
EMM state:     Registered     	Normal Service
RRC state:     RRC Connected

PCC RxM RSSI:  -45		{m}
PCC RxD RSSI:  -44		RSRP (dBm):  -99
Tx Power:      15		TAC:         8C65 (35941)
RSRQ (dB):     -14.0		Cell ID:     0A14666A (169109098)
SINR (dB):     23.8"""


@pytest.mark.parametrize("main", ["RSRP (dBm):  -81", "PCC RxM RSRP:  -81"])
def test_a_table_for_people_is_read(main: str) -> None:
    """EM7455 and EM7511: two columns, of each receiver a row; the main one counts."""
    found = gstatus(GSTATUS.replace("{m}", main).split("\n"))

    assert found is not None
    assert found.cell is not None
    assert (found.cell.technology, found.cell.plmn, found.cell.band) == ("LTE", None, 2)
    assert (found.cell.area, found.cell.cell, found.cell.channel) == (0x8C65, 0x0A14666A, 800)
    quality = found.quality
    assert (quality.rsrp, quality.rsrq, quality.rssi, quality.sinr) == (-81, -14, -45, 23.8)


def test_the_anchor_of_two_cells_is_the_one_that_counts() -> None:
    """EM919x: the system is ENDC, band and channel are LTE's."""
    found = gstatus(GSTATUS.replace("LTE        ", "ENDC       ").replace("{m}", "").split("\n"))

    assert found is not None
    assert found.cell is not None
    assert (found.cell.technology, found.cell.band, found.cell.channel) == ("LTE", 2, 800)


@pytest.mark.parametrize(
    "line",
    [
        "+CPSI: NR5G_NSA,298,NR5G_BAND41,520110,-760,-110,18,0,12",
        "+CPSI: NR5G,257,629952,-11,-92,153",
    ],
)
def test_a_second_cell_alone_is_no_serving_cell(line: str) -> None:
    """It has no network and no place; its fields are none of theirs."""
    assert cpsi([line]) is None


def test_a_sierra_without_service_is_on_no_cell() -> None:
    """Low power mode: the system is unknown."""
    found = gstatus(["!GSTATUS:", "System mode:   Unknown          PS state:    Not attached"])

    assert found is not None
    assert found.cell is None
    assert not found.quality.known


READERS: tuple[Read, ...] = (qeng, cpsi, rfsts, gstatus, ucged, gtccinfo)
BEGINNINGS = (
    "", '+QENG: "servingcell",', "+CPSI: LTE,Online,", '#RFSTS: "001 01",', "!GSTATUS:",
    "+UCGED: 2", "+GTCCINFO:", "1,4,", "System mode: ", "6,4,001,01", '+RSRP: 1,2,"',
)  # fmt: skip


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(BEGINNINGS),
            st.one_of(st.text(max_size=40), st.from_regex(r'[0-9A-Fx",. -]{0,80}', fullmatch=True)),
        ),
        max_size=4,
    )
)
def test_nothing_that_comes_makes_a_reader_raise(rows: list[tuple[str, str]]) -> None:
    """Tolerant: a reader answers or says None."""
    lines = [begin + rest for begin, rest in rows]
    for read in READERS:
        found = read(lines)
        assert found is None or isinstance(found, Serving)


@settings(deadline=None)
@given(st.sampled_from(SHAPES), st.integers(0, 200), st.characters())
def test_a_real_line_with_a_wrong_sign_breaks_nothing(
    shape: tuple[Read, str, object, object], at: int, sign: str
) -> None:
    """One sign replaced or the rest cut off, as a noisy line does it."""
    read, text = shape[:2]
    bent = text[: at % len(text)] + sign + text[at % len(text) + 1 :]
    for broken in (bent, text[: at % len(text)]):
        found = read(broken.split("\n"))
        assert found is None or isinstance(found, Serving)
