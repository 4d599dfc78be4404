"""The serving cell and its signal, as the makers print them.

Readers take the lines of a whole answer, answer None when there is nothing to read, and never
raise. Sources: Quectel EC25, BG95, RG50x AT manuals (+QENG); SIMCom SIM7000, SIM7600, A76XX AT
manuals (+CPSI); Telit LE910 AT reference (#RFSTS); Sierra Wireless EM74xx/EM75xx AT reference
(!GSTATUS); u-blox SARA-R5 and LARA-R6 AT manuals (+UCGED); Fibocom L8x0 and FM350 AT manuals
(+GTCCINFO); and lines out of public logs of each.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from harness.model.cellular import Cell
from harness.wire.at_fields import Field, fields_of, split
from harness.wire.at_registration import RegistrationReport
from harness.wire.at_signal import RSRP, RSRQ, SS_RSRP, SS_RSRQ, Quality, level

UNKNOWN = Quality()


@dataclass(frozen=True, slots=True)
class Serving:
    """What a modem says of the cell it is on.

    Attributes:
        cell: None when it is on none.
        quality: Of its signal.
    """

    cell: Cell | None
    quality: Quality = UNKNOWN


#: The makers' words -> ours; any other word is kept.
TECHNOLOGIES = {
    "CAT-M": "LTE-M", "CAT-M1": "LTE-M", "EMTC": "LTE-M", "LTE CAT-M1": "LTE-M",
    "CAT-NB": "NB-IoT", "CAT-NB1": "NB-IoT", "NBIOT": "NB-IoT", "LTE NB-IOT": "NB-IoT",
    "NR5G_SA": "NR5G-SA", "NR5G_NSA": "NR5G-NSA", "NR5G": "NR5G-SA", "TDSCDMA": "TD-SCDMA",
}  # fmt: skip
#: TS 27.007, 7.3: <AcT>.
ACCESS = {
    0: "GSM", 1: "GSM", 2: "WCDMA", 3: "GSM", 4: "WCDMA", 5: "WCDMA", 6: "WCDMA", 7: "LTE",
    8: "GSM", 9: "NB-IoT", 10: "LTE", 11: "NR5G-SA", 12: "NR5G-SA", 13: "NR5G-NSA",
}  # fmt: skip


def _row(names: str) -> list[str]:
    """The names of a report's fields, in their order."""
    return names.split()


def registered_cell(report: RegistrationReport, plmn: str | None, raw: str) -> Cell | None:
    """The cell of a registration report with its area (TS 27.007, 10.1.22), None without one."""
    if not report.cell or report.stat not in (1, 5, 6, 7, 8, 9, 10):
        return None
    technology = ACCESS.get(report.act if report.act is not None else 7, "LTE")
    return Cell(technology, plmn, _hex(report.area), _hex(report.cell), raw=raw)


def operator(lines: Sequence[str]) -> str | None:
    """MCC and MNC by +COPS in its numeric form (TS 27.007, 7.3)."""
    for line in lines:
        fields = fields_of(line, "+COPS") or []
        if len(fields) > 2 and re.fullmatch(r"[0-9]{5,6}", fields[2].text):
            return fields[2].text
    return None


# --- Quectel --------------------------------------------------------------------------------

_QENG_LTE = _row("duplex mcc mnc cell pci channel band ul dl area rsrp rsrq rssi")
#: Technology -> what follows its name.
_QENG: dict[str, list[str]] = {
    **dict.fromkeys(("LTE", "CAT-M", "eMTC", "CAT-NB", "NBIoT"), _QENG_LTE),
    "GSM": _row("mcc mnc area cell bsic channel"),
    "WCDMA": _row("mcc mnc area cell channel psc rac rscp ecio"),
    "TDSCDMA": _row("mcc mnc area cell pfreq rssi rscp ecio"),
    "NR5G-SA": _row("duplex mcc mnc cell pci area channel band bw rsrp rsrq sinr"),
}


def qeng(lines: Sequence[str]) -> Serving | None:
    """+QENG: "servingcell",state,... (the firmware prints CONECT); with EN-DC in two lines."""
    rows = [fields for line in lines if (fields := fields_of(line, "+QENG"))]
    for fields in rows:
        at = next((n for n, field in enumerate(fields[:3]) if field.text in _QENG), None)
        if at is not None:
            return _serving(fields[at].text, _QENG[fields[at].text], fields[at + 1 :], lines)
    states = [fields[1].text for fields in rows if len(fields) > 1]
    return Serving(None) if states else None  # SEARCH, LIMSRV


# --- SIMCom ---------------------------------------------------------------------------------

_CPSI: dict[str, list[str]] = {
    "LTE": _row("plmn area dcell pci band channel dl ul rsrq rsrp rssi rssnr"),
    "NR5G": _row("plmn area dcell pci band channel rsrp rsrq sinr"),
    "GSM": _row("plmn area dcell channel rssi"),
    "WCDMA": _row("plmn area dcell bandname psc channel ssc ecio rscp"),
}


def cpsi(lines: Sequence[str]) -> Serving | None:
    """+CPSI: mode,operation,...; levels in tenths (SIM7600), whole (SIM7000) or as CESQ (A76XX)."""
    for line in lines:
        fields = fields_of(line, "+CPSI")
        if not fields:
            continue
        mode = fields[0].text
        names = next((row for word, row in _CPSI.items() if mode.upper().startswith(word)), None)
        if names is None or len(fields) < 5:
            return Serving(None) if mode else None  # NO SERVICE, or just begun
        return _serving(mode, names, fields[2:], lines, scaled=True)
    return None


def _scaled(name: str, value: float | None, rsrp: float | None) -> float | None:
    """A level in the unit that its RSRP tells: no real one is positive, or below -200 dBm."""
    if value is None:
        return None
    if rsrp is None:  # no LTE: dBm
        return value if name == "rssi" and value < 0 else None
    if rsrp < -200:
        return value / 10
    if rsrp < 0:
        return value
    scale = {"rsrp": RSRP, "rsrq": RSRQ}.get(name)
    return level(int(value), scale) if scale else None


# --- Telit ----------------------------------------------------------------------------------

_RFSTS: dict[str, list[str]] = {
    "LTE": _row("splmn channel rsrp rssi rsrq area"),
    "WCDMA": _row("splmn channel psc ecio rscp rssi area"),
    "GSM": _row("splmn channel rssi area"),
}


def rfsts(lines: Sequence[str]) -> Serving | None:
    """#RFSTS: "plmn",channel,...; which technology it is only its shape tells."""
    for line in lines:
        fields = fields_of(line, "#RFSTS")
        if not fields or len(fields) < 5:
            continue
        third, fourth = fields[2].real, fields[3].real
        if third is None:
            return None
        kind = "LTE" if third < 0 and fourth is not None and fourth < 0 else "GSM"
        kind = "WCDMA" if third >= 0 else kind
        named = dict(zip(_RFSTS[kind], fields, strict=False))
        # How many fields stand between differs; the cell stands before the subscriber's number.
        imsi = next((n for n, one in enumerate(fields) if len(one.text) > 13 and one.quoted), 0)
        if imsi:
            named["cell"] = fields[imsi - 1]
            if kind == "LTE" and len(fields) > imsi + 3:
                named["band"] = fields[imsi + 3]
        return _told(kind, named, lines)
    return None


# --- Sierra ---------------------------------------------------------------------------------

_GSTATUS = {
    "system": r"System mode:\s{0,20}(\w+)",
    "band": r"(?:LTE|NR5G) band:\s{0,20}[Bn]?(\d{1,3})",
    "channel": r"(?:LTE|NR5G) Rx chan:\s{0,20}(\d{1,7})",
    "area": r"TAC:\s{0,20}([0-9A-Fa-f]{1,6})\b",
    "cell": r"Cell ID:\s{0,20}([0-9A-Fa-f]{1,9})\b",
    "rsrp": r"(?:RSRP \(dBm\)|RxM RSRP)\s?:\s{0,20}(-?\d{1,3})",
    "rssi": r"(?:RxM RSSI|RX level \(dBm\)|RSSI \(dBm\))\s?:\s{0,20}(-?\d{1,3})",
    "rsrq": r"RSRQ \(dB\)\s?:\s{0,20}(-?[\d.]{1,5})",
    "sinr": r"SINR \(dB\)\s?:\s{0,20}(-?[\d.]{1,5})",
}


def gstatus(lines: Sequence[str]) -> Serving | None:
    """!GSTATUS: a table of two columns for people to read."""
    text = "\n".join(lines)
    found = {
        name: Field(seen[1], False)
        for name, pattern in _GSTATUS.items()
        if (seen := re.search(pattern, text))
    }
    if "system" not in found:
        return None
    system = found["system"].text
    return _told("" if system.lower() in ("unknown", "no") else system, found, lines)


# --- u-blox ---------------------------------------------------------------------------------

_UCGED_RAT = {0: "GSM", 1: "GSM", 2: "WCDMA", 6: "LTE"}
_UCGED = _row("channel band ul dl area cell pci tmsi mmegi mmec rsrp rsrq sinr")


def ucged(lines: Sequence[str]) -> Serving | None:
    """+UCGED: 2, then rat,svc,mcc,mnc and the cell; or with 5 +RSRP and +RSRQ of the cells."""
    if not lines or fields_of(lines[0], "+UCGED") is None:
        return None
    rows = [split(line)[1] for line in lines[1:] if not split(line)[0]]
    if len(rows) >= 2 and len(rows[0]) >= 4 and len(rows[1]) >= len(_UCGED):
        named = {**dict(zip(("rat", "svc", "mcc", "mnc"), rows[0], strict=False))}
        named |= dict(zip(_UCGED, rows[1], strict=False))
        kind = _UCGED_RAT.get(named["rat"].number or 0, "LTE")
        told = _told(kind if named["cell"].hexadecimal else "", named, lines)
        quality = Quality(
            level(named["rsrp"].number, RSRP),
            level(named["rsrq"].number, RSRQ),
            sinr=named["sinr"].real if named["rsrp"].number != 255 else None,
        )
        return Serving(told.cell, quality)
    return Serving(None, Quality(_cells(lines, "+RSRP"), _cells(lines, "+RSRQ")))


def _cells(lines: Sequence[str], name: str) -> float | None:
    """The serving cell's level in +RSRP: pci,earfcn,"level",... (the first of each)."""
    for line in lines:
        fields = fields_of(line, name)
        if fields and len(fields) >= 3:
            return fields[2].real
    return None


# --- Fibocom --------------------------------------------------------------------------------

_GTCCINFO = _row("serving rat mcc mnc area cell channel pci band bandwidth snr rxlev rsrp rsrq")
_GTCCINFO_RAT = {1: "GSM", 2: "WCDMA", 3: "TD-SCDMA", 4: "LTE", 9: "NR5G-SA"}


def gtccinfo(lines: Sequence[str]) -> Serving | None:
    """+GTCCINFO: and a row for each cell; the serving one begins with 1."""
    asked = False
    for line in lines:
        asked = asked or line.startswith("+GTCCINFO")
        fields = split(line)[1]
        if len(fields) < 10 or fields[0].number != 1:
            continue
        named = dict(zip(_GTCCINFO, fields, strict=False))
        kind = _GTCCINFO_RAT.get(named["rat"].number or 0, "")
        scales = {"LTE": (RSRP, RSRQ), "NR5G-SA": (SS_RSRP, SS_RSRQ)}.get(kind)
        quality = UNKNOWN
        if scales and "rsrq" in named:
            levels = (
                level(named["rsrp"].number, scales[0]),
                level(named["rsrq"].number, scales[1]),
            )
            quality = Quality(*levels)
        band = named.pop("band").text  # 103 is B3, 5078 is n78
        named["band"] = Field(band[2:] if len(band) > 3 else band[1:], False)
        return Serving(_told(kind, named, lines).cell, quality)
    return Serving(None) if asked else None


# --- what they share ------------------------------------------------------------------------


def _serving(
    kind: str,
    names: Sequence[str],
    fields: Sequence[Field],
    lines: Sequence[str],
    *,
    scaled: bool = False,
) -> Serving:
    return _told(kind, dict(zip(names, fields, strict=False)), lines, scaled=scaled)


def _told(
    kind: str, named: dict[str, Field], lines: Sequence[str], *, scaled: bool = False
) -> Serving:
    """The cell and its signal from fields that have names; ``kind`` empty: on no cell."""
    levels = {name: _level(named, name) for name in ("rsrp", "rsrq", "rssi", "sinr")}
    if scaled:
        rsrp = levels["rsrp"]
        levels = {name: _scaled(name, value, rsrp) for name, value in levels.items()}
    quality = Quality(**levels, system=kind)
    if not kind:
        return Serving(None, quality)
    decimal = named["dcell"].number if "dcell" in named else None
    cell = Cell(
        TECHNOLOGIES.get(kind.upper(), kind),
        _plmn(named),
        named["area"].hexadecimal if "area" in named else None,
        named["cell"].hexadecimal if "cell" in named else decimal,
        _first_number(named.get("channel")),
        _last_number(named.get("band")),
        "\n".join(lines),
    )
    return Serving(cell, quality)


def _level(named: dict[str, Field], name: str) -> float | None:
    value = named[name].real if name in named else None
    return None if value in (-32768, 0) and name == "rsrp" else value


def _plmn(named: dict[str, Field]) -> str | None:
    """MCC and MNC; an MNC of one digit lost its zero on the way."""
    if "mcc" in named and "mnc" in named:
        mcc, mnc = named["mcc"].text, named["mnc"].text.rjust(2, "0")
    else:
        text = named["splmn"].text if "splmn" in named else named.get("plmn", Field("", False)).text
        mcc, _, mnc = text.replace(" ", "-").partition("-")
    return mcc + mnc if re.fullmatch(r"[0-9]{3}-[0-9]{2,3}", f"{mcc}-{mnc}") else None


def _first_number(field: Field | None) -> int | None:
    found = re.match(r"[0-9]{1,9}", field.text) if field else None
    return int(found[0]) if found else None


def _last_number(field: Field | None) -> int | None:
    found = re.search(r"([0-9]{1,4})$", field.text) if field else None
    return int(found[1]) if found else None


def _hex(text: str) -> int | None:
    return Field(text, False).hexadecimal
