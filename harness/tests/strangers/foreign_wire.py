"""The host line of a terminal by somebody else: which answer is its own, and which is nobody's.

Source: Q/CUP 009.1 (frame, MAC, what an answer repeats of its request). Imports nothing of the
harness.
"""

import socket
from collections.abc import Mapping
from time import monotonic  # noqa: TID251 - knows no clock of ours

from iso8583_client import Line, Reply, build, parse, seal  # type: ignore[import-not-found]

Fields = dict[int, str | bytes]
#: Fields that an answer repeats: trace number, terminal, amount.
SAME = (11, 41, 42, 4)


class BadMac(Exception):
    """An answer that would be ours, without a MAC or under another key."""


class Wire(Line):  # type: ignore[misc]
    """One connection; waits ``within`` s for an answer."""

    def __init__(self, address: str, within: float, *, trusts: bool) -> None:
        super().__init__(address)
        self.within, self.trusts = within, trusts
        self.kept, self.until = b"", 0.0

    def receive(self) -> bytes:
        """The inside of the next frame, whatever stands behind it; OSError when none comes."""
        while len(self.kept) < 2 or len(self.kept) < 2 + int.from_bytes(self.kept[:2], "big"):
            self.socket.settimeout(max(0.01, self.until - monotonic()))
            got = self.socket.recv(4096)
            if not got:
                raise ConnectionError("the host hung up")
            self.kept += got
        size = 2 + int.from_bytes(self.kept[:2], "big")
        frame, self.kept = self.kept[:size], self.kept[size:]
        return frame[2:]

    def ask(self, frame: bytes, *, in_pieces: int = 0) -> Reply:
        """The answer that is ours; others are passed over. Raises OSError, BadMac."""
        self.until = monotonic() + self.within
        mti, asked = parse(frame[13:])
        self.socket.sendall(frame)
        while True:
            inside = self.receive()
            try:
                got_mti, got = parse(inside[11:])
            except (AssertionError, KeyError, ValueError, IndexError):
                continue  # noise
            meant = got_mti == f"{int(mti) + 10:04d}"
            if not meant or any(got.get(n) != asked[n] for n in SAME if n in asked and n in got):
                continue
            if 64 in asked and not self.trusts:
                self.check(inside, got)
            return got_mti, got

    def check(self, inside: bytes, got: Mapping[int, str | bytes]) -> None:
        """Raises BadMac. A host that has lost our key says A0 under none."""
        if 64 not in got:
            if got.get(39) == "A0":
                return
            raise BadMac
        if seal(self.mak, inside[11:-8]) != inside[-8:]:
            raise BadMac

    def money(self, mti: str, fields: Fields) -> Fields:
        """Ask under a MAC."""
        _, got = self.ask(build(mti, fields, self.mak))
        answer: Fields = got
        return answer

    def echo(self, stan: int) -> None:
        """Is anybody there? (0820, 60.3 = 301)."""
        asked = {11: f"{stan:06d}", 41: "HIL00001", 42: "9" * 15, 60: f"00{self.batch:06d}301"}
        self.ask(build("0820", asked))

    def closed(self) -> bool:
        """Whether the other end has hung up while nobody asked anything."""
        try:
            self.socket.settimeout(0)
            return not self.socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True
