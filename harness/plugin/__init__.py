"""The pytest face: options, scenarios as items, the ``rig`` fixture.

This module is imported by every pytest run of an environment the package is installed in, so it
imports nothing of the house; ``face`` does the work, from the first scenario or ``rig`` on.
"""

import re
from pathlib import Path

import pytest

from harness.plugin.fixtures import pytest_pyfunc_call, rig

__all__ = [
    "pytest_addoption",
    "pytest_collect_file",
    "pytest_configure",
    "pytest_pyfunc_call",
    "rig",
]

FAMILIES = (
    "data", "power", "signal", "reader", "firmware", "peripherals", "configuration", "host",
    "operator", "ageing",
)  # fmt: skip
#: Files among the scenarios that are none.
NO_SCENARIO = ("requirements.yaml",)
_KEYS = re.compile(rb"^(id|story|covers|given|when|then|always|expect|vary)[ \t]*:", re.MULTILINE)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The same options as ``harness run``."""
    group = parser.getgroup("harness", "payment terminals on a test bench")
    group.addoption("--rig", metavar="FILE", help="rig file (default: the carried virtual rig)")
    group.addoption("--seed", type=int, default=0, metavar="N", help="what randomness grows from")
    group.addoption(
        "--tag", action="append", default=[], metavar="NAME",
        help="only scenarios with this tag or of this family (may be repeated)",
    )  # fmt: skip
    group.addoption(
        "--out", metavar="DIR", help="where evidence goes (default: reports/<time>-<rig>)"
    )
    group.addoption(
        "--defect", action="append", default=[], metavar="NAME",
        help="plant this bug in the simulated terminal, to see how a failure looks",
    )  # fmt: skip
    group.addoption(
        "--i-have-a-test-deck", action="append", default=[], metavar="BIN",
        help="cards with this issuer number (6 to 8 digits) are test cards, too; at any other card "
        "that is none of the published test cards the run ends",
    )  # fmt: skip
    group.addoption(
        "--rig-force", action="store_true",
        help="when another run holds the bench: ask it to stop (SIGTERM; it makes its bench safe) "
        "and wait up to 30 s; breaks no limit, no quarantine and no lock that is not let go",
    )  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Markers per family; a tag becomes one when a scenario carries it."""
    for family in FAMILIES:
        config.addinivalue_line("markers", f"{family}: scenarios of this family")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A YAML file that looks like a scenario."""
    if (
        file_path.suffix not in (".yaml", ".yml")
        or file_path.name in NO_SCENARIO
        or not is_scenario(file_path)
    ):
        return None
    from harness.plugin.collect import ScenarioFile

    return ScenarioFile.from_parent(parent, path=file_path)


def is_scenario(path: Path) -> bool:
    """Whether a YAML file is ours.

    It is when it says both ``when`` and ``then``, or, below a folder named ``scenarios``, any key
    of ours or nothing at all: an empty scenario is told, not passed over.
    """
    try:
        text = path.read_bytes()
    except OSError:
        return "scenarios" in path.parts  # the loader will say why it cannot be read
    keys = {found[1] for found in _KEYS.finditer(text)}
    if {b"when", b"then"} <= keys:
        return True
    return "scenarios" in path.parts[:-1] and (bool(keys) or not text.strip())
