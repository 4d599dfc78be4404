"""Card scripts in a real PC/SC stack: pcscd and vpcd in namespaces of their own. Run by itself.

Says one JSON object: story -> what came of it. vpcd listens on all addresses, so that there is
nothing but a loopback here; pcscd's socket has a fixed place, so that /run/pcscd is one of ours.
"""

import contextlib
import fcntl
import importlib.util
import json
import random
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from harness.clock import Clock, ThreadClock
from harness.drivers.pcsc import Driver
from harness.errors import BenchError, Garbled, PortLost
from harness.ports.pcsc import PcscPort
from harness.ports.tcp import TcpPort
from harness.sim.card import Chip, read_deck
from harness.sim.vpcd import VirtualCard
from harness.wire import emv

READER, VPCD = "pcsc://Virtual PCD 00 00", "127.0.0.1:35963"
AID = bytes.fromhex("F000000001")
WITHIN = 20.0  # s
UP = struct.pack("16sh", b"lo", 0x49)  # IFF_UP, IFF_LOOPBACK, IFF_RUNNING


def why_not() -> str:
    """What this needs and is not here, or ``""``."""
    missing = [one for one in ("pcscd", "unshare", "mount") if not shutil.which(one)]
    if not list(Path("/usr/lib/pcsc/drivers/serial").glob("libifdvpcd*")):
        missing.append("vsmartcard-vpcd")
    if importlib.util.find_spec("smartcard") is None:
        missing.append("pyscard")
    allowed = subprocess.run(["unshare", "-n", "-m", "true"], capture_output=True).returncode == 0
    return f"needs {', '.join(missing)}" if missing else "" if allowed else "needs root"


@contextlib.contextmanager
def stack() -> Iterator[None]:
    """A loopback, and pcscd with its virtual readers; both gone afterwards."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        fcntl.ioctl(one, 0x8914, UP)  # SIOCSIFFLAGS
    place = Path("/run/pcscd")
    place.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "none", str(place)], check=True)
    daemon = subprocess.Popen(
        ["pcscd", "--foreground"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        daemon.kill()
        daemon.wait()


class Lab:
    """One driver, and cards that come and go."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.deck = read_deck(random.Random(1))

    def until(self, true: Callable[[], bool]) -> None:
        """Wait for what the stack does in its own time."""
        end = self._clock.now() + WITHIN
        while not true():
            if self._clock.now() > end:
                raise TimeoutError(true)
            self._clock.sleep(0.05)

    def ready(self) -> None:
        """The stack is up."""
        port = PcscPort(self._clock, READER)

        def seen() -> bool:
            with contextlib.suppress(PortLost):
                return not port.look()[0]
            return False

        self.until(seen)

    @contextlib.contextmanager
    def card(
        self, chip: Chip, *, pull_at: int | None = None, seen: bool = True, deadline: float = 5.0
    ) -> Iterator[tuple[Driver, VirtualCard]]:
        """A card in the reader, for as long as the block lasts."""
        card = VirtualCard(self._clock, TcpPort(self._clock, VPCD), chip, pull_at=pull_at)
        task = self._clock.spawn("card", card.run)
        port = PcscPort(self._clock, READER)
        if seen:
            self.until(lambda: port.look()[0])
        try:
            yield Driver(port, deadline=deadline), card
        finally:
            task.kill()
            task.join(self._clock.now() + WITHIN)
            self.until(lambda: not port.look()[0])

    def told(self, act: Callable[[], object]) -> str:
        """What came of it, or the name of its error."""
        try:
            said = act()
        except BenchError as error:
            return type(error).__name__
        return said.hex() if isinstance(said, bytes) else str(said)

    # --- the stories ----------------------------------------------------------------------------

    def good(self) -> list[str]:
        """A card sells as far as its first record."""
        chip = self.deck["chip"].chip
        assert chip is not None
        with self.card(chip) as (driver, _):
            atr = driver.atr().historical.decode()
            driver.select(AID)
            options = driver.transmit(emv.get_options())[-2:].hex()
            return [atr, options, driver.transmit(emv.read_record(1, 1))[-2:].hex()]

    def watched(self) -> list[str]:
        """A card comes and goes, and is said to."""
        chip, heard = self.deck["chip"].chip, list[str]()
        assert chip is not None
        with self.card(chip) as (driver, _):

            def observe(kind: str, /, *, t: float | None = None, **fields: object) -> None:
                heard.append(kind)

            driver.observe = observe
            driver.poll()
            driver.poll()
            heard.append("identified" if "Virtual PCD" in driver.identify() else "unknown")
        driver.poll()
        return heard

    def mute(self) -> list[str]:
        """An ATR, and then nothing: the script takes the card out after its waiting time."""
        with self.card(Chip(bytes.fromhex("3B6800004849 4C2D54455354"))) as (driver, _):
            driver.atr()
            return [self.told(lambda: driver.select(AID))]

    def pulled(self) -> list[str]:
        """Pulled in the middle of the second command, and gone for the third."""
        chip = self.deck["chip"].chip
        assert chip is not None
        with self.card(chip, pull_at=2) as (driver, _):
            driver.atr()
            driver.select(AID)
            again = lambda: driver.transmit(emv.get_options())  # noqa: E731
            return [self.told(again), self.told(again)]

    def bad_atr(self) -> list[str]:
        """ATRs that the stack refuses to connect to, or sees no card in."""
        said = []
        for atr in ("3B", "FFFFFFFF"):
            with self.card(Chip(bytes.fromhex(atr)), seen=False) as (driver, _):
                self._clock.sleep(1.0)
                said.append(self.told(driver.atr))
        return said

    def wrong_tck(self) -> list[str]:
        """The stack connects; our parser refuses."""
        chip = self.deck["bad_atr"].chip
        assert chip is not None
        with self.card(chip) as (driver, _):
            try:
                driver.atr()
            except Garbled as error:
                return [f"refused by us: {str(error)[:12]}", "taken by pcscd"]
            return ["taken"]

    def empty_atr(self) -> list[str]:
        """A mute chip: for the stack there is no card."""
        with self.card(Chip(None), seen=False) as (driver, _):
            self._clock.sleep(1.0)
            return [self.told(driver.atr)]

    def deadline(self) -> list[str]:
        """A script that forgets to take a silent card out: the driver's own deadline ends it."""
        chip = Chip(bytes.fromhex("3B6800004849 4C2D54455354"))
        with self.card(chip, deadline=0.3) as (driver, _):
            driver.atr()
            return [self.told(lambda: driver.select(AID))]


STORIES = ("good", "watched", "mute", "pulled", "bad_atr", "empty_atr", "wrong_tck", "deadline")


def main() -> None:
    """Every story, one after another."""
    clock = ThreadClock()

    def run() -> dict[str, list[str]]:
        lab = Lab(clock)
        lab.ready()
        return {name: getattr(lab, name)() for name in STORIES}

    with stack():
        sys.stdout.write(json.dumps(clock.run(run)))


if __name__ == "__main__":
    main()
