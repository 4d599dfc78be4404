"""Errors in a Python test: what pytest shows of them ends where the test calls the bench."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.drivers.keysight_e36300 import Driver
from harness.errors import DeviceRefused
from harness.plugin import bench, face
from harness.plugin.frames import end_in_the_test
from harness.tests.safety.spellings import PANS, held, parts_held

WARM = (bench, face)
pytest_plugins = ["pytester"]
PAN = PANS[1]
SAID = f'{{"pan": {PAN}, "rest": '


def _refusal() -> None:
    try:
        json.loads(SAID)
    except ValueError as error:
        raise DeviceRefused(f"no sense in {SAID!r}") from error


def _while_reading() -> None:
    try:
        {"known": 1}[SAID]
    except KeyError:
        raise DeviceRefused(SAID)  # noqa: B904 - what happened before is shown as well


def _bug_deep() -> None:
    json.loads(SAID)


def _bug_of_bytes() -> None:
    (b"\xff" + PAN.encode()).decode()


def _bug_of_words() -> None:
    raise KeyError({"said": [SAID]})


BREAKS = {one.__name__: one for one in (_refusal, _while_reading, _bug_deep, _bug_of_bytes,
                                        _bug_of_words)}  # fmt: skip


def _run(pytester: pytest.Pytester, tests: str) -> str:
    pytester.makepyfile(tests)
    plain = ("-p", "no:cacheprovider", "-p", "no:hypothesispytest", "--out", "out")
    result = pytester.runpytest_inprocess(*plain, "--showlocals", "-vv", "--tb=long", "-rA")
    result.assert_outcomes(failed=tests.count("def test"))
    return f"{result.stdout}\n{result.stderr}"


ASKS = {
    False: "rig.supply.identify()",
    True: """try:
        rig.supply.identify()
    except Exception as error:
        assert 0""",
}


@pytest.mark.parametrize("caught", ASKS)
def test_no_frame_of_ours_and_no_card_number_is_shown(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, *, caught: bool
) -> None:
    """Locals of the test are shown; a bug's own frames are kept beside the trace, masked."""
    honest, known, ways = Driver.identify, list[Any](), list(BREAKS)

    def identify(own: Any) -> str:
        said = SAID  # a local that a traceback would show
        if not any(own is one for one in known):  # the rig asks first who it is
            known.append(own)
            return honest(own)
        BREAKS[ways.pop(0)]()
        return said

    monkeypatch.setattr(Driver, "identify", identify)
    told = _run(pytester, "".join(
        f'def test{way}(rig):\n    of_mine = "seen"\n    {ASKS[caught]}\n\n' for way in BREAKS
    ))  # fmt: skip

    assert ways == []
    assert held(told.encode()) == parts_held(told.encode()) == []
    assert told.count("of_mine    = ") >= len(BREAKS)
    assert "owner.py" not in told
    assert "frames.py" not in told, "a frame of what the test called is shown"
    for way in BREAKS:
        kept = pytester.path / "out" / f"python-test{way}" / "traceback.txt"
        assert kept.exists() == (way.startswith("_bug") and not caught)
        if kept.exists():
            assert way in kept.read_text("utf-8")
            assert held(kept.read_bytes()) == []


def test_with_our_frames_left_in_a_card_number_is_shown(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the tests above can fail: locals of ours, and of the standard library's, hold it."""
    monkeypatch.setattr(bench, "end_in_the_test", lambda _: None)
    monkeypatch.setattr(Driver, "measure_voltage", lambda _: json.loads(SAID))

    told = _run(pytester, "def test_asks(rig):\n    rig.supply.measure_voltage()\n")

    assert held(told.encode()) != []


def _raised(test: Callable[[], object]) -> BaseException:
    try:
        test()
    except Exception as error:  # noqa: BLE001 - it is what the test is about
        return error
    raise AssertionError("nothing was raised")


def _frames(error: BaseException) -> list[str]:
    names, at = [], error.__traceback__
    while at is not None:
        names.append(at.tb_frame.f_code.co_name)
        at = at.tb_next
    return names


def _foreign(tmp_path: Path) -> dict[str, Any]:
    """A test of somebody's, which is no file of ours."""
    source = "def test(call):\n    inner(call)\n\ndef inner(call):\n    call()\n"
    found: dict[str, Any] = {}
    exec(compile(source, str(tmp_path / "test_own.py"), "exec"), found)  # noqa: S102 - ours
    return found


def test_frames_of_the_test_are_kept_and_those_behind_are_not(tmp_path: Path) -> None:
    """What we call in turn, the standard library's too, is behind; of a cause nothing is left."""
    own = _foreign(tmp_path)

    deep = _raised(lambda: own["test"](_bug_deep))
    end_in_the_test(deep)
    refused = _raised(lambda: own["test"](_refusal))
    end_in_the_test(refused)

    assert _frames(deep) == _frames(refused) == ["_raised", "<lambda>", "test", "inner"]
    assert refused.__cause__ is not None
    assert refused.__cause__.__traceback__ is None


def test_an_error_of_ours_alone_keeps_none(tmp_path: Path) -> None:
    """A bench that does not come up: no test was called yet."""
    error = _raised(_refusal)
    end_in_the_test(error)

    assert error.__traceback__ is None
