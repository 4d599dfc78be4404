"""Signal quality, as modems print it: 3GPP's own reports, and those of the makers.

Sources: 3GPP TS 27.007 (8.5 +CSQ, 8.69 +CESQ), TS 36.133 (9.1.4, 9.1.7), TS 38.133 (10.1.6);
Quectel EC25, BG95 and RG50x AT manuals (+QCSQ); Intel XMM (+XCESQ). Readers answer None for what is
not their line and never raise. What belongs to a serving cell as well is in ``at_cells``.
"""

from dataclasses import dataclass

from harness.wire.at_fields import Field, fields_of, numbers_of


@dataclass(frozen=True, slots=True)
class Quality:
    """Signal quality; None where the modem does not know (99, 255, no service).

    Attributes:
        rsrp: dBm.
        rsrq: dB.
        rssi: dBm.
        sinr: dB.
        system: What the modem calls the access technology, else ``""``.
    """

    rsrp: float | None = None
    rsrq: float | None = None
    rssi: float | None = None
    sinr: float | None = None
    system: str = ""

    @property
    def known(self) -> bool:
        """Whether it says anything at all."""
        return any(one is not None for one in (self.rsrp, self.rsrq, self.rssi, self.sinr))


#: A level of a report -> dBm or dB: (highest level, step, value of level 0).
Scale = tuple[int, float, float]
RXLEV: Scale = (63, 1.0, -111.0)  # TS 27.007, 8.69
RSRP: Scale = (97, 1.0, -141.0)
RSRQ: Scale = (34, 0.5, -20.0)
SS_RSRP: Scale = (126, 1.0, -157.0)
SS_RSRQ: Scale = (126, 0.5, -43.5)
SS_SINR: Scale = (127, 0.5, -23.5)


def level(value: int | None, scale: Scale) -> float | None:
    """A reported level as its value; None for one that means "not known"."""
    most, step, zero = scale
    return None if value is None or not 0 <= value <= most else value * step + zero


def csq(line: str) -> Quality | None:
    """+CSQ: rssi,ber (TS 27.007, 8.5): 0..31 is -113 + 2 n dBm, 99 unknown, 100.. TD-SCDMA."""
    values = numbers_of(fields_of(line, "+CSQ") or [], 1)
    if values is None:
        return None
    if 0 <= values[0] <= 31:
        return Quality(rssi=-113.0 + 2 * values[0])
    if 100 <= values[0] <= 191:
        return Quality(rssi=values[0] - 216.0)
    return Quality()


def cesq(line: str) -> Quality | None:
    """+CESQ: rxlev,ber,rscp,ecno,rsrq,rsrp[,ss_rsrq,ss_rsrp,ss_sinr] (TS 27.007, 8.69)."""
    values = numbers_of(fields_of(line, "+CESQ") or [], 6)
    if values is None:
        return None
    rsrp, rsrq, sinr = level(values[5], RSRP), level(values[4], RSRQ), None
    if rsrp is None and len(values) >= 9:  # in 5G only
        rsrp, rsrq = level(values[7], SS_RSRP), level(values[6], SS_RSRQ)
        sinr = level(values[8], SS_SINR)
    return Quality(rsrp, rsrq, level(values[0], RXLEV), sinr)


def xcesq(line: str) -> Quality | None:
    """+XCESQ: n,rxlev,ber,rscp,ecno,rsrq,rsrp,rssnr (XMM); rssnr in steps of half a dB."""
    values = numbers_of(fields_of(line, "+XCESQ") or [], 8)
    if values is None:
        return None
    sinr = values[7] / 2 if -100 <= values[7] <= 100 else None
    return Quality(
        level(values[6], RSRP), level(values[5], RSRQ), level(values[1], RXLEV), sinr
    )  # fmt: skip


_LTE = frozenset({"LTE", "CAT-M", "CAT-M1", "eMTC", "CAT-NB", "CAT-NB1", "NBIoT"})


def qcsq(line: str) -> Quality | None:
    """+QCSQ: "LTE",rssi,rsrp,sinr,rsrq with sinr 0..250 (n/5 - 20 dB); NR5G-SA has no RSSI."""
    fields = fields_of(line, "+QCSQ")
    if not fields or not fields[0].quoted:
        return None
    system, values = fields[0].text, [_whole(field) for field in fields[1:]]
    if system in _LTE and len(values) >= 4:
        rssi, rsrp, sinr, rsrq = values[:4]
        return Quality(rsrp, rsrq, rssi, None if sinr is None else sinr / 5 - 20, system)
    if system.startswith("NR5G") and len(values) >= 3:
        rsrp, sinr, rsrq = values[:3]
        return Quality(rsrp, rsrq, None, sinr, system)
    return Quality(rssi=values[0] if values else None, system=system)


def _whole(field: Field) -> int | None:
    return field.number if field.number != -32768 else None  # RG50x: not valid
