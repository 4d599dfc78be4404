"""The power strip by HTTP: requests as the makers document them, and real servers on loopback."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest

from harness.clock import ThreadClock
from harness.drivers._http_digest import answer_to
from harness.drivers.pdu_http import Driver
from harness.errors import BenchError, DeviceRefused, Garbled, PortLost, PortTimeout, RigError
from harness.model.power import Switch
from harness.model.roles import SafeState, plays
from harness.ports.tcp import TcpPort
from harness.testing import replay


def test_it_is_a_switch_in_the_mains() -> None:
    """Presets for the adapter look for that."""
    assert plays(Driver, Switch)
    assert plays(Driver, SafeState)
    assert Driver.switching.feeds == "mains"


class Strip(BaseHTTPRequestHandler):
    """Four outlets, in four makers' languages; HTTP/1.0 or 1.1 by its subclass."""

    outlets: dict[int, bool]
    wanted = ""
    stuck = False

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Say nothing."""

    def do_GET(self) -> None:
        """Switch or tell."""
        if self.wanted and self.headers.get("Authorization") != self.wanted:
            self._answer(401, {})
            return
        place = urlparse(self.path)
        asked = {key: value[0] for key, value in parse_qs(place.query).items()}
        self._answer(*self._act(place.path, asked))

    def do_POST(self) -> None:
        """NETIO's way."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        for one in body["Outputs"]:
            self._turn(one["ID"], bool(one["Action"]))
        self._answer(*self._act("/netio.json", {}))

    def _turn(self, n: int, on: bool) -> None:
        if not self.stuck:
            self.outlets[n] = on

    def _act(self, path: str, asked: dict[str, str]) -> tuple[int, Any]:
        if path == "/netio.json":
            rows = [{"ID": n, "State": int(on), "Action": 6} for n, on in self.outlets.items()]
            return 200, {"Agent": {"Model": "NETIO 4All"}, "Outputs": rows}
        if path.startswith("/rpc/Switch."):
            n, was = int(asked["id"]) + 1, self.outlets.get(int(asked["id"]) + 1)
            if was is None:
                return 500, {"code": -105, "message": "Argument 'id', value 9 not found!"}
            if path.endswith("Set"):
                self._turn(n, asked["on"] == "true")
                return 200, {"was_on": was}
            return 200, {"id": n - 1, "source": "init", "output": self.outlets[n]}
        if path.startswith("/relay/"):
            n = int(path.removeprefix("/relay/")) + 1
            if "turn" in asked:
                self._turn(n, asked["turn"] == "on")
            return 200, {"ison": self.outlets[n], "has_timer": False}
        return self._command(asked["cmnd"]) if path == "/cm" else (404, {})

    def _command(self, said: str) -> tuple[int, Any]:
        word, _, what = said.partition(" ")
        n = int(word.removeprefix("Power"))
        if what:
            self._turn(n, what == "On")
        return 200, {f"POWER{n}": "ON" if self.outlets[n] else "OFF"}

    def _answer(self, status: int, body: Any) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if self.protocol_version == "HTTP/1.1":
            self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


@contextmanager
def served(of: type[Strip] = Strip, **character: Any) -> Iterator[tuple[str, dict[int, bool]]]:
    """A strip on loopback: its address and outlets."""
    outlets = dict.fromkeys(range(1, 5), False)
    kind = type("Kind", (of,), {"outlets": outlets, **character})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}", outlets
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def port_to(address: str) -> TcpPort:
    """An open port."""
    port = TcpPort(ThreadClock(), address)
    port.open()
    return port


@pytest.mark.parametrize("version", ["HTTP/1.0", "HTTP/1.1"])
@pytest.mark.parametrize("kind", ["netio", "shelly", "shelly1", "tasmota"])
def test_an_outlet_of_each_kind_is_switched_and_read_back(kind: Any, version: str) -> None:
    """Outlet 3, and no other; also where the server ends its answers by closing."""
    with served(protocol_version=version) as (address, outlets):
        switch = Driver(port_to(address), kind=kind, outlet=3)
        assert not switch.closed()
        switch.set_closed(closed=True)
        assert outlets == {1: False, 2: False, 3: True, 4: False}
        assert switch.closed()
        switch.make_safe()
        assert not any(outlets.values())


@pytest.mark.parametrize("kind", ["netio", "shelly", "shelly1", "tasmota"])
def test_an_outlet_that_does_not_follow_is_not_called_off(kind: Any) -> None:
    """It answers well and switches nothing."""
    with served(stuck=True) as (address, outlets):
        outlets[1] = True
        with pytest.raises(BenchError, match="could not be opened"):
            Driver(port_to(address), kind=kind).make_safe()


def test_a_user_is_named_and_its_password_is_not_in_the_rig_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Basic authentication; without it the strip's refusal is told."""
    monkeypatch.setenv("STRIP_PASSWORD", "s3cret")
    wanted = "Basic " + base64.b64encode(b"bench:s3cret").decode()
    with served(wanted=wanted) as (address, _):
        secret = {"user": "bench", "password_env": "STRIP_PASSWORD"}
        assert not Driver(port_to(address), kind="tasmota", **secret).closed()  # type: ignore[arg-type]
        with pytest.raises(DeviceRefused, match="status 401"):
            Driver(port_to(address), kind="tasmota").closed()
        with pytest.raises(RigError, match="NOT_SET"):
            Driver(port_to(address), kind="tasmota", user="bench", password_env="NOT_SET")


class Guarded(Strip):
    """A Shelly of the second generation with a password: RFC 7616, SHA-256."""

    seen: list[str]
    CHALLENGE = 'Digest qop="auth", realm="shellyplus1-a8", nonce="60dc2c14", algorithm=SHA-256'

    def do_GET(self) -> None:
        """Look at the proof first."""
        said = self.headers.get("Authorization", "")
        self.seen.append(said)
        parts = dict(one.split("=", 1) for one in said.removeprefix("Digest ").split(", ") if one)
        own = parts.get("cnonce", "").strip('"')
        who = sha256(b"admin:shellyplus1-a8:s3cret").hexdigest()
        what = sha256(f"GET:{self.path}".encode()).hexdigest()
        proof = sha256(f"{who}:60dc2c14:00000001:{own}:auth:{what}".encode()).hexdigest()
        if own and parts["response"] == f'"{proof}"' and parts["uri"] == f'"{self.path}"':
            self.wanted = said
            super().do_GET()
            return
        self.send_response(401)
        self.send_header("WWW-Authenticate", self.CHALLENGE)
        self.end_headers()


def test_a_password_is_proved_and_never_sent_where_that_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A challenge, and the same request with its answer; a wrong password is a refusal."""
    monkeypatch.setenv("STRIP_PASSWORD", "s3cret")
    seen: list[str] = []
    kind = type("Guard", (Guarded,), {"seen": seen})
    with served(kind) as (address, outlets):
        switch = Driver(
            port_to(address), kind="shelly", user="admin", password_env="STRIP_PASSWORD"
        )
        switch.set_closed(closed=True)
        assert outlets[1]
        assert switch.closed()
        monkeypatch.setenv("STRIP_PASSWORD", "wrong")
        with pytest.raises(DeviceRefused, match="status 401"):
            Driver(
                port_to(address), kind="shelly", user="admin", password_env="STRIP_PASSWORD"
            ).closed()
    assert not any("Basic" in one or "s3cret" in one for one in seen)


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_proof_is_that_of_the_standards_example(algorithm: str, response: str) -> None:
    """RFC 7616, 3.9.1."""
    said = answer_to(
        f'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={algorithm}, '
        'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
        'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
        user="Mufasa", password="Circle of Life", method="GET", target="/dir/index.html",
        nonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    )  # fmt: skip

    assert said is not None
    assert f'response="{response}"' in said
    assert 'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"' in said


@pytest.mark.parametrize(
    "challenge",
    [
        'Digest realm="x", nonce="1", algorithm=SHA-512-256',
        'Digest realm="x", nonce="1", qop="auth-int"',
        'Digest nonce="1"',
    ],
)
def test_a_challenge_that_is_not_known_is_not_answered(challenge: str) -> None:
    """Its refusal is told then."""
    asked = {"user": "u", "password": "p", "method": "GET", "target": "/", "nonce": "1"}

    assert answer_to(challenge, **asked) is None


def test_an_outlet_that_is_not_there_is_told_in_the_strips_words() -> None:
    """By status, or by what is missing in its answer."""
    with served() as (address, _):
        with pytest.raises(DeviceRefused, match="not found"):
            Driver(port_to(address), kind="shelly", outlet=9).closed()
        with pytest.raises(Garbled, match="outlet 9"):
            Driver(port_to(address), kind="netio", outlet=9).closed()


ASKED = b"GET /relay/0 HTTP/1.1\r\nHost: replay\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (None, PortTimeout),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{", PortTimeout),
        (b"220 mail.example ESMTP\r\n\r\n", Garbled),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nnull", Garbled),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n{'ison': \"on\"}", Garbled),
        (b'HTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\n{"ison": "off"}', Garbled),
        (PortLost("reset"), PortLost),
    ],
)
def test_what_is_no_answer_is_no_state(answer: Any, error: type[BenchError]) -> None:
    """Silence, half an answer, another protocol, another document."""
    with (
        replay(partial(Driver, kind="shelly1"), [(ASKED, answer)]) as switch,
        pytest.raises(error),
    ):
        switch.closed()
