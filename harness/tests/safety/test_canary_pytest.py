"""Runs of pytest on benches that leak in every channel: nothing that they leave holds a card."""

import shutil
import tempfile
from collections.abc import Sequence

import pytest

from harness import runner
from harness.engine import recorder
from harness.files import carried
from harness.plugin import bench as plugin_bench
from harness.tests.safety.leaking import JSON, TEXT, Item, Leaks, benches
from harness.tests.safety.spellings import held, in_files, parts_held

pytest_plugins = ["pytester"]

STORY = carried("scenarios", "power", "low_supply.yaml")
OWN_TEST = '''
def test_own(rig):
    """A test in Python, by whose traceback pytest shows what was said."""
    rig.supply.measure_voltage()
    rig.modem.identify()
'''
INSTRUMENTS = ("supply", "switch", "attenuator", "reader", "modem", "sim_card", *JSON)
RUN: Sequence[Item] = (
    Item((*TEXT[:2], *JSON, "terminal/ecr")),
    *(Item((one,), alone=True) for one in (*TEXT[2:], *JSON)),
    *(Item((one,), alone=True, since=0.0) for one in INSTRUMENTS),
)


def _run(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, items: Sequence[Item]
) -> tuple[Leaks, str]:
    """As many stories as items, and a test in Python; everything it may write is in one folder."""
    leaks = Leaks()
    monkeypatch.setattr(runner, "Bench", benches(leaks, items))
    own = Item(("supply",), alone=True, since=0.0)
    monkeypatch.setattr(plugin_bench, "Bench", benches(leaks, [own]))
    for name in ("tmp", "state"):
        pytester.mkdir(name)
    monkeypatch.setattr(tempfile, "tempdir", str(pytester.path / "tmp"))
    monkeypatch.setenv("XDG_STATE_HOME", str(pytester.path / "state"))
    stories = pytester.mkdir("scenarios")
    for number in range(len(items)):
        shutil.copy(STORY, stories / f"s{number:02}.yaml")
    pytester.makepyfile(test_zz_own=OWN_TEST)
    said = pytester.runpytest_inprocess(
        "-p", "no:cacheprovider", "-rA", "-vv", "--tb=long", "--rig",
        str(carried("rigs", "virtual.yaml")), "--alluredir", "allure", "--junitxml", "junit.xml",
        "--log-level=DEBUG", "--log-file=log.txt", "scenarios", "test_zz_own.py",
    )  # fmt: skip
    return leaks, f"{said.stdout}\n{said.stderr}\n{chr(10).join(said.outlines + said.errlines)}"


def _clear(pytester: pytest.Pytester, said: str) -> list[str]:
    """Where card numbers stand, also such as were cut; leaves out what the leaks are made of."""
    octets = said.encode("utf-8", "replace")
    found = [f"screen: {one!r}" for one in (*held(octets), *parts_held(octets))]
    for name, needles in in_files(pytester.path).items():
        found.append(f"{name}: {needles[0]!r}")
    for path in pytester.path.rglob("*"):
        if path.is_file() and path.suffix not in (".pyc", ".pcapng"):
            parts = parts_held(path.read_bytes())
            found += [f"{path.name}: {parts[0]!r}"] if parts else []
    return found


def test_nothing_that_a_run_leaves_holds_a_card_number(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trace, JUnit, Allure, dossier, log, screen, temporary files; whoever leaked, and how."""
    leaks, said = _run(pytester, monkeypatch, RUN)

    assert _clear(pytester, said) == []
    wanted = {device for item in RUN for device in item.devices}
    assert wanted - set(leaks.told) == set(), "nothing was leaked there"
    for name in ("junit.xml", "log.txt", "allure", "reports"):
        assert (pytester.path / name).exists()
    shown = "".join(
        path.read_text("utf-8", "replace") for path in pytester.path.rglob("trace.jsonl")
    )
    assert "***" in shown, "a leak must have come as far as the trace"


def test_a_bent_masker_is_found(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the last net torn, the search finds card numbers."""
    monkeypatch.setattr(recorder, "mask", str)
    _, said = _run(pytester, monkeypatch, [Item(JSON)])

    assert _clear(pytester, said) != []
