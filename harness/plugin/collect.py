"""Scenario files and items, as pytest sees them."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from _pytest._code.code import ReprFileLocation, TerminalRepr
from _pytest._io import TerminalWriter

from harness.errors import UsageError
from harness.files import load_scenarios
from harness.model.played import Played
from harness.model.scenario import Scenario
from harness.model.verdict import Outcome
from harness.plugin.face import face_of
from harness.report.text import outcome_of, paragraph, reason_of


class TerminalFailed(AssertionError):
    """The terminal failed: for pytest a failure, for Allure "failed"."""


class NotJudged(Exception):
    """The bench broke or evidence is missing: no AssertionError, so for Allure "broken"."""


class ScenarioFile(pytest.File):
    """One scenario file; every point of its ``vary`` is an item."""

    def collect(self) -> Iterable[pytest.Item]:
        """Load the file; a broken one is told in its own words, without a traceback."""
        face_of(self.config)
        try:
            found = load_scenarios(nearest_spelling(self.path))
        except UsageError as error:
            raise self.CollectError(str(error)) from None
        return [
            ScenarioItem.from_parent(self, name=one.name.split("/")[-1], scenario=one)
            for one in found
        ]


def nearest_spelling(path: Path) -> Path:
    """Relative to where pytest was started, where that is shorter."""
    near = os.path.relpath(path)
    return Path(near) if not near.startswith("..") else path


class ScenarioItem(pytest.Item):
    """One scenario at one point of its ``vary``.

    Attributes:
        scenario: What is played.
        played: What came of it; None before.
        function: Something whose docstring is the story; Allure shows it as the description.
    """

    def __init__(self, *, scenario: Scenario, **rest: Any) -> None:
        super().__init__(**rest)
        self.scenario = scenario
        self.played: Played | None = None

        def story() -> None: ...

        story.__doc__ = scenario.story
        self.function = story
        for mark in dict.fromkeys((scenario.family, *scenario.tags)):
            if mark:
                self.config.addinivalue_line("markers", f"{mark}: family or tag of scenarios")
                self.add_marker(mark)

    def runtest(self) -> None:
        """Play it; a verdict that is no PASS is raised as whose fault it is."""
        self.played = played = face_of(self.config).session.play(self.scenario)
        outcome = outcome_of(played)
        self.user_properties += [
            ("id", self.scenario.id), ("covers", ",".join(self.scenario.covers)),
            ("verdict", str(outcome)), ("simulated_s", f"{played.simulated:.3f}"),
            ("folder", str(played.folder)),
        ]  # fmt: skip
        if self.config.getoption("allure_report_dir", None):
            show_in_allure(played)
        if outcome is Outcome.SKIPPED:
            raise pytest.skip.Exception(reason_of(played), _use_item_location=True)
        if outcome is Outcome.FAIL:
            raise TerminalFailed(reason_of(played))
        if outcome is not Outcome.PASS:
            raise NotJudged(f"{outcome}: {reason_of(played)}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """One paragraph; a traceback only for a bug of the harness itself."""
        if self.played is not None and isinstance(excinfo.value, TerminalFailed | NotJudged):
            return Paragraph(self.played, self.scenario.path)
        if isinstance(excinfo.value, UsageError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it stands, and what to call it."""
        return self.path, 0, self.name


class Paragraph(TerminalRepr):
    """A verdict in one paragraph; its reason is what the short summary shows."""

    def __init__(self, played: Played, path: str) -> None:
        self.text = paragraph(played)
        self.reprcrash = ReprFileLocation(path, 1, reason_of(played))

    def __str__(self) -> str:
        return self.text

    def toterminal(self, tw: TerminalWriter) -> None:
        """Write it."""
        first, *rest = self.text.splitlines()
        tw.line(first, bold=True)
        for line in rest:
            tw.line(line)


def show_in_allure(played: Played) -> None:
    """Hand drawing and trace to allure-pytest, when it listens (``--alluredir``)."""
    import allure

    from harness.report.timeline import draw

    tell: Any = allure.dynamic  # not typed
    tell.feature(played.scenario.family)
    tell.story(f"{played.scenario.id} {played.scenario.name.split('[')[0]}")
    for name, value in played.scenario.varied.items():
        tell.parameter(name, value)
    if not played.skipped:
        allure.attach(draw(played), "timeline", allure.attachment_type.SVG, "svg")
        trace = "".join(f"{row.to_line()}\n" for row in played.trace)
        allure.attach(trace, "trace.jsonl", "text/plain", "jsonl")
