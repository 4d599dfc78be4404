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


def test_an_adb_program_finds_a_terminal(tmp_path: Path) -> None:
    """pure-python-adb: devices, shell, files there and back, a picture of the display."""
    adb = pytest.importorskip("ppadb.client")
    (tmp_path / "there").write_bytes(b"hello\n" * 50_000)
    with switched_on("--terminal", "smart") as addresses:
        host, _, port = addresses["adb"].rpartition(":")
        client: Any = adb.Client(host=host, port=int(port))
        device = client.devices()[0]
        told = (client.version(), device.shell("getprop ro.product.model").strip())
        device.push(str(tmp_path / "there"), "/data/local/tmp/file")
        device.pull("/data/local/tmp/file", str(tmp_path / "back"))
        picture = bytes(device.screencap())

    assert told == (41, "HIL-SM300")
    assert (tmp_path / "back").read_bytes() == (tmp_path / "there").read_bytes()
    assert picture.startswith(b"\x89PNG")
