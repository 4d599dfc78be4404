"""A link's worker from outside: sockets in its namespaces, its TUN devices, its control."""

import json
import socket
import subprocess
from collections.abc import Mapping
from typing import Any, Self

from harness.errors import DeviceRefused, NotSupported, PortLost, PortTimeout
from harness.links.tun_worker import KINDS, abstract
from harness.ports.worker import PIECE, WORKERS, start, stop

ANSWER = 10.0  # s


def probe() -> str:
    """Why links of real packets cannot be had on this machine; ``""`` when they can."""
    try:
        with Tun(bare=True):
            return ""
    except (NotSupported, PortLost) as error:
        return str(error)


class Tun:
    """A worker of our own, in a ``with`` block; it ends with it, or with this process.

    Raises:
        NotSupported: This machine does not allow it.
    """

    def __init__(
        self, *, bare: bool = False, name: str = "", seed: str = "0", rto: float = 0.0
    ) -> None:
        """Nothing is started yet.

        Args:
            bare: It joins nothing; the TUN devices are taken by ``tuns``.
            name: Others may ``join`` it by this name.
            seed: All of its chance.
            rto: Before so many seconds the terminal's TCP sends nothing again; 0 for the kernel's
                own time.
        """
        self._arguments = ["--seed", seed, "--rto", str(rto), *["--bare"] * bare]
        self._arguments += ["--name", name] if name else []
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def __enter__(self) -> Self:
        if self._control is None:
            self._process, self._control = start(WORKERS["tun"], *self._arguments)
            self._control.settimeout(ANSWER)
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._control is not None:
            stop(self._process, self._control)
        elif self._control is not None:
            self._control.close()
        self._process = self._control = None

    @classmethod
    def join(cls, name: str) -> "Tun":
        """A second connection to somebody's worker; raises PortLost when there is none."""
        joined, control = cls(), socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        control.settimeout(ANSWER)
        try:
            control.connect(abstract(name))
            control.recv(PIECE)
        except OSError as error:
            control.close()
            raise PortLost(f"there is no link tun://{name} ({error.strerror})") from error
        joined._control = control
        return joined

    @property
    def pid(self) -> int:
        """Of the worker."""
        assert self._process is not None  # noqa: S101 - asked within the block
        return self._process.pid

    @property
    def control(self) -> socket.socket:
        """The controlling connection."""
        if self._control is None:
            raise PortLost("the link's worker is not running")
        return self._control

    def socket(self, end: str, kind: str = "tcp") -> socket.socket:
        """A socket in the namespace of ``terminal`` or ``host``; ``kind`` is tcp or udp."""
        _, descriptors = self.ask("socket", end=end, kind=kind)
        return socket.socket(socket.AF_INET, KINDS[kind], fileno=descriptors[0])

    def tuns(self) -> dict[str, int]:
        """The TUN devices, from a bare worker."""
        _, (terminal, host) = self.ask("tuns")
        return {"terminal": terminal, "host": host}

    def ask(self, word: str, **fields: Any) -> tuple[Mapping[str, Any], list[int]]:
        """A request; its answer and the descriptors that came with it. Events are skipped.

        Raises PortLost, PortTimeout, and DeviceRefused in the worker's own words.
        """
        try:
            self.control.send(json.dumps({"do": word, **fields}).encode() + b"\n")
            while True:
                seen, descriptors, _, _ = socket.recv_fds(self.control, PIECE * 2, 4)
                if not seen:
                    raise PortLost("the link's worker has ended")
                for line in seen.splitlines():
                    said = json.loads(line)
                    if "event" not in said:
                        return self._checked(word, said), descriptors
        except TimeoutError as error:
            raise PortTimeout(f"the link's worker does not answer {word}") from error
        except OSError as error:
            raise PortLost(f"the link's worker has ended ({error.strerror})") from error

    def _checked(self, word: str, said: Mapping[str, Any]) -> Mapping[str, Any]:
        if "error" in said:
            raise DeviceRefused(f"{word}: {said['error']}")
        return said
