"""What the acquirer knows of each terminal between two messages, and the keys it deals out."""

import random
from dataclasses import dataclass

from harness.wire.subfields import KEY_FORMS, WorkKeys


@dataclass(slots=True)
class Session:
    """What the host knows of a terminal.

    Attributes:
        batch: The open batch; 0 before the first sign-on.
        keys: Work keys; None before the first sign-on.
        signed_on: Whether it may send.
        unbalanced: Whether the open batch was found unbalanced and waits for its upload.
    """

    batch: int = 0
    keys: WorkKeys | None = None
    signed_on: bool = False
    unbalanced: bool = False


def new_keys(rng: random.Random, form: str) -> WorkKeys:
    """Fresh work keys of a form (60.3 of the sign-on); the MAC key is of single length."""
    pin_size, _, has_track = KEY_FORMS[form]
    return WorkKeys(
        rng.randbytes(pin_size), rng.randbytes(8), rng.randbytes(16) if has_track else b""
    )
