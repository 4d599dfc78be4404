"""What the acquirer knows of each terminal between two messages, and the keys it deals out."""

import random
from dataclasses import dataclass
from typing import Any

from harness.sim.ledger import Key
from harness.wire.iso8583 import Message
from harness.wire.mac import BLOCKS, kcv
from harness.wire.subfields import KEY_FORMS, SM4_FORM, Kind, WorkKeys


@dataclass(slots=True)
class Session:
    """What the host knows of a terminal.

    Attributes:
        batch: The open batch; 0 before the first sign-on.
        keys: Work keys; None before the first sign-on.
        form: Of those keys (60.3 of the sign-on).
        signs: So many sign-ons there were; with the books' salt the keys are made of it.
        signed_on: Whether it may send.
        settling: ``""``; ``unbalanced``: the open batch waits for its upload; ``balanced``: the
            batch before it was closed, and what is uploaded of it is for the record.
        demand: What the next answer's header asks it to do.
    """

    batch: int = 0
    keys: WorkKeys | None = None
    form: str = ""
    signs: int = 0
    signed_on: bool = False
    settling: str = ""
    demand: str = "nothing"

    def checks(self) -> list[str]:
        """The check values of its keys, in hex: by those a key is known where none may be."""
        keys = self.keys
        own = (keys.pin, keys.mac, keys.track) if keys is not None else ()
        return [kcv(key, "sm4" if keys.method.startswith("sm4") else "des").hex()
                for key in own if key and keys is not None]  # fmt: skip

    def kept(self) -> dict[str, Any]:
        """What survives a restart of the host: no keys, but what makes them again."""
        return {"batch": self.batch, "settling": self.settling, "form": self.form,
                "signs": self.signs, "signed_on": self.signed_on}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Heard:
    """A request, and who sent it.

    Attributes:
        request: The message.
        kind: Its field 60; where it is absent the open batch is meant.
        session: What is known of the terminal.
    """

    request: Message
    kind: Kind
    session: Session

    @property
    def who(self) -> tuple[str, str]:
        """Merchant and terminal."""
        return self.request.get(42), self.request.get(41)

    @property
    def batch(self) -> tuple[str, str, int]:
        """Merchant, terminal and batch."""
        return (*self.who, self.kind.batch)

    @property
    def key(self) -> Key:
        """Under which it is booked."""
        return Key(*self.batch, self.request.stan)


def new_keys(secret: bytes, form: str, *, mac_size: int = 8, blocks: str = "folded") -> WorkKeys:
    """Work keys of a form (60.3 of the sign-on), always the same ones of the same secret.

    Args:
        secret: They are drawn from it.
        form: One of ``KEY_FORMS``.
        mac_size: Of the MAC key, where the form has room for 16 bytes; SM4 has no shorter.
        blocks: What MACs are made of them by: a word of ``BLOCKS``.
    """
    rng = random.Random(secret)
    pin_size, room, has_track = KEY_FORMS[form]
    is_sm4 = form == SM4_FORM
    size = room if is_sm4 else min(mac_size, room)
    return WorkKeys(
        rng.randbytes(pin_size), rng.randbytes(size), rng.randbytes(16) if has_track else b"",
        BLOCKS[blocks]["sm4" if is_sm4 else "des"],
    )  # fmt: skip
