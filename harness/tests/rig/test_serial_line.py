"""What a rig file says of a serial line: its data bits, parity and stop bits."""

from typing import Any

import pytest

from harness.clock import ThreadClock
from harness.model.rigfile import read_rig
from harness.model.words import WordError
from harness.rig.address import port_to


def read(line: object) -> tuple[Any, list[WordError]]:
    """A rig with a Concert terminal on such a line."""
    errors: list[WordError] = []
    device = {"driver": "concert", "address": "/dev/ttyX", "line": line}
    plain = {"rig": "x", "clock": "real", "nominal": "5 V", "terminal": device}
    return read_rig(plain, "x.yaml", errors), errors


def test_a_line_is_read_and_refused_by_what_there_is() -> None:
    """As terminals' menus write it."""
    rig, errors = read("7E1")
    assert not errors
    assert rig.devices["terminal"].line == "7E1"

    _, errors = read("9X1")
    assert "wanted one of: 8N1" in str(errors[0])


@pytest.mark.parametrize(
    ("line", "wanted"), [("7E1", (7, "E", 1)), ("8N2", (8, "N", 2)), (None, (8, "N", 1))]
)
def test_a_port_has_its_line(line: str | None, wanted: tuple[int, str, int]) -> None:
    """Data bits, parity, stop bits; 8N1 where nobody says."""
    port: Any = port_to("/dev/ttyX", ThreadClock(), baud=9600, line=line)

    assert (port._line.bytesize, port._line.parity, port._line.stopbits) == wanted
