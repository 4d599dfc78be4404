"""How a gateway's worker is started: here, by sudo, or by ssh, and never with surprises."""

import os
import stat
import sys
from pathlib import Path

import pytest

from harness.clock import ThreadClock
from harness.errors import BenchError, PortLost, RigError
from harness.ports.gateway import GatewayPort, ask_worker, command

WORK = [sys.executable, "-m", "harness.links.gateway_worker"]


def test_root_starts_it_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """This very Python, and an argument list."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    assert command("gateway://eth1,wlan0.5", "--list") == [*WORK, "eth1,wlan0.5", "--list"]


def test_others_ask_sudo_which_must_not_ask_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """``sudo -n`` fails rather than wait for a password."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    started = command("gateway://in0,out0?netns=lab-1")

    assert started == ["sudo", "-n", *WORK, "in0,out0", "--netns", "lab-1"]


@pytest.mark.parametrize(
    ("address", "target", "words"),
    [
        (
            "ssh://root@10.0.0.9/eth0,eth1",
            ["root@10.0.0.9"],
            "python3 -m harness.links.gateway_worker eth0,eth1",
        ),
        (
            "ssh://lab@gw-1:2222/eth0,eth1?python=/opt/h/bin/python&netns=a",
            ["-p", "2222", "lab@gw-1"],
            "sudo -n /opt/h/bin/python -m harness.links.gateway_worker eth0,eth1 --netns a",
        ),
    ],
)
def test_another_box_is_reached_by_ssh_which_never_asks(
    address: str, target: list[str], words: str
) -> None:
    """BatchMode, its own user, and one command line for the shell over there."""
    started = command(address)

    assert started[0] == "ssh"
    assert "BatchMode=yes" in started
    assert started[started.index("--") - len(target) :] == [*target, "--", words]


@pytest.mark.parametrize(
    "address",
    [
        "gateway://eth0",
        "gateway://eth0,",
        "gateway://-x,eth1",
        "gateway://eth0,eth1;reboot",
        "gateway://eth0,eth1?netns=a;reboot",
        "gateway://eth0,eth1?pythn=x",
        "ssh://lab@gw1/eth0,eth1?python=$(reboot)",
        "ssh://-oProxyCommand=reboot/eth0,eth1",
        "ssh://lab@gw1/eth0,eth1?netns=a%20b",
        "gateway://averyveryverylongname,eth1",
    ],
)
def test_what_is_no_name_is_no_address(address: str) -> None:
    """Nothing that a shell, or ssh, could take for something else gets that far."""
    with pytest.raises(RigError):
        command(address)
    with pytest.raises(RigError):
        GatewayPort(ThreadClock(), address)


def program(folder: Path, name: str, script: str) -> None:
    """A program of that name, first in PATH."""
    made = folder / name
    made.write_text(f"#!/bin/sh\n{script}\n")
    made.chmod(made.stat().st_mode | stat.S_IXUSR)


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("echo 'Permission denied (publickey).' >&2; exit 255", "Permission denied"),
        ('echo \'{"error": "there is no interface eth0"}\'; exit 1', "no interface eth0"),
        ("exit 0", "it says nothing"),
        ("echo Welcome to Debian; exit 0", "it says nothing"),
    ],
)
def test_a_box_that_does_not_work_is_told_in_its_own_words(
    script: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What ssh or the worker says last is the reason."""
    program(tmp_path, "ssh", script)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)

    with pytest.raises(PortLost, match=why):
        GatewayPort(ThreadClock(), "ssh://root@gw1/eth0,eth1").open()


def test_a_question_that_fails_is_an_error_of_the_bench(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Leftovers that could not be asked for are not no leftovers."""
    program(tmp_path, "ssh", "echo 'connection refused' >&2; exit 255")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)

    with pytest.raises(BenchError, match="connection refused"):
        list(ask_worker("ssh://root@gw1/eth0,eth1", "--list"))
