"""A smart terminal and its adb on real TCP ports, with a cardholder, for a real adb to connect to.

Run as a program it prints two ports, the daemon's and that of a simulated adb server, and runs
until its standard input is closed.
"""

import os
import sys

from harness.clock import CooperativeClock
from harness.ports.served import serve_tcp
from harness.tests.sim.android.smart import Smart


def main() -> None:
    """Serve until standard input closes."""
    clock = CooperativeClock(wall=True)

    def live() -> None:
        bench = Smart(clock).bench
        ports = [serve_tcp(clock, bench.outlet(name))[1] for name in ("terminal/adb", "adb")]
        sys.stdout.write(f"{ports[0]} {ports[1]}\n")
        sys.stdout.flush()
        over = clock.signal("the end of standard input")
        closed: list[bool] = []

        def at_end() -> None:
            if not os.read(0, 4096):
                clock.unlisten(0)
                closed.append(True)
                over.notify()

        clock.listen(0, at_end)
        over.wait_for(lambda: bool(closed))
        bench.close()

    clock.run(live)


if __name__ == "__main__":
    main()
