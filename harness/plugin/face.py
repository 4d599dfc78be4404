"""One run of scenarios inside one run of pytest: session, verdict words, reports, exit status.

Registered as a plugin of its own when the first scenario is collected or the first ``rig`` is
asked for; a pytest run without either never gets here.
"""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from harness.clock import ThreadClock
from harness.errors import HarnessError, UsageError
from harness.files import carried
from harness.model.verdict import Outcome
from harness.report import text
from harness.report.progress import LiveLine
from harness.runner import EXIT_UNDECIDED, EXIT_USAGE, Session

#: Verdicts that say nothing about the terminal.
UNDECIDED = (str(Outcome.ERROR), str(Outcome.INCONCLUSIVE))


def new_session(config: pytest.Config, progress: LiveLine) -> Session:
    """A session as the options say; raises UsageError."""
    rig, out = config.getoption("--rig"), config.getoption("--out")
    return Session(
        rig=Path(rig) if rig else carried("rigs", "virtual.yaml"),
        out=Path(out) if out else None,
        seed=config.getoption("--seed"),
        defects=config.getoption("--defect"),
        progress=progress,
        force=config.getoption("--rig-force"),
        test_decks=config.getoption("--i-have-a-test-deck"),
    )


class Face:
    """See the module text."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._session: Session | None = None
        self._others_failed = 0
        self._dossier: Path | None = None
        self._trouble = ""

    # --- the session ------------------------------------------------------------------------

    @property
    def session(self) -> Session:
        """The run's session, opened when first needed; a bad rig file ends the run with 2."""
        if self._session is None:
            line = LiveLine(self._show, ThreadClock().now, live=self._reporter_is_live())
            try:
                self._session = new_session(self._config, line)
            except UsageError as error:
                pytest.exit(str(error), returncode=EXIT_USAGE)
            self._session.__enter__()
        return self._session

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """``--tag`` leaves out what has none of the tags."""
        tags = set(self._config.getoption("--tag"))
        if not tags:
            return
        left_out = [one for one in items if not tags & _words_of(one)]
        items[:] = [one for one in items if tags & _words_of(one)]
        self._config.hook.pytest_deselected(items=left_out)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """A rig that cannot be used is told before the first item, and ends the run."""
        wanted = any(hasattr(item, "scenario") or uses_rig(item) for item in session.items)
        if wanted and not self._config.option.collectonly:
            _ = self.session

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the reports; only undecided items end the run with 3, not 1."""
        if self._session is None:
            return
        self._session.__exit__(None, None, None)
        if self._session.played:
            try:
                self._dossier = self._session.finish()
            except (OSError, HarnessError) as error:
                self._trouble = f"the reports could not be written: {error}"
                session.exitstatus = EXIT_UNDECIDED
        if session.exitstatus == pytest.ExitCode.TESTS_FAILED and not self._others_failed:
            session.exitstatus = EXIT_UNDECIDED

    # --- what it says -----------------------------------------------------------------------

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Have the report carry the verdict and its two lines."""
        report = yield
        played = getattr(item, "played", None)
        if played is not None and report.when == "call":
            report.verdict = str(text.outcome_of(played))  # type: ignore[attr-defined]
            report.lines = text.summary(played)  # type: ignore[attr-defined]
        return report

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """What pytest calls an item: FAIL is a failure, ERROR and INCONCLUSIVE are errors."""
        verdict = getattr(report, "verdict", "")
        if verdict in UNDECIDED and report.failed:
            return "error", verdict[0], verdict
        return ("failed", "F", "FAIL") if verdict == str(Outcome.FAIL) and report.failed else None

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count whose failure it is; with -v, two lines of figures under a PASS."""
        verdict = getattr(report, "verdict", "")
        if report.failed and verdict not in UNDECIDED:
            self._others_failed += 1
        reporter = self._reporter
        if verdict == str(Outcome.PASS) and reporter and self._config.option.verbose > 0:
            reporter.ensure_newline()
            for line in getattr(report, "lines", "").splitlines():
                reporter.write_line(line)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that could not be read is no undecided item."""
        self._others_failed += report.failed

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """The table, the pace, the file to open."""
        if self._session is None or not (self._session.played or self._trouble):
            return
        terminalreporter.write_sep("=", f"scenarios on rig {self._session.rig.name}")
        rows = text.table(self._session.played)
        for line in [*rows, *text.closing(self._session.played, self._dossier)]:
            terminalreporter.write_line(line)
        if self._trouble:
            terminalreporter.write_line(f"ERROR: {self._trouble}", red=True)

    # --- the live line ----------------------------------------------------------------------

    @property
    def _reporter(self) -> Any:
        return self._config.pluginmanager.getplugin("terminalreporter")

    def _reporter_is_live(self) -> bool:
        return bool(self._reporter and self._reporter.isatty)

    def _show(self, line: str) -> None:
        """On a terminal one row below pytest's own, so that its row of dots stays whole."""
        reporter = self._reporter
        if reporter is None or self._config.option.verbose < 0:
            return
        capture = self._config.pluginmanager.getplugin("capturemanager")
        with capture.global_and_fixture_disabled():
            if not self._reporter_is_live():
                reporter.ensure_newline()
                reporter.write_line(line)
                return
            writer = self._config.get_terminal_writer()
            column = writer.width_of_current_line + 1
            # Down one row (scrolling if need be), wipe it, write, up again, back to the column.
            line = line[: writer.fullwidth - 1]
            # Past the writer, which would count these signs as part of its row.
            screen = writer._file  # noqa: SLF001
            screen.write(f"\n\x1b[2K{line}\x1b[1A\x1b[{column}G")
            screen.flush()


def _words_of(item: pytest.Item) -> set[str]:
    scenario = getattr(item, "scenario", None)
    if scenario is None:
        return {mark.name for mark in item.iter_markers()}
    return {*scenario.tags, scenario.family}


def uses_rig(item: pytest.Item) -> bool:
    """Whether a Python test asks for our ``rig``."""
    definitions = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    return any(
        getattr(one.func, "__module__", "") == "harness.plugin.fixtures"
        for one in definitions.get("rig", ())
    )


_KEY = pytest.StashKey[Face]()


def face_of(config: pytest.Config) -> Face:
    """The run's face, made and registered when first asked for."""
    if _KEY not in config.stash:
        config.stash[_KEY] = face = Face(config)
        config.pluginmanager.register(face, "harness-face")
    return config.stash[_KEY]
