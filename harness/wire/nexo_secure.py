"""Messages of nexo inside Adyen's secured envelope (``NexoBlob``), for its local terminal API.

Keys: PBKDF2 with HMAC-SHA1, 4000 rounds, of the passphrase: 32 bytes of HMAC key, 32 of cipher key,
16 of an initialisation vector, which is combined by XOR with each message's nonce. The message is
enciphered with AES-256-CBC (PKCS 7) and signed, in clear, by HMAC-SHA256.

Source: docs.adyen.com, "Protect local communications"; its published libraries (``NexoBlob``,
``SecurityTrailer``: AdyenCryptoVersion, Hmac, KeyIdentifier, KeyVersion, Nonce).
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from harness.errors import Garbled

SALT, ROUNDS, NONCE = b"AdyenNexoV1Salt", 4000, 16
OUTER = ("SaleToPOIRequest", "SaleToPOIResponse")


@dataclass(frozen=True, slots=True)
class Secret:
    """What both ends share.

    Attributes:
        passphrase: Of it all keys are made.
        identifier: KeyIdentifier.
        version: KeyVersion.
    """

    passphrase: str = field(repr=False)
    identifier: str
    version: int = 1


@lru_cache(maxsize=4)
def _keys(passphrase: str) -> tuple[bytes, bytes, bytes]:
    made = hashlib.pbkdf2_hmac("sha1", passphrase.encode(), SALT, ROUNDS, 80)
    return made[:32], made[32:64], made[64:]


def seal(octets: bytes, outer: str, header: Mapping[str, Any], secret: Secret, nonce: bytes) -> Any:
    """The envelope of a message, as plain JSON.

    Args:
        octets: The message, as JSON.
        outer: ``SaleToPOIRequest`` or ``SaleToPOIResponse``.
        header: Its MessageHeader, which stays in clear.
        secret: The keys.
        nonce: 16 bytes that are never used again.
    """
    signing, cipher, vector = _keys(secret.passphrase)
    pad = padding.PKCS7(128).padder()
    work = Cipher(algorithms.AES(cipher), modes.CBC(_xor(vector, nonce))).encryptor()
    blob = work.update(pad.update(octets) + pad.finalize()) + work.finalize()
    trailer = {
        "AdyenCryptoVersion": 1, "KeyIdentifier": secret.identifier, "KeyVersion": secret.version,
        "Hmac": _base64(hmac.digest(signing, octets, "sha256")), "Nonce": _base64(nonce),
    }  # fmt: skip
    sealed = {"MessageHeader": header, "NexoBlob": _base64(blob), "SecurityTrailer": trailer}
    return {outer: sealed}


def unseal(plain: Any, secret: Secret) -> bytes:
    """The message in an envelope; raises Garbled, without a word of why, for any that is not ours.

    Who could tell a wrong padding from a wrong signature could read the message bit by bit.
    """
    try:
        inner = next(plain[word] for word in OUTER if word in plain)
        trailer = inner["SecurityTrailer"]
        blob, nonce = _bytes(inner["NexoBlob"]), _bytes(trailer["Nonce"])
        told = _bytes(trailer["Hmac"])
    except (StopIteration, KeyError, TypeError, ValueError, binascii.Error):
        raise Garbled("nexo: no secured message") from None
    signing, cipher, vector = _keys(secret.passphrase)
    octets = b""
    try:
        work = Cipher(algorithms.AES(cipher), modes.CBC(_xor(vector, nonce))).decryptor()
        unpad = padding.PKCS7(128).unpadder()
        octets = unpad.update(work.update(blob) + work.finalize()) + unpad.finalize()
    except ValueError:
        told = b""  # compared all the same
    if not hmac.compare_digest(hmac.digest(signing, octets, "sha256"), told):
        raise Garbled("nexo: the message is not signed by our key")
    return octets


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(left, right, strict=True))


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def _bytes(text: Any) -> bytes:
    return base64.b64decode(text, validate=True)
