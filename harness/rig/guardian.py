"""A process that outlives the run and switches the bench off in its stead.

``python -m harness.rig.guardian PID`` belongs to the run with that process id and reads its orders
from standard input, a pipe which the kernel closes when the run dies, however it dies. One JSON
object per line:

* ``{"guard": [instrument, ...], "state": dir, "locks": dir, "log": [file, ...], "deaf": s}`` - from
  now on these are in its care; it makes every connection ready but opens none (single-client
  instruments would hang), holds their wire locks and answers ``{"ready": true}`` or
  ``{"error": why}``.
* ``{"beat": 1}`` - the run is alive.
* ``{"safe": 1}`` - the run has verified OFF; answers ``{"released": true}``.

On the end of the pipe it waits until the run is really dead, so that its connections are closed,
and switches off. Without a beat for ``deaf`` seconds it kills the run first: a stopped process
holds its instruments and would write on when it is woken. It ignores what ends other processes, and
ends by itself when the run has gone and its duty is done.

Source: pidfd_open(2), pipe(7).
"""

import contextlib
import json
import os
import select
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness.clock import ThreadClock
from harness.errors import HarnessError
from harness.rig import off, state
from harness.rig.lock import WireLock

#: A guardian that was itself kept from running for so long cannot say how long the run was, s.
OVERSLEPT = 2.0
#: How long a run that closed its pipe may take to die by itself, s.
DYING = 5.0


class Guardian:
    """See the module text."""

    def __init__(self, run: int) -> None:
        """Guard for the process ``run``, which must be alive."""
        self._clock = ThreadClock()
        self._run = run
        self._alive = os.pidfd_open(run)
        self._buffer = b""
        self._lines: list[off.Line] = []
        self._wire: WireLock | None = None
        self._folder: Path | None = None
        self._logs: list[Path] = []
        self._told: list[str] = []
        self._heard = self._clock.now()
        self._deaf = 10.0

    def live(self) -> None:
        """Until the run has gone and all is off."""
        poll = select.poll()
        poll.register(0, select.POLLIN | select.POLLHUP)
        poll.register(self._alive, select.POLLIN)
        while True:
            left = self._heard + self._deaf - self._clock.now() if self._lines else self._deaf
            due = self._clock.now() + max(0.0, left)
            seen = dict(poll.poll(max(0, int(left * 1000) + 1)))
            if 0 in seen and self._read():  # first of all: beats may have piled up meanwhile
                continue
            if seen:
                return self._act("the run has ended")
            if self._clock.now() - due > OVERSLEPT:
                self._heard = self._clock.now()
            elif self._lines and self._clock.now() - self._heard >= self._deaf:
                return self._act(f"the run has been silent for {self._deaf:g} s")

    def _read(self) -> bool:
        """Take in orders; False at the end of the pipe."""
        part = os.read(0, 65536)
        if not part:
            return False
        self._heard = self._clock.now()
        *lines, self._buffer = (self._buffer + part).split(b"\n")
        for line in lines:
            self._obey(json.loads(line))
        return True

    def _obey(self, order: dict[str, Any]) -> None:
        if "guard" in order:
            try:
                self._guard(order)
            except HarnessError as error:
                self._release()
                self._answer(error=str(error))
            else:
                self._answer(ready=True)
        elif "safe" in order:
            self._release()
            self._answer(released=True)

    def _guard(self, order: dict[str, Any]) -> None:
        self._release()
        self._folder, self._deaf = Path(order["state"]), float(order["deaf"])
        self._logs = [Path(path) for path in order["log"]]
        devices = [state.Energised(**one) for one in order["guard"]]
        self._wire = WireLock([one.address for one in devices], Path(order["locks"]))
        self._wire.take()
        self._lines = off.ready(devices, self._clock)
        if any("::" in one.address for one in devices):
            _warm_visa()

    def _release(self) -> None:
        self._lines = []
        if self._wire is not None:
            self._wire.release()
            self._wire = None

    # --- the duty ---------------------------------------------------------------------------

    def _act(self, why: str) -> None:
        if not self._lines:
            return
        began = self._clock.now()
        self._end_the_run(why)
        self._say(f"{why}; process {self._run} is over {self._since(began)} later")
        failed = off.switch_off(
            self._lines, self._clock, lambda said: self._say(f"{said}, {self._since(began)}")
        )
        done = [
            one
            for one in (line.one for line in self._lines)
            if one.address not in failed or self._quarantined(one, failed[one.address])
        ]
        self._write_logs()
        for one in done:  # last of all: who waits for this may look at all the rest
            with contextlib.suppress(HarnessError):
                state.end(one.address, self._folder)
        self._release()

    def _quarantined(self, one: state.Energised, why: str) -> bool:
        """Whether that is on the disk; otherwise the journal stays, and says as much."""
        said = f"the run died and OFF was not verified: {why}"
        try:
            state.quarantine(one.address, said, rig=one.rig, folder=self._folder)
        except HarnessError as error:
            self._say(f"{one.address} belongs in quarantine, but {error}")
            return False
        self._say(f"{one.address} is in quarantine")
        return True

    def _end_the_run(self, why: str) -> None:
        """Return when it is dead, and with it its connections."""
        gone = select.poll()
        gone.register(self._alive, select.POLLIN)
        if "silent" not in why and gone.poll(int(DYING * 1000)):
            return
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._alive, signal.SIGKILL)
        gone.poll()

    def _since(self, began: float) -> str:
        return f"{(self._clock.now() - began) * 1000:.0f} ms"

    # --- what it says -----------------------------------------------------------------------

    def _answer(self, **said: Any) -> None:
        with contextlib.suppress(OSError):
            os.write(1, json.dumps(said).encode() + b"\n")

    def _say(self, said: str) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._told.append(f"{now} guardian {os.getpid()} of {self._run}: {said}\n")

    def _write_logs(self) -> None:
        """After the deed: a full disk must not delay it."""
        for path in self._logs:
            with contextlib.suppress(OSError), path.open("a", encoding="utf-8") as file:
                file.writelines(self._told)


def _warm_visa() -> None:
    """What pyvisa imports and looks up at its first use takes longer than everything else here."""
    with contextlib.suppress(Exception):
        import pyvisa
        import pyvisa_py.tcpip

        _ = pyvisa_py.tcpip
        pyvisa.ResourceManager("@py")


def main() -> None:
    """Guard the process named on the command line."""
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(one, signal.SIG_IGN)
    run = int(sys.argv[1])
    if os.getppid() != run:
        return  # it has died meanwhile; nothing was energised without us
    Guardian(run).live()


if __name__ == "__main__":
    main()
