"""A program at one end of a link: ``python -m harness.links.tun_run NAME [--end END] PROGRAM ...``.

For a terminal's own software, or a host's, that knows nothing of this harness: it runs in the
network namespace of that end (``terminal`` unless told) of the link ``tun://NAME`` while somebody
holds that link. Nothing but its network is another: files, also ``/etc/resolv.conf``, are the
machine's own; any address answers as a name server.
"""

import argparse
import os
import sys

from harness.errors import HarnessError
from harness.links.namespace import enter
from harness.links.tun import Tun


def main() -> None:
    """See the module text; ends with the program's status, or 3."""
    parser = argparse.ArgumentParser(prog="tun_run")
    parser.add_argument("name")
    parser.add_argument("--end", choices=("terminal", "host"), default="terminal")
    parser.add_argument("program", nargs=argparse.REMAINDER)
    asked = parser.parse_args()
    if not asked.program:
        parser.error("which program?")
    try:
        with Tun.join(asked.name) as tun:
            _, (user, network) = tun.ask("spaces", end=asked.end)
        enter(user, network)
        os.execvp(asked.program[0], asked.program)  # noqa: S606 - that is what it is for
    except (HarnessError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(3)


if __name__ == "__main__":
    main()
