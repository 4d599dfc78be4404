"""The ``rig`` fixture: plain Python tests on the virtual rig."""

import re
from pathlib import Path

import pytest

from harness.plugin import bench, face

#: Imported here, or every run inside would import them anew, which compiled modules do not survive.
WARM = (bench, face)

pytest_plugins = ["pytester"]
README = Path(__file__).parents[3] / "README.md"


def _run(pytester: pytest.Pytester, test: str, *args: str) -> pytest.RunResult:
    pytester.makepyfile(test)
    plain = ("-p", "no:cacheprovider", "-p", "no:hypothesispytest", "--out", "out")
    return pytester.runpytest_inprocess(*plain, *args)


@pytest.mark.skipif(not README.exists(), reason="installed without the repository")
def test_the_readmes_python_test_passes(pytester: pytest.Pytester) -> None:
    """As it is printed there, word for word."""
    shown = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)

    _run(pytester, shown[0]).assert_outcomes(passed=1)


def test_a_person_can_sell_wait_and_measure(pytester: pytest.Pytester) -> None:
    """Time is the run's: ten seconds pass at once under the virtual clock."""
    result = _run(
        pytester,
        """
        def test_sale(rig):
            rig.ready()
            before = rig.now
            assert rig.sell("10.00 CNY").outcome == "approved"
            rig.hold("10 s")
            assert rig.now >= before + 10
            assert 4.5 < rig.supply.measure_voltage() < 5.5
        """,
    )

    result.assert_outcomes(passed=1)
    trace = (pytester.path / "out" / "python-test_sale" / "trace.jsonl").read_text(encoding="utf-8")
    assert '"kind":"sale_ended"' in trace


def test_a_failing_assertion_is_an_ordinary_failure(pytester: pytest.Pytester) -> None:
    """With the lines of the test, not those of the bench; and the status is pytest's 1."""
    result = _run(
        pytester,
        """
        def test_never(rig):
            rig.ready()
            rig.until({"host": "turned_away"}, within="5 s")
        """,
    )

    assert result.ret == 1
    result.stdout.fnmatch_lines(["*AssertionError: host: turned_away was not seen within 5 s"])
    assert (
        "bench.py" not in result.stdout.str().split("short test summary")[0].split("test_never")[-1]
    )


def test_a_fault_is_cleared_also_when_the_test_fails_inside_it(pytester: pytest.Pytester) -> None:
    """The supply is back before the rig is left, and the trace says so."""
    _run(
        pytester,
        """
        def test_cut(rig):
            rig.ready()
            with rig.inject("power_cut"):
                assert 1 == 2
        """,
    ).assert_outcomes(failed=1)

    trace = (pytester.path / "out" / "python-test_cut" / "trace.jsonl").read_text(encoding="utf-8")
    assert '"kind":"fault_cleared"' in trace


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("rig.toaster", "nobody plays 'toaster' on this rig; it has *supply*"),
        ("rig.inject('power_dipp').__enter__()", "*did you mean 'power_dip'?*"),
        ("rig.hold('5 parsec')", "*unit 'parsec' is unknown here*"),
    ],
)
def test_mistakes_are_told_with_what_was_wanted(
    pytester: pytest.Pytester, line: str, said: str
) -> None:
    """The words that would have done are named."""
    result = _run(pytester, f"def test_wrong(rig):\n    {line}\n")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"*{said}"])


def test_outside_the_test_function_the_rig_is_not_up(pytester: pytest.Pytester) -> None:
    """A fixture that talks to it is told why that cannot be."""
    result = _run(
        pytester,
        """
        import pytest

        @pytest.fixture
        def early(rig):
            return rig.supply

        def test_late(early):
            pass
        """,
    )

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*the rig is up while the test function runs*"])


def test_somebody_elses_rig_fixture_is_left_alone(pytester: pytest.Pytester) -> None:
    """A project with a ``rig`` of its own keeps it."""
    result = _run(
        pytester,
        """
        import pytest

        @pytest.fixture
        def rig():
            return "an oil rig"

        def test_theirs(rig):
            assert rig == "an oil rig"
        """,
    )

    result.assert_outcomes(passed=1)
    assert not (pytester.path / "out").exists()


def test_a_bad_rig_file_ends_with_2(pytester: pytest.Pytester) -> None:
    """Also when only Python tests ask for it."""
    (pytester.path / "lab.yaml").write_text("rig: x\nclock: vertical\n", encoding="utf-8")

    result = _run(pytester, "def test_x(rig): pass\n", "--rig", "lab.yaml")

    assert result.ret == 2
    result.stdout.fnmatch_lines(["*lab.yaml:2:*"])
