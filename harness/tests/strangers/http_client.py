"""A download client by somebody else: HTTP ranges at an update store.

Source: RFC 9110 (9.3.2 HEAD, 13.1.5 If-Range, 14 ranges, 15.5.17 416), RFC 9112 (framing).
Imports nothing of the harness. ``python http_client.py HOST:PORT PATH`` wants a file of some kB.
"""

import http.client
import socket
import sys
from collections.abc import Callable

Got = tuple[int, dict[str, str], bytes]


def ask(address: str, path: str, method: str = "GET", **headers: str) -> Got:
    """(status, headers by lower-case name, body)."""
    connection = http.client.HTTPConnection(address, timeout=5)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, headers=named)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


def whole(address: str, path: str) -> None:
    """GET tells length, validator and that it takes ranges; HEAD the same without a body."""
    status, headers, body = ask(address, path)
    assert (status, int(headers["content-length"])) == (200, len(body))
    assert headers.get("accept-ranges") == "bytes"
    assert "etag" in headers
    head = ask(address, path, "HEAD")
    assert (head[0], head[2]) == (200, b"")
    assert head[1]["content-length"] == headers["content-length"]


def parts(address: str, path: str) -> None:
    """206 with Content-Range for a range, its end, its last bytes."""
    body = ask(address, path)[2]
    size = len(body)
    for asked, first, last in (
        ("0-0", 0, 0), ("0-99", 0, 99), (f"{size - 1}-", size - 1, size - 1),
        (f"100-{size * 2}", 100, size - 1), ("-7", size - 7, size - 1), ("100-", 100, size - 1),
        (f"-{size * 2}", 0, size - 1),
    ):  # fmt: skip
        status, headers, got = ask(address, path, Range=f"bytes={asked}")
        assert status == 206, (asked, status)
        assert headers["content-range"] == f"bytes {first}-{last}/{size}", (asked, headers)
        assert got == body[first : last + 1], asked
        assert int(headers["content-length"]) == len(got)


def odd(address: str, path: str) -> None:
    """416 beyond the end, with its length; a range that is none is ignored; several may be."""
    size = len(ask(address, path)[2])
    status, headers, _ = ask(address, path, Range=f"bytes={size}-")
    assert (status, headers.get("content-range")) == (416, f"bytes */{size}"), (status, headers)
    assert ask(address, path, Range="bytes=-0")[0] == 416
    for wrong in ("bytes=9-1", "bytes=a-b", "items=0-1", "bytes"):
        assert ask(address, path, Range=wrong)[0] in (200, 400, 416), wrong
    assert ask(address, path, Range="bytes=0-1,5-6")[0] in (200, 206)
    assert ask(address, path, "HEAD", Range="bytes=0-1")[0] in (200, 206)


def unchanged(address: str, path: str) -> None:
    """If-Range: with the validator a part, with another one the whole file."""
    _, headers, body = ask(address, path)
    same = ask(address, path, Range="bytes=5-", If_Range=headers["etag"])
    assert (same[0], same[2]) == (206, body[5:])
    other = ask(address, path, Range="bytes=5-", If_Range='"somebody-else"')
    assert (other[0], other[2]) == (200, body)
    assert ask(address, path, Range="bytes=5-", If_Range=f"W/{headers['etag']}")[0] == 200
    assert ask(address, path, If_None_Match=headers["etag"])[0] in (200, 304)


def wrong(address: str, path: str) -> None:
    """404, a method that is not there (405 or 501), a request that is none (400)."""
    assert ask(address, path + "-not")[0] == 404
    assert ask(address, path, "DELETE")[0] in (403, 405, 501)
    for rubbish in (b"\x00\xff" * 100 + b"\r\n\r\n", b"GET\r\n\r\n", b"A" * 100_000 + b"\r\n\r\n"):
        host, _, port = address.rpartition(":")
        with socket.create_connection((host, int(port)), 5) as raw:
            raw.settimeout(5)
            try:
                raw.sendall(rubbish)
                got = raw.recv(100)
            except OSError:
                continue
            assert got == b"" or got.startswith(b"HTTP/1.1 4"), got
    assert ask(address, path)[0] == 200


def kept(address: str, path: str) -> None:
    """Two requests at once on one connection; HTTP/1.0 closes."""
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port)), 5) as raw:
        raw.settimeout(5)
        one = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nRange: bytes=0-9\r\n\r\n"
        last = one.replace("0-9", "10-19").replace("Range", "Connection: close\r\nRange")
        raw.sendall((one + last).encode())
        got = b""
        while chunk := raw.recv(65536):
            got += chunk
        assert got.count(b"HTTP/1.1 206") == 2, got
    with socket.create_connection((host, int(port)), 5) as raw:
        raw.settimeout(5)
        raw.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        got = b""
        while chunk := raw.recv(65536):
            got += chunk
        assert b" 200 " in got.split(b"\r\n")[0], got[:50]


TRIED: tuple[Callable[[str, str], None], ...] = (whole, parts, odd, unchanged, wrong, kept)


def main(address: str, path: str) -> int:
    """Try all; 1 when anything differs."""
    failed = 0
    for act in TRIED:
        try:
            act(address, path)
        except (AssertionError, OSError, KeyError, http.client.HTTPException) as error:
            failed = 1
            sys.stderr.write(f"{act.__name__}: {type(error).__name__}: {error}\n")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
