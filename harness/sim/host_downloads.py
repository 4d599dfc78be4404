"""What a terminal downloads from the acquirer: parameters, CA keys, application parameters.

Source: Q/CUP 009.1, management messages (60.3 and the codes of field 62; assumed, the public texts
name them and differ in detail). ``0820`` asks what there is, ``0800`` asks for it, and its last
message says that it has all: the demand in the header ends with that.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from harness.sim.host_session import Heard

NONE_LEFT = "0"  # first character of field 62: nothing (more) of that kind
LISTED = "1"  # all that there is follows


class Download(NamedTuple):
    """60.3 of what is asked for, of its content, of the end; and the demand that it ends."""

    asks: str
    gives: str
    ends: str
    demand: str


DOWNLOADS = (
    Download("362", "360", "361", "parameters"), Download("372", "370", "371", "capk"),
    Download("382", "380", "381", "aid"),
)  # fmt: skip


def capk_record(key: Mapping[str, str]) -> bytes:
    """A certification authority's key as TLV: 9F06, 9F22, DF05 to DF07, DF02, DF04, DF03.

    Args:
        key: ``rid``, ``index``, ``expiry`` (YYYYMMDD), ``modulus``, ``exponent``; hex.
    """
    rid, index, modulus, exponent = (
        bytes.fromhex(key[name]) for name in ("rid", "index", "modulus", "exponent")
    )
    check = hashlib.sha1(rid + index + modulus + exponent).digest()  # noqa: S324 - EMV book 2, 11.2
    return b"".join(
        bytes.fromhex(tag) + _length(len(value)) + value
        for tag, value in (
            ("9F06", rid), ("9F22", index), ("DF05", key["expiry"].encode()), ("DF06", b"\x01"),
            ("DF07", b"\x01"), ("DF02", modulus), ("DF04", exponent), ("DF03", check),
        )
    )  # fmt: skip


def _length(size: int) -> bytes:
    return bytes([size]) if size < 0x80 else bytes([0x81, size])


class Downloads:
    """Answers about one host fixture's ``parameters``, ``capks`` and ``aids``."""

    def __init__(self, personality: Mapping[str, Any]) -> None:
        parameters: Mapping[str, str] = personality["parameters"]
        self._parameters = "".join(f"{code}{value}" for code, value in parameters.items())
        aids = [bytes.fromhex(aid) for aid in personality["aids"]]
        #: Identifier -> record; both as TLV, each record begins with its identifier.
        self._records: dict[str, dict[bytes, bytes]] = {
            "capk": {capk[: 3 + 5 + 4]: capk for capk in map(capk_record, personality["capks"])},
            "aid": {aid[: 3 + aid[2]]: aid for aid in aids},
        }  # fmt: skip

    def answer(self, heard: Heard) -> dict[int, str]:
        """Field 62, where the message asks for something; also ends a demand."""
        session, wanted = heard.session, heard.kind.network
        for asks, gives, ends, what in DOWNLOADS:
            if (wanted, session.demand) in ((ends, what), (asks, "status")):
                session.demand = "nothing"
            if wanted == asks and what in self._records:
                found = b"".join(self._records[what])
                return {62: (LISTED if found else NONE_LEFT) + found.decode("latin-1")}
            if wanted == gives:
                return {62: self._given(what, heard.request.get(62))}
        return {}

    def _given(self, what: str, asked: str) -> str:
        """What is asked for by its identifier (field 62), the first without one."""
        if what == "parameters":
            return self._parameters
        wanted = asked.encode("latin-1", "replace")
        for identifier, record in self._records[what].items():
            if wanted in (b"", identifier):
                return LISTED + record.decode("latin-1")
        return NONE_LEFT
