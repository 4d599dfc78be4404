"""A modem looked at before a run: its card, its network, its signal."""

from collections.abc import Iterator
from typing import Any

from harness.errors import DeviceRefused
from harness.model.cellular import Camped
from harness.model.roles import plays
from harness.survey.findings import BAD, OK, WARN, Row

WEAK = -110.0  # dBm of RSRP: a terminal loses its network here and there by itself
STANDING = {0: "not registered and not searching", 2: "searching", 3: "denied", 4: "unknown"}


def camp(modem: Any) -> Iterator[Row]:
    """Every finding: (check, level, seen, mend). Nothing is changed."""
    state = modem.sim_state()
    if state != "READY":
        mend = "put a SIM in, or unlock it; check the SIM switch's slot"
        yield "sim", BAD, f"{state}: nothing will be registered", mend
        return
    yield "sim", OK, state, ""
    report = modem.registration()
    if not report.registered:
        cause = "" if report.cause is None else f", cause {report.cause} (TS 24.301, annex A)"
        seen = f"{STANDING.get(report.stat, f'stat {report.stat}')}{cause}"
        yield "registration", WARN, seen, "antenna, attenuator, subscription, APN"
        return
    yield "registration", OK, "home" if report.stat == 1 else "roaming", ""
    yield _level(modem.signal().rsrp)
    if plays(modem, Camped):
        yield from _cell(modem)


def _level(rsrp: float | None) -> Row:
    if rsrp is None:
        return "signal", OK, "its RSRP is not told", ""
    if rsrp < WEAK:
        mend = "a better antenna, or less attenuation: faults are to come from the scenario alone"
        return "signal", WARN, f"{rsrp:g} dBm of RSRP", mend
    return "signal", OK, f"{rsrp:g} dBm of RSRP", ""


def _cell(modem: Any) -> Iterator[Row]:
    try:
        cell = modem.serving_cell()
    except DeviceRefused:
        return
    if cell is not None:
        yield "cell", OK, f"{cell.technology}, {cell.plmn or 'network not told'}", ""
