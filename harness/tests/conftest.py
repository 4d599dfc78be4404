"""What holds for every test of the suite.

**Real time.** The machine may stop any process for 0.3 s at the worst of instants, and be four
times slower than yours. So a test in real time waits *for an event*, with the generous limit of
``patience.py`` (``soon``, ``LIMIT``), and never asserts that something was quick. "Not yet" is
said by an event that the test itself withholds, never by a short sleep. Where the times
themselves matter (an order, a lateness, a pause), the test runs on a virtual clock. A short timeout
may be given only to a wait that is meant to fail. ``stalls.py`` runs any command while its
processes are stopped at random: ``python harness/tests/stalls.py pytest harness/tests/ports``.

**A budget of time.** The suite is run often: a test that takes more than 0.1 s should know why, and
a start of another process costs a second. Share what is served (``scope="module"``), ask one
question for all devices rather than each question for each, and leave exploring to Hypothesis
where there is something to explore: 50 examples unless a codec says otherwise.
``pytest --durations=30`` shows where the time goes.
"""

import gc
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from harness.tests.alone import alone as nobody_else

settings.register_profile(
    "stalling machine",
    settings.get_profile(settings.get_current_profile_name()),
    deadline=None,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("stalling machine")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays: thirteen thousand tests are not looked through for garbage."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Locks, journals and quarantines of this run of the tests alone."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
        patched.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture
def own_lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks and state of this test alone; the doctor does not look at guardian and timer."""
    (tmp_path / "run").mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr("harness.survey.host.guard", lambda _: iter(()))
    monkeypatch.setattr("harness.survey.host.timers", lambda _: ("timer", "ok", "not measured", ""))


@pytest.fixture
def alone() -> Iterator[None]:
    """Nobody else looks at, or leaves, workers of dead runs meanwhile (``alone.py``)."""
    with nobody_else():
        yield
