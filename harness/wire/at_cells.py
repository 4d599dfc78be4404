"""The serving cell and its signal, as the makers print them.

Readers take the lines of a whole answer, answer None when there is nothing to read, and never
raise. Sources: Quectel EC25, BG95, RG50x AT manuals (+QENG); SIMCom SIM7000, SIM7600, A76XX AT
manuals (+CPSI); Telit LE910 AT reference (#RFSTS); Sierra Wireless EM74xx/EM75xx AT reference
(!GSTATUS); u-blox SARA-R5 and LARA-R6 AT manuals (+UCGED); Fibocom L8x0 and FM350 AT manuals
(+GTCCINFO); and lines out of public logs of each.
"""

import re
from collections.abc import Sequence

from harness.wire.at_fields import Field, fields_of, split
from harness.wire.at_serving import UNKNOWN, Serving, by_names, serving_of
from harness.wire.at_signal import RSRP, RSRQ, SS_RSRP, SS_RSRQ, Quality, level


def _row(names: str) -> list[str]:
    """The names of a report's fields, in their order."""
    return names.split()


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
            return by_names(fields[at].text, _QENG[fields[at].text], fields[at + 1 :], lines)
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
        if len(fields) > 1 and fields[1].number is not None:
            continue  # a 5G cell beside an LTE one, which has no place of its own
        names = next((row for word, row in _CPSI.items() if mode.upper().startswith(word)), None)
        if names is None or len(fields) < 5:
            return Serving(None) if mode else None  # NO SERVICE, or just begun
        return by_names(mode, names, fields[2:], lines, scaled=True)
    return None


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
        return serving_of(kind, named, lines)
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
    return serving_of("" if system.lower() in ("unknown", "no") else system, found, lines)


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
        told = serving_of(kind if named["cell"].hexadecimal else "", named, lines)
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
        return Serving(serving_of(kind, named, lines).cell, quality)
    return Serving(None) if asked else None
