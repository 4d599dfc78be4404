"""What became of the terminal after a disturbance: looked at, asked, waited for."""

from collections.abc import Iterable
from typing import Any

from harness.errors import BenchError, DeviceRefused, NotSupported
from harness.model.cast import Cast
from harness.model.roles import Terminal
from harness.model.trace import Observation
from harness.model.units import Seconds

#: What a terminal says of its supply.
POWER_CAUSES = frozenset({"supply_low", "power_lost", "battery_low"})
#: States in which a terminal is back.
UP = frozenset({"ready", "busy"})
#: Longest wait for a terminal to be back, and between two looks, s.
PATIENCE, LOOK = 120.0, 0.5


def look(cast: Cast, before: int, rest: Seconds) -> dict[str, Any]:
    """What became of the terminal since observation ``before``, at the end of its rest."""
    now = cast.now or (lambda: 0.0)
    ended = now()
    was_up = _answers(cast)
    cast.sleep(rest)
    boots = _boots(cast.since(before))
    down = bool(boots) or not was_up
    while down and not _is_back(cast, before) and now() - ended < PATIENCE:
        cast.sleep(LOOK)
    rows = cast.since(before)
    boots = _boots(rows)
    reported = sorted({str(row["cause"]) for row in rows if _names_power(row)})
    back = _is_back(cast, before)
    outcome = ("rebooted" if back else "lost") if down else "reported" if reported else "stayed_up"
    return {
        "outcome": outcome, "boots": len(boots), "reported": reported,
        "back_after": round(now() - ended, 3) if down and back else None,
    }  # fmt: skip


def _boots(rows: Iterable[Observation]) -> list[Observation]:
    return [row for row in rows if row.source == "terminal" and row.kind == "boot"]


def _names_power(row: Observation) -> bool:
    told = row.source == "terminal" and row.kind in ("detected", "report")
    return told and row.get("cause") in POWER_CAUSES


def _is_back(cast: Cast, before: int) -> bool:
    """Whether its last word is a state in which it is up; without words, whether it answers."""
    rows = [
        row for row in cast.since(before)
        if row.source == "terminal" and row.kind in ("boot", "state")
    ]  # fmt: skip
    if rows:
        return rows[-1].kind == "state" and rows[-1].get("state") in UP
    return _answers(cast)


def _answers(cast: Cast) -> bool:
    """Whether the terminal answers its register; also a refusal is an answer."""
    try:
        cast.playing(Terminal).status()
    except LookupError:
        return True  # nobody to ask: what the console says must do
    except (DeviceRefused, NotSupported):
        return True
    except BenchError:
        return False
    return True
