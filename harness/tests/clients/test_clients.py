"""Clients that others wrote and many use, at our simulated devices: two ends by two hands.

They come with the extra ``dev``; where one is missing its test is skipped.
"""

import os
import pty
import select
import socket
import threading
import tty
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from harness.tests.patience import LIMIT, soon
from harness.tests.strangers.test_strangers import COMMAND, plain, started

CARD_IN, CARD_OUT = bytes.fromhex("A00301A4"), bytes.fromhex("A00300A3")  # relay 3, of LCUS boards


@contextmanager
def switched_on(*words: str) -> Iterator[dict[str, str]]:
    """A simulated bench whose terminal has its power and is ready to sell."""
    with started(*COMMAND, "simulate", *words, "--json") as (_, addresses), ExitStack() as held:
        host, _, port = plain(addresses["supply"]).rpartition(":")
        supply = held.enter_context(socket.create_connection((host, int(port)), LIMIT))
        console = addresses.get("terminal/console")
        log = os.open(console, os.O_RDWR | os.O_NOCTTY) if console else None
        supply.sendall(b"*RST;:VOLT 5,(@2);:CURR 3,(@2);:OUTP ON,(@2)\n*OPC?\n")
        assert supply.recv(100)
        if log is not None:
            held.callback(os.close, log)
            heard = bytearray()

            def is_ready() -> bool:
                if select.select([log], [], [], 0.5)[0]:
                    heard.extend(os.read(log, 4096))
                return b"state=ready" in heard

            soon(is_ready, 3 * LIMIT)
        yield addresses


@contextmanager
def as_tty(address: str) -> Iterator[str]:
    """A TCP line as a tty: for who knows serial lines alone."""
    ours, theirs = pty.openpty()
    tty.setraw(ours)
    tty.setraw(theirs)
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port)), LIMIT) as line:

        def pass_on() -> None:
            while True:
                ready, _, _ = select.select([ours, line.fileno()], [], [])
                if ours in ready:
                    line.sendall(os.read(ours, 4096))
                if line.fileno() in ready:
                    octets = line.recv(4096)
                    if not octets:
                        return
                    os.write(ours, octets)

        between = threading.Thread(target=pass_on)
        between.start()
        try:
            yield os.ttyname(theirs)
        finally:
            line.shutdown(socket.SHUT_RDWR)
            between.join(LIMIT)
            os.close(theirs)
            os.close(ours)


def present(reader: str, seconds: float) -> None:
    """Put the card in for a while."""
    board = os.open(reader, os.O_RDWR | os.O_NOCTTY)
    try:
        os.write(board, CARD_IN)
        threading.Event().wait(seconds)
        os.write(board, CARD_OUT)
    finally:
        os.close(board)


def test_a_modem_program_finds_a_modem() -> None:
    """python-gsmmodem: what it asks at first, coverage, a balance by USSD, short messages."""
    gsm = pytest.importorskip("gsmmodem.modem")
    with started(*COMMAND, "simulate", "modem", "--terminal", "none", "--json") as (_, addresses):
        modem: Any = gsm.GsmModem(addresses["modem"], 115200)
        modem.connect(waitingForModemToStartInSeconds=LIMIT)
        try:
            told = (modem.manufacturer, modem.imsi, modem.waitForNetworkCoverage(LIMIT) > 0)
            balance = modem.sendUssd("*101#", LIMIT).message
            encodings = modem.smsSupportedEncoding
            modem.smsTextMode = False
            sent = modem.sendSms("+4915112345", "Guthaben € übrig?", waitForDeliveryReport=False)
            stored = modem.listStoredSms()
        finally:
            modem.close()

    assert told == ("Quectel", "001010123456789", True)
    assert "plan" in balance
    assert encodings == ["GSM", "IRA", "UCS2"]
    assert sent.reference > 0
    assert stored == []


def test_a_telium_register_finds_a_terminal() -> None:
    """pyTeliumManager: a payment in Concert's full-sized frame."""
    telium = pytest.importorskip("telium")
    with switched_on() as addresses, as_tty(addresses["terminal/concert"]) as line:
        register: Any = telium.Telium(line, timeout=5)  # its own second is short on a busy machine
        payment = telium.TeliumAsk(
            "1", telium.TERMINAL_ANSWER_SET_FULLSIZED, telium.TERMINAL_MODE_PAYMENT_DEBIT,
            telium.TERMINAL_TYPE_PAYMENT_CARD, "156",
            telium.TERMINAL_REQUEST_ANSWER_WAIT_FOR_TRANSACTION,
            telium.TERMINAL_FORCE_AUTHORIZATION_DISABLE, 12.50,
        )  # fmt: skip
        assert register.ask(payment)
        hand = threading.Thread(target=present, args=(addresses["reader"], 6.0))
        hand.start()
        answer = register.verify(payment)
        hand.join()
        register.close()

    assert (answer.has_succeeded, answer.amount, answer.transaction_result) == (True, 12.5, 0)
    assert answer.card_id.split() == ["999999******0014"]


def test_adb_programs_find_a_terminal(tmp_path: Path) -> None:
    """By the server (pure-python-adb) and without one (adb-shell): shell, files, log, display."""
    adb = pytest.importorskip("ppadb.client")
    device_of = pytest.importorskip("adb_shell.adb_device")
    (tmp_path / "there").write_bytes(b"hello\n" * 50_000)
    with switched_on("--terminal", "smart") as addresses:
        host, _, port = addresses["adb"].rpartition(":")
        client: Any = adb.Client(host=host, port=int(port))
        by_server = client.devices()[0]
        version, model = client.version(), by_server.shell("getprop ro.product.model").strip()
        by_server.push(str(tmp_path / "there"), "/data/local/tmp/file")
        by_server.pull("/data/local/tmp/file", str(tmp_path / "back"))
        pictures = [bytes(by_server.screencap())]

        host, _, port = addresses["terminal/adb"].rpartition(":")
        direct: Any = device_of.AdbDeviceTcp(host, int(port), default_transport_timeout_s=LIMIT)
        assert direct.connect(rsa_keys=[own_key(tmp_path)], auth_timeout_s=LIMIT)
        size = direct.shell("wm size")
        direct.push(str(tmp_path / "there"), "/data/local/tmp/another")  # waits for the CLSE of ...
        direct.pull("/data/local/tmp/another", str(tmp_path / "again"))  # ... the daemon's own
        log = "".join(direct.streaming_shell("logcat -d"))
        pictures.append(direct.exec_out("screencap -p", decode=False))
        direct.close()

    assert (version, model, size) == (41, "HIL-SM300", "Physical size: 720x1280\n")
    for name in ("back", "again"):
        assert (tmp_path / name).read_bytes() == (tmp_path / "there").read_bytes()
    assert "boot: HIL-SM300" in log
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)


def own_key(folder: Path) -> Any:
    """A computer's own key, as adb makes one."""
    keys = pytest.importorskip("adb_shell.auth.keygen")
    signers = pytest.importorskip("adb_shell.auth.sign_pythonrsa")
    keys.keygen(str(folder / "key"))
    return signers.PythonRSASigner.FromRSAKeyPath(str(folder / "key"))
