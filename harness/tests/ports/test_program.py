"""The program port: one known program, its arguments as they are, and no shell."""

from pathlib import Path

import pytest

from harness.clock import ThreadClock
from harness.errors import PortLost, PortTimeout, RigError
from harness.model.address import way_to
from harness.ports import program
from harness.ports.program import ProgramPort
from harness.rig.address import port_to


def written(folder: Path, text: str) -> None:
    """A program of this name that is run instead."""
    path = folder / "uhubctl"
    path.write_text(text)
    path.chmod(0o755)


def test_its_address_leads_to_it() -> None:
    """As a rig file spells it."""
    assert way_to("program://uhubctl") == "program"
    assert isinstance(port_to("program://uhubctl", ThreadClock()), ProgramPort)


def test_arguments_are_no_shells_business(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blanks, quotes and semicolons arrive as they are; the code and the errors come back."""
    written(tmp_path, '#!/bin/sh\nprintf "<%s>" "$@"\necho wrong >&2\nexit 3\n')
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    port = ProgramPort(ThreadClock(), "program://uhubctl")
    port.open()
    port.write(b"-l\0a; b $HOME 'c'\0")
    chunk = port.read(0)
    assert chunk is not None
    assert chunk.data == b"<-l><a; b $HOME 'c'>\x003\x00wrong\n"


def test_no_other_program_is_run_whatever_a_rig_file_says() -> None:
    """It is no way to start something."""
    with pytest.raises(RigError, match="uhubctl only"):
        ProgramPort(ThreadClock(), "program://sh")


def test_a_program_that_is_not_there_hangs_or_was_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is an error of the bench."""
    monkeypatch.setenv("PATH", str(tmp_path))
    port = ProgramPort(ThreadClock(), "program://uhubctl")
    with pytest.raises(PortLost, match="not installed"):
        port.open()
    with pytest.raises(PortLost, match="not open"):
        port.write(b"-h\0")
    path = tmp_path / "uhubctl"
    path.write_text("#!/bin/sh\nwhile :; do :; done\n")
    path.chmod(0o755)
    monkeypatch.setattr(program, "WITHIN", 0.2)
    port.open()
    with pytest.raises(PortTimeout, match="not done"):
        port.write(b"-h\0")
