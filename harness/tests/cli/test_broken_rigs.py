"""A rig file with a mistake: ``check`` and ``doctor`` name it, and nobody sees a traceback."""

from pathlib import Path

import pytest

from harness.cli import main
from harness.files import carried

HEAD = "rig: lab\nclock: real\nnominal: 5 V\n"


@pytest.mark.parametrize("command", ["check", "doctor"])
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("network: {driver: relay, address: 'relay://lab'}", "relay needs doors as well"),
        ("network: {driver: gateway, address: 'gateway://eth1'}", "gateway://eth1,eth0"),
        ("network: {driver: tun, address: 'tun:lab'}", "wanted one like tun://lab"),
        ("carrier: {driver: carrier_api, address: 'https://sims.lab.example'}", "iccid and sims"),
        (
            "sim_card: {driver: sim_mux, address: /dev/ttyUSB5, slots: {'1': 1, '2': 1}}",
            "wanted different ones",
        ),
        ("modem: {driver: quectell, address: /dev/ttyUSB2}", "did you mean 'quectel'? Known: "),
        (
            "modem: {driver: rcdat, address: '10.0.0.7:23'}",
            "rcdat cannot play this role. Its drivers: at, fibocom, quectel, sierra, ",
        ),
        ("modem: {driver: telit, address: ttyUSB2}", "wanted a tty"),
        ("modem: {driver: telit, address: /dev/ttyUSB2, bauds: 9600}", "did you mean 'baud'? "),
        ("attenuator: {driver: scpi_attenuator, address: 'a:1', kind: jfw}", "weinschel"),
        (
            "bench: {wify: true}\nmodem: {driver: quectel, address: 'sim+pty://modem'}",
            "did you mean 'wifi'?",
        ),
        (
            "terminal: {driver: concert, address: /dev/ttyS0, currency: EURO}",
            "terminal: 'EURO' is no currency known here; wanted one of: CNY, ",
        ),
        ("terminal: {driver: zvt, address: 'a:1', currency: cny}", "'cny' is no currency"),
        ("terminal: {driver: nexo, address: 'a:1', currency: EURO}", "'EURO' is no currency"),
        ("terminal: {driver: concert, address: /dev/ttyS0, register: 120}", "wanted 1 to 99"),
        (
            "terminal: {driver: frames, address: /dev/ttyS0, profile: codpay}",
            "there is no such file; did you mean 'codepay'? Known: codepay, ",
        ),
        (
            "terminal: {driver: zvt, address: 'a:1', personality: countertopp}",
            "no personality 'countertopp'; did you mean 'countertop'? Known: countertop",
        ),
        (
            "console: {driver: console, address: /dev/ttyS0, personality: nope}",
            "no personality 'nope'. Known: countertop, signature, smart",
        ),
        (
            "reader: {driver: card_robot, address: /dev/ttyS0, flavour: grlb}",
            "wanted one of: grbl, marlin, words; did you mean 'grbl'?",
        ),
        ("hands: {driver: operator, address: 'operator://tty', parts: [papre]}", "no parts papre"),
    ],
)
def test_the_mistake_is_named_before_anything_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, line: str, said: str
) -> None:
    """What is wrong, what was wanted, and in which file."""
    path = tmp_path / "lab.yaml"
    path.write_text(f"{HEAD}{line}\n", encoding="utf-8")

    stories = [str(carried("scenarios", "reader", "mute_chip.yaml"))] if command == "check" else []

    status = main([command, *stories, "--rig", str(path)])

    assert status == 2
    told = capsys.readouterr().err
    assert said in told
    assert "lab.yaml:" in told
