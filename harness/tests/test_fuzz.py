"""Every codec of ``fuzz.py`` under a little noise; the program itself takes a million."""

import random

import pytest

from harness.tests.fuzz import CODECS, fuzz
from harness.tests.fuzz_codec import Codec

MANY = 40  # spoilt messages of each; the rarest of their mishaps is one in six
#: Codecs that refuse what is spoilt; the others search a stream for what is whole.
STRICT = ("iso8583", "iso8583 frame", "iso8583 stream")


@pytest.mark.parametrize("name", CODECS)
def test_spoilt_messages_are_read_or_garbled(name: str) -> None:
    """Nothing but the codec's own error comes out; some are spoilt beyond reading."""
    told = fuzz(name, MANY, seed=1)

    assert told.fed == MANY
    assert told.read < MANY or name not in STRICT


@pytest.mark.parametrize("name", CODECS)
def test_good_messages_are_read(name: str) -> None:
    """Else the noise would find nothing to spoil."""
    rng = random.Random(2)
    for _ in range(MANY // 2):
        CODECS[name].feed(CODECS[name].valid(rng))


def test_another_error_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A codec that stumbles is told with its seed and the message."""

    def stumble(octets: bytes) -> None:
        assert octets[:1] != b"\x00"

    monkeypatch.setitem(CODECS, "clumsy", Codec(lambda rng: rng.randbytes(9), stumble))

    with pytest.raises(AssertionError, match="clumsy, seed 1, message"):
        fuzz("clumsy", 5000, 1)
