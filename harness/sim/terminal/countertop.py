"""The countertop terminal: the device around its firmware."""

import random
from collections.abc import Mapping
from typing import Any

from harness.clock import Clock
from harness.files import fixture, read_plain
from harness.sim.modems.modem import Modem
from harness.sim.rail import Rail
from harness.sim.slot import Slot
from harness.sim.terminal import reader_cable
from harness.sim.terminal.board import Board
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.keys import Keys
from harness.sim.terminal.personality import Personality
from harness.sim.update_images import make_image, trusted_key
from harness.sim.wifi import Station


class Countertop(Board):
    """The device: a board with this firmware. See ``board.py`` for what the supply does to it."""

    def __init__(
        self, clock: Clock, *, rail: Rail, modem: Modem, slot: Slot, personality: Mapping[str, Any],
        keys: Mapping[str, Any], rng: random.Random, host: tuple[str, int], store: tuple[str, int],
        firmware: type[Firmware] = Firmware, updates: Mapping[str, Any] | None = None,
        authorities: str = "", station: Station | None = None,
    ) -> None:  # fmt: skip
        """Make it.

        Args:
            clock: The bench's clock.
            rail: What powers it.
            modem: Its modem.
            slot: Its card slot.
            personality: As in ``fixtures/terminal/countertop/personality.yaml``.
            keys: ``master_key``, hex: what the acquirer put into it.
            rng: All of its chance.
            host: Where the acquirer is.
            store: Where the update store is.
            firmware: What runs on it.
            authorities: PEM of those whose certificates for the acquirer it accepts.
            station: Its Wi-Fi, on a board that has it.
            updates: The test update store's file: whose images it trusts, and its factory image.
        """
        usual = updates or read_plain(fixture("updates", "test_store.yaml"))
        store_file = {**usual, "model": personality["identity"]["model"]}
        held = Keys(
            bytes.fromhex(keys["master_key"]), trusted_key(store_file), authorities,
            make_image(store_file, "factory"),
        )  # fmt: skip
        super().__init__(
            clock, rail=rail, modem=modem, slot=slot, personality=Personality.read(personality),
            rng=rng, make=lambda board, reason: firmware(board, reason, held), host=host,
            store=store, station=station,
        )  # fmt: skip
        clock.spawn("reader cable", lambda: reader_cable.follow(self.body, slot))
