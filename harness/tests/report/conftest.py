"""A run told by hand: a dip in mid-sale that the terminal reports too late, and its neighbours."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.model.played import Played
from harness.model.scenario import Scenario
from harness.model.trace import Observation, Trace
from harness.model.verdict import ClauseVerdict, Outcome, Verdict, worst

PAN = "999999***0014"


class Teller:
    """Writes a trace: ``tell(t, "terminal: detected", cause=...)`` returns the line number."""

    def __init__(self) -> None:
        self.trace = Trace()

    def __call__(self, t: float, what: str, **fields: Any) -> int:
        source, kind = what.split(": ")
        self.trace.append(Observation(len(self.trace) + 1, t, source, kind, fields))
        return len(self.trace)


def scenario(**changed: Any) -> Scenario:
    """The story of the dip; keywords change it."""
    given: dict[str, Any] = {
        "id": "P-2", "name": "dip_mid_sale", "family": "power",
        "story": "A dip while a sale waits for the host must not lose the sale.",
        "covers": ("E3", "F1"), "tags": ("short",), "path": "scenarios/power/dip_mid_sale.yaml",
        "plain": {
            "given": {"terminal": "ready"},
            "when": [
                {"sale": {"amount": "10.00 CNY", "card": "chip", "as": "first"}},
                {"await": {"host": "request_received", "of": "first"}},
                {"inject": {"power_dip": {"to": "3.2 V", "lasting": "20 s"}}},
                {"hold": "20 s"},
                {"clear": "power_dip"},
            ],
            "then": {
                "detects": {"cause": "supply_low", "within": "2 s"},
                "reports": {"cause": "supply_low", "on": ["display", "ecr"], "within": "5 s"},
                "recovers": {"to": "ready", "within": "90 s", "proven_by": "sale"},
            },
            "always": ["exactly_once", "reversal_survives_power_loss"],
        },
    }  # fmt: skip
    return Scenario(**{**given, **changed})


def told(about: Scenario, hostile: str = "LOW POWER") -> tuple[Trace, dict[str, tuple[int, ...]]]:
    """The trace of one dip, and the lines that each clause rests on."""
    tell = Teller()
    tell(0, "engine: run_started", spec=about.spec(), rig="virtual", seed=7, clock="virtual",
         version="0.1.0", plays={"terminal": "zvt", "supply": "keysight_e36300"},
         observes=["display", "ecr", "console", "host"])  # fmt: skip
    tell(0.1, "supply: set", volts=9.0)
    tell(0.1, "supply: output", on=True)
    for tenth in range(2, 150):
        tell(tenth / 10, "supply: measured", volts=9.0, amps=0.3)
    tell(0.3, "terminal: boot", version="1.4.2", slot="a", reason="power")
    tell(0.4, "terminal: state", state="booting", pending=0)
    tell(9.0, "modem: registration", stat=2)
    tell(12.0, "modem: registration", stat=1)
    tell(12.2, "modem: signal", rsrp=-84.0, rsrq=-9.0)
    tell(12.5, "modem: bearer", up=True)
    tell(14.0, "terminal: state", state="ready", pending=0)
    tell(14.2, "engine: given_ready")
    tell(14.3, "engine: step_started", index=1, word="sale")
    tell(14.3, "engine: sale_started", sale="first", amount=1000, currency="CNY", card="chip")
    tell(14.35, "engine: step_done", index=1)
    tell(14.35, "engine: step_started", index=2, word="await")
    tell(14.4, "terminal: state", state="busy", pending=0)
    tell(16.1, "terminal: card_read", entry="chip", pan=PAN)
    tell(16.4, "terminal: reversal_saved", stan=12)
    tell(16.5, "terminal: request_sent", mti="0200", stan=12)
    tell(16.62, "host: request_received", mti="0200", stan=12, amount=1000, pan=PAN)
    tell(16.62, "engine: step_done", index=2)
    tell(16.62, "engine: step_started", index=3, word="inject")
    injected = tell(16.63, "engine: fault_injected", fault="power_dip", label="power_dip",
                    arguments={"to": "3.2 V", "lasting": "20 s"})  # fmt: skip
    tell(16.63, "supply: set", volts=3.2)
    tell(16.64, "engine: step_done", index=3)
    tell(16.64, "engine: step_started", index=4, word="hold")
    for tenth in range(167, 360, 2):
        tell(tenth / 10, "supply: measured", volts=max(3.2, 9 - (tenth - 166) * 1.2), amps=0.2)
    tell(17.0, "modem: signal", rsrp=-112.0, rsrq=-17.0)
    detected = tell(17.4, "terminal: detected", cause="supply_low", text=hostile)
    tell(17.41, "terminal: line", text=f"12:00:17.410 W pwr: {hostile}")
    display = tell(17.9, "terminal: report", on="display", cause="supply_low", text=hostile)
    tell(18.0, "modem: bearer", up=False, cause="power")
    tell(18.1, "engine: sale_ended", sale="first", outcome="unknown", cause="power_lost")
    late = tell(28.2, "terminal: report", on="ecr", cause="supply_low", code="BF", text=hostile)
    cleared = tell(36.6, "engine: fault_cleared", fault="power_dip", label="power_dip")
    tell(36.6, "engine: healing")
    for tenth in range(368, 900, 8):
        tell(tenth / 10, "supply: measured", volts=min(9.0, 3 + (tenth - 366) * 0.8), amps=0.3)
    tell(37.1, "terminal: boot", version="1.4.2", slot="a", reason="power")
    tell(37.2, "terminal: state", state="booting", pending=1)
    tell(46.0, "terminal: state", state="recovering", pending=1)
    tell(49.0, "modem: signal", rsrp=-85.0, rsrq=-9.0)
    tell(49.2, "modem: bearer", up=True)
    tell(49.5, "terminal: reversal_sent", stan=12)
    tell(49.8, "host: request_received", mti="0400", stan=12, amount=1000)
    tell(50.2, "terminal: reversal_done", stan=12)
    tell(50.4, "terminal: state", state="ready", pending=0)
    tell(
        51.0,
        "engine: sale_started",
        sale="proof-1",
        amount=100,
        currency="CNY",
        card="chip",
        proof=True,
    )
    proof = tell(54.6, "terminal: approved", stan=13, amount=100)
    tell(55.0, "engine: sale_ended", sale="proof-1", outcome="approved", stan=13)
    rest = tell(60.0, "engine: at_rest", confirmed="console")
    tell(62.0, "engine: run_ended", reason="rest")
    lines = {
        "detects": (injected, detected), "reports": (detected, display, late),
        "recovers": (cleared, proof), "rest": (rest,),
    }  # fmt: skip
    return tell.trace, lines


def verdict_on(lines: dict[str, tuple[int, ...]], outcome: Outcome) -> Verdict:
    """Clauses as the judge would give them; the report's is the one that goes wrong."""
    late = outcome is not Outcome.PASS
    said = (
        "reported on ecr only after 10.8 s (budget 5 s)"
        if late
        else "reported on display, ecr after 4.1 s (budget 5 s)"
    )
    return worst([
        ClauseVerdict("detects supply_low", Outcome.PASS, "detected after 0.8 s (budget 2 s)", 2.0,
                      0.77, lines["detects"], final=True),
        ClauseVerdict("reports supply_low", outcome, said, 5.0, 10.8 if late else 4.1,
                      lines["reports"], final=True),
        ClauseVerdict("recovers ready", Outcome.PASS, "ready, proven by a sale after 18.0 s", 90.0,
                      18.0, lines["recovers"], final=True),
        ClauseVerdict("exactly_once", Outcome.PASS, "no sale was charged twice", None, None,
                      lines["rest"]),
        ClauseVerdict("reversal_survives_power_loss", Outcome.PASS, "held"),
    ])  # fmt: skip


Play = Callable[..., Played]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """``play(Outcome.FAIL, hostile="...", name="...")`` gives an item as the runner would."""

    def one(outcome: Outcome = Outcome.PASS, hostile: str = "LOW POWER", **changed: Any) -> Played:
        about = scenario(**changed)
        folder = tmp_path / f"{about.family}-{about.name}"
        if outcome is Outcome.SKIPPED:
            why = "fault power_dip needs a supply"
            return Played(about, Verdict(outcome, why), Trace(), folder, seed=7, skipped=why)
        trace, lines = told(about, hostile)
        return Played(
            about, verdict_on(lines, outcome), trace, folder, simulated=62.0, wall=0.031, seed=7
        )

    return one
