"""The serving cell and its signal, put together from fields that have names.

Sources: 3GPP TS 27.007 (7.3 +COPS, 10.1.22 +CEREG), TS 23.003 (2.2 PLMN). How each maker orders the
fields is in ``harness.wire.at_cells``.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from harness.model.cellular import Cell
from harness.wire.at_fields import Field, fields_of
from harness.wire.at_registration import RegistrationReport
from harness.wire.at_signal import RSRP, RSRQ, Quality, level

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
    "ENDC": "LTE",  # its anchor, which the fields are about
}  # fmt: skip
#: TS 27.007, 7.3: <AcT>.
ACCESS = {
    0: "GSM", 1: "GSM", 2: "WCDMA", 3: "GSM", 4: "WCDMA", 5: "WCDMA", 6: "WCDMA", 7: "LTE",
    8: "GSM", 9: "NB-IoT", 10: "LTE", 11: "NR5G-SA", 12: "NR5G-SA", 13: "NR5G-NSA",
}  # fmt: skip


def registered_cell(report: RegistrationReport, plmn: str | None, raw: str) -> Cell | None:
    """The cell of a registration report with its area (TS 27.007, 10.1.22), None without one."""
    if not report.cell or report.stat not in (1, 5, 6, 7, 8, 9, 10):
        return None
    technology = "" if report.act is None else ACCESS.get(report.act, "")
    return Cell(technology, plmn, _hex(report.area), _hex(report.cell), raw=raw)


def operator(lines: Sequence[str]) -> str | None:
    """MCC and MNC by +COPS in its numeric form (TS 27.007, 7.3)."""
    for line in lines:
        fields = fields_of(line, "+COPS") or []
        told = fields[2].text if len(fields) > 2 else ""
        if re.fullmatch(r"(?:003[0-9]){5,6}", told):  # the set "UCS2" (5.5)
            told = told[3::4]
        if re.fullmatch(r"[0-9]{5,6}", told):
            return told
    return None


def by_names(
    kind: str,
    names: Sequence[str],
    fields: Sequence[Field],
    lines: Sequence[str],
    *,
    scaled: bool = False,
) -> Serving:
    """The cell and its signal from fields in this order; ``scaled``: their unit is to be told."""
    return serving_of(kind, dict(zip(names, fields, strict=False)), lines, scaled=scaled)


def serving_of(
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
