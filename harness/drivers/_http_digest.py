"""The answer to a server that wants a password without its being sent (Digest authentication).

Source: RFC 7616, 3.3 (the challenge) and 3.4 (the answer), with MD5 or SHA-256 and ``qop`` auth, or
none as in RFC 2069. Sessions (``-sess``) and ``auth-int`` nobody of these devices asks for.
"""

import hashlib
import re
from collections.abc import Callable
from functools import partial

HASHES: dict[str, Callable[[bytes], "hashlib._Hash"]] = {
    "MD5": partial(hashlib.md5, usedforsecurity=False), "SHA-256": hashlib.sha256,
}  # fmt: skip
#: A challenge's parameters, quoted or not.
_PARAMETER = re.compile(r'([A-Za-z]{1,20})\s{0,9}=\s{0,9}(?:"([^"]{0,500})"|([^\s",]{1,500}))')
FIRST = "00000001"  # the nonce count: each answer is to a challenge of its own


def is_wanted(challenge: str) -> bool:
    """Whether a ``WWW-Authenticate`` field asks for it."""
    return challenge.strip()[:7].lower() == "digest "


def answer_to(
    challenge: str, *, user: str, password: str, method: str, target: str, nonce: str
) -> str | None:
    """The ``Authorization`` field; None for a challenge that is none of those above.

    Args:
        challenge: The field ``WWW-Authenticate``.
        user: Who asks.
        password: What is never sent.
        method: Of the request.
        target: Of the request.
        nonce: The client's own, new each time.
    """
    asked = {
        found[1].lower(): found[2] or found[3] or "" for found in _PARAMETER.finditer(challenge)
    }
    algorithm = asked.get("algorithm", "MD5").upper()
    offered = {one.strip() for one in asked.get("qop", "").split(",")}
    if (
        algorithm not in HASHES
        or not {"realm", "nonce"} <= set(asked)
        or not offered & {"", "auth"}
    ):
        return None
    make = HASHES[algorithm]

    def hashed(*parts: str) -> str:
        return make(":".join(parts).encode()).hexdigest()

    who = hashed(user, asked["realm"], password)
    what = hashed(method, target)
    counted = (FIRST, nonce, "auth") if "auth" in offered else ()
    fields = {
        "username": user, "realm": asked["realm"], "nonce": asked["nonce"], "uri": target,
        "response": hashed(who, asked["nonce"], *counted, what),
    }  # fmt: skip
    if "opaque" in asked:
        fields["opaque"] = asked["opaque"]
    if counted:
        fields["cnonce"] = nonce
    quoted = [f'{name}="{value}"' for name, value in fields.items()]
    bare = [f"algorithm={algorithm}", *([f"qop=auth, nc={FIRST}"] if counted else [])]
    return "Digest " + ", ".join(quoted + bare)
