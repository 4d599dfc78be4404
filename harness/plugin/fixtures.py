"""The ``rig`` fixture: plain synchronous Python tests on the same bench as the scenarios.

::

    def test_a_dip_is_told_on_the_display(rig):
        rig.ready()
        with rig.inject("power_dip", to="78 %", lasting="30 s"):
            seen = rig.until({"terminal": "report", "on": "display"}, within="5 s")
        assert seen["cause"] == "supply_low"

The bench is up while the test function runs, not before and not after: under virtual time the
function itself is a task of the run's clock. So fixtures of yours must not talk to it.
"""

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from harness.plugin.bench import TestRig


@pytest.fixture
def rig(request: pytest.FixtureRequest) -> "TestRig":
    """The bench of ``--rig``: ready, sell, inject, until, hold, and every role by name."""
    from harness.plugin.bench import TestRig
    from harness.plugin.face import face_of

    return TestRig(face_of(request.config).session, request.node.name)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> object | None:
    """Run a test that asked for our ``rig`` on that rig's clock."""
    bench: Any = pyfuncitem.funcargs.get("rig")
    if not hasattr(bench, "call_on_bench"):
        return None
    wanted = pyfuncitem._fixtureinfo.argnames  # noqa: SLF001 - as pytest's own hook does
    arguments = {name: pyfuncitem.funcargs[name] for name in wanted}
    bench.call_on_bench(lambda: pyfuncitem.obj(**arguments))
    return True
