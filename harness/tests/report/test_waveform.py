"""The drawing of a disturbance: three curves on one axis, whatever is in the trace."""

import xml.etree.ElementTree as ET
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from harness.model.trace import Observation, Trace
from harness.report.waveform import panels

ASKED = {
    "label": "dip", "what": "dip_40 of 100 ms", "standard": "IEC 61000-4-29, 5.1", "repeat": 3,
    "points": [[0, 5], [0, 2], [0.1, 2], [0.1, 5]], "nominal": 5.0, "how": "list",
    "via": "keysight_e36300",
}  # fmt: skip
UPLOADED = {"label": "dip", "round": 1, "how": "list", "points": [[2.0, 0.1], [5.0, 0.01]]}
ACHIEVED = {"label": "dip", "round": 1, "began": 7.0, "points": [[0.003, 3.5], [0.09, 2.0]]}


def trace(*rows: tuple[str, dict[str, Any]]) -> Trace:
    """Lines of the engine."""
    return Trace(Observation(n, float(n), "engine", *row) for n, row in enumerate(rows, 1))


def curves(drawing: str) -> set[str]:
    """The names of the curves that were drawn."""
    root = ET.fromstring(drawing)  # noqa: S314 - our own
    return {str(one.get("class")) for one in root.iter() if one.tag.endswith("polyline")}


def test_three_curves_stand_on_one_axis() -> None:
    """Asked, uploaded, achieved; the caption says by which standard and how."""
    (panel,) = panels(
        trace(("power_asked", ASKED), ("power_uploaded", UPLOADED), ("power_achieved", ACHIEVED))
    )

    assert curves(panel.drawing) == {"asked", "uploaded", "achieved"}
    for said in ("dip_40 of 100 ms", "IEC 61000-4-29", "list of keysight_e36300", "of 3 rounds"):
        assert said in panel.caption


def test_what_is_not_there_is_said() -> None:
    """A host uploads nothing; what was cut off was not measured."""
    (panel,) = panels(trace(("power_asked", ASKED)))

    assert curves(panel.drawing) == {"asked"}
    assert "uploaded: timed by the host" in panel.drawing
    assert "achieved: not measured" in panel.drawing


def test_a_pattern_of_pulses_is_drawn_as_voltage() -> None:
    """Closed is nominal, open is nothing."""
    pulses = {"label": "dip", "round": 1, "how": "pulse", "pattern": [[False, 0.01], [True, 0.02]]}
    (panel,) = panels(trace(("power_asked", ASKED), ("power_uploaded", pulses)))

    assert curves(panel.drawing) == {"asked", "uploaded"}


def test_each_disturbance_has_its_panel_and_each_trial_its_row() -> None:
    """A search is a table: level, volts, stay, what became of it."""
    other = {**ASKED, "label": "stairs", "what": "drop to 60 %"}
    trial = {"label": "stairs", "what": "drop to 60 %", "volts": 3.0, "lasting": 2.0,
             "outcome": "rebooted", "back_after": 8.1}  # fmt: skip
    first, second = panels(
        trace(("power_asked", ASKED), ("power_asked", other), ("power_trial", trial))
    )

    assert first.trials == []
    ((what, volts, stay, became),) = second.trials
    assert (what, volts, stay) == ("drop to 60 %", "3.00 V", "2 s")
    assert became.startswith("rebooted, back after 8.1 s")


def test_no_disturbance_no_panel() -> None:
    """Nothing is drawn of a run without one."""
    assert panels(trace(("fault_injected", {"fault": "sim_expired"}))) == []


PLAIN = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3), max_leaves=6,
)  # fmt: skip


@given(PLAIN, PLAIN, PLAIN)
def test_a_damaged_trace_is_still_drawn(points: Any, pattern: Any, trial: Any) -> None:
    """Whatever stands where points should be, there is a well-formed drawing."""
    rows = [
        ("power_asked", {**ASKED, "points": points, "what": "<b>&"}),
        ("power_uploaded", {"label": "dip", "points": points, "pattern": pattern}),
        ("power_achieved", {"label": "dip", "points": points}),
        ("power_trial", {"label": "dip", "volts": trial, "lasting": trial, "back_after": trial}),
    ]
    (panel,) = panels(trace(*rows))

    curves(panel.drawing)
