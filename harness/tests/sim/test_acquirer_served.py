"""The acquirer on a real socket, at which the standard library's own TLS client knocks."""

import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from harness.sim.served import ServedBench
from harness.wire.iso8583 import Message, frame, unframe
from harness.wire.subfields import Kind

PATIENCE = 30.0  # s
HOST = "host.hil.test"


class Client:
    """Somebody who knows nothing of us but two addresses."""

    def __init__(self, host: str, control: str, second: str) -> None:
        self.address = self._split(host)
        self.second = self._split(second)
        self.control = socket.create_connection(self._split(control), PATIENCE)
        self.lines = self.control.makefile("r")

    @staticmethod
    def _split(address: str) -> tuple[str, int]:
        name, _, port = address.rpartition(":")
        return name, int(port)

    def ask(self, **request: Any) -> dict[str, Any]:
        """An answer of the control connection."""
        self.control.sendall(json.dumps(request).encode() + b"\n")
        while True:
            said: dict[str, Any] = json.loads(self.lines.readline())
            if "event" not in said:
                return said

    def connect(self, **how: Any) -> ssl.SSLSocket:
        """By a context that verifies everything."""
        context = ssl.create_default_context(cadata=self.ask(do="authority")["pem"])
        for name, value in how.items():
            setattr(context, name, value)
        plain = socket.create_connection(self.address, PATIENCE)
        try:
            return context.wrap_socket(plain, server_hostname=HOST)
        except OSError:
            plain.close()
            raise


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """At a bench that is served."""
    served = ("sim+tcp://host", "sim+tcp://host/tls", "sim+tcp://host2/iso8583")
    with ServedBench({"terminal": None}, served, seed=1) as bench:
        one = Client(*(bench.addresses[served[at]] for at in (1, 0, 2)))
        with closing(one.control), closing(one.lines):
            yield one


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_client_that_verifies_accepts_the_good_certificate(
    client: Client, newest: ssl.TLSVersion
) -> None:
    """And both versions of the protocol are spoken."""
    with client.connect(maximum_version=newest) as secure:
        assert secure.version() == newest.name.replace("TLSv1_", "TLSv1.")
        assert client.ask(do="state")["connections"] >= 1


@pytest.mark.parametrize(
    ("kind", "code"),
    [("expired", 10), ("not_yet_valid", 9), ("unknown_ca", 20), ("wrong_name", 62)],
)
def test_a_client_that_verifies_refuses_each_bad_one_by_its_code(
    client: Client, kind: str, code: int
) -> None:
    """OpenSSL's own codes (x509_vfy.h), by the machine's clock; afterwards the host is well."""
    client.ask(do="certificate", kind=kind)
    try:
        with pytest.raises(ssl.SSLCertVerificationError) as caught:
            client.connect()
        assert caught.value.verify_code == code
    finally:
        client.ask(do="certificate", kind="good")
    client.connect().close()


def test_clients_that_leave_anywhere_in_the_handshake_are_survived(client: Client) -> None:
    """A port scan, half a hello, a hello and a reset: the next one is served."""
    hello = bytes.fromhex("16030100c8010000c40303") + bytes(60)
    for words in (b"", b"GET / HTTP/1.1\r\n\r\n", hello, hello[:7]):
        plain = socket.create_connection(client.address, PATIENCE)
        plain.sendall(words)
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        plain.close()

    client.connect().close()


def test_a_host_that_has_moved_lets_nobody_in(client: Client) -> None:
    """A real listener cannot be silent: it resets."""
    for state in ("closed", "silent"):
        client.ask(do="door", state=state)
        try:
            with pytest.raises((ConnectionError, ssl.SSLError)):
                client.connect()
        finally:
            client.ask(do="door", state="open")
    client.connect().close()


def test_a_reset_is_one_on_a_real_socket(client: Client) -> None:
    """Half a frame arrives, then ECONNRESET, not an end; the next connection is served."""
    fields = {11: "000001", 41: "HIL00001", 42: "9" * 15, 60: Kind("00", 1, "301").text}
    echo = frame(Message("0820", fields))
    assert client.ask(do="misbehave", act="reset", on="0820", times=1)["ok"]
    with socket.create_connection(client.second, PATIENCE) as line:
        line.sendall(echo)
        half = line.recv(4096)
        assert 10 < len(half) < 2 + int.from_bytes(half[:2], "big")
        with pytest.raises(ConnectionResetError):
            line.recv(4096)
    with socket.create_connection(client.second, PATIENCE) as line:
        line.sendall(echo)
        assert unframe(line.recv(4096)[2:]).get(39) == "00"
