"""From when a budget runs."""

from typing import Literal

from harness.judge._run import Injected
from harness.model.trace import Observation

#: ``injected`` the fault was put on; ``took_effect`` the bench saw it bite; ``cleared`` it was
#: taken away; ``detected`` the terminal noticed.
Since = Literal["injected", "took_effect", "cleared", "detected"]


def reference(fault: Injected | None, since: str) -> Observation | None:
    """The line the budget runs from; None while it has not come."""
    if fault is None:
        return None
    marks = {"injected": fault.at, "took_effect": fault.effect, "cleared": fault.cleared}
    return marks.get(since)
