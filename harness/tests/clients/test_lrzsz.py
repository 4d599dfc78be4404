"""XMODEM as lrzsz has it, a system's package, at the simulated terminal's service port."""

import os
import select
import shutil
import subprocess
import tty
from pathlib import Path

import pytest

from harness.files import fixture, read_plain
from harness.sim.update_images import make_image
from harness.tests.clients.test_clients import as_tty, switched_on
from harness.tests.patience import LIMIT, soon

SX = shutil.which("sx") or shutil.which("lrzsz-sx")


@pytest.mark.skipif(SX is None, reason="lrzsz is not installed")
@pytest.mark.parametrize("blocks", [["-b"], ["-b", "-k"]])
def test_an_image_sent_by_sx_is_installed(tmp_path: Path, blocks: list[str]) -> None:
    """Packets of 128 bytes and of 1024; the next start is the new version's."""
    image = tmp_path / "new.hfi"
    image.write_bytes(make_image(read_plain(fixture("updates", "test_store.yaml")), "newer"))
    with switched_on() as addresses, as_tty(addresses["terminal/loader"]) as line:
        port = os.open(line, os.O_RDWR | os.O_NOCTTY)
        try:
            tty.setraw(port)
            os.write(port, b"LOAD\r")
            sent = subprocess.run(
                [str(SX), "-q", *blocks, str(image)],
                stdin=port, stdout=port, stderr=subprocess.DEVNULL, timeout=4 * LIMIT,
            )  # fmt: skip
        finally:
            os.close(port)
        console = os.open(addresses["terminal/console"], os.O_RDWR | os.O_NOCTTY)
        heard = bytearray()

        def has_started() -> bool:
            if select.select([console], [], [], 0.5)[0]:
                heard.extend(os.read(console, 4096))
            return b"1.10.0 slot=B reset=update" in heard

        try:
            soon(has_started, 3 * LIMIT)
        finally:
            os.close(console)

    assert sent.returncode == 0
