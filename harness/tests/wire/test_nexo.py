"""The nexo codec: published shapes, any cut, any garbage; Adyen's envelope."""

import hashlib
import hmac
import json
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import Garbled
from harness.model.causes import CAUSES
from harness.wire import nexo, nexo_secure

#: As a terminal of Adyen answers TransactionStatus while the payment runs (docs.adyen.com).
IN_PROGRESS = (
    b'{"SaleToPOIResponse":{"MessageHeader":{"MessageCategory":"TransactionStatus","MessageClass":'
    b'"Service","MessageType":"Response","ProtocolVersion":"3.0","SaleID":"John","ServiceID":'
    b'"1110151124","POIID":"MX925-260193322"},"TransactionStatusResponse":{"Response":{"Result":'
    b'"Failure","ErrorCondition":"InProgress","AdditionalResponse":"message=Uncompleted%20'
    b'transaction"}}}}'
)
TEXTS = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF), max_size=10)


def test_a_published_response_is_read() -> None:
    """Header, result, condition and the words beside it."""
    message = nexo.read_message(nexo.from_json(IN_PROGRESS))

    assert message.header == nexo.Header(
        "TransactionStatus", "Response", "1110151124", "John", "MX925-260193322"
    )
    assert (message.result, message.error) == ("Failure", "InProgress")
    assert nexo.CONDITIONS[message.error] == ("unknown", "")
    assert message.additional == "message=Uncompleted%20transaction"


def test_a_payment_is_written_as_it_is_published() -> None:
    """The envelope, and an amount in major units, exact."""
    header = nexo.Header("Payment", service="0000000001", sale="HIL", poi="HIL00001")
    body = {"PaymentTransaction": {"AmountsReq": {"RequestedAmount": nexo.amount(1234, 2)}}}

    assert json.loads(nexo.to_json(nexo.Message(header, body).plain())) == {
        "SaleToPOIRequest": {
            "MessageHeader": {
                "ProtocolVersion": "3.0", "MessageClass": "Service", "MessageCategory": "Payment",
                "MessageType": "Request", "ServiceID": "0000000001", "SaleID": "HIL",
                "POIID": "HIL00001",
            },
            "PaymentRequest": {"PaymentTransaction": {"AmountsReq": {"RequestedAmount": 12.34}}},
        }
    }  # fmt: skip


@given(
    category=st.sampled_from(["Payment", "Display", "Event"]), service=TEXTS, sale=TEXTS,
    body=st.dictionaries(TEXTS, TEXTS | st.integers() | st.booleans(), max_size=4),
    cuts=st.lists(st.integers(1, 9), max_size=30), count=st.integers(1, 3),
)  # fmt: skip
def test_what_is_written_is_read_however_it_is_cut(
    category: str, service: str, sale: str, body: dict[str, object], cuts: list[int], count: int
) -> None:
    """Several messages of any content in pieces of any size."""
    message = nexo.Message(nexo.Header(category, service=service, sale=sale), body)
    octets = nexo.prefixed(nexo.to_json(message.plain())) * count
    deframer, found = nexo.Deframer(), []
    for size in [*cuts, len(octets)]:
        found += deframer.feed(octets[:size])
        octets = octets[size:]

    assert [nexo.read_message(nexo.from_json(one)) for one in found] == [message] * count


def test_half_a_surrogate_pair_goes_back_as_it_came() -> None:
    """JSON can spell what UTF-8 cannot; a number with it is quoted in a later request."""
    read = nexo.from_json(b'{"TransactionID":"\\ud800x","\\udfff":1}')

    assert nexo.from_json(nexo.to_json(read)) == read


@given(octets=st.binary(max_size=120))
def test_any_bytes_are_a_message_or_garbled(octets: bytes) -> None:
    """In a stream, as JSON, and as an envelope; nothing else is ever raised."""
    secret = nexo_secure.Secret("test", "key")
    for read in (
        lambda: nexo.Deframer().feed(octets),
        lambda: nexo.read_message(nexo.from_json(octets)),
        lambda: nexo_secure.unseal({"SaleToPOIRequest": {"NexoBlob": octets.hex()}}, secret),
    ):
        with suppress(Garbled):
            read()


@pytest.mark.parametrize(
    "text",
    [
        "[]", "{}", '{"SaleToPOIRequest":[]}', '{"SaleToPOIRequest":{"MessageHeader":1}}',
        '{"SaleToPOIRequest":{"MessageHeader":{"MessageCategory":"Login"}}}',
        '{"SaleToPOIRequest":{"MessageHeader":{"MessageCategory":"Login","MessageType":"X"}}}',
        '{"SaleToPOIRequest":{"MessageHeader":{"MessageCategory":"Login","MessageType":"Request",'
        '"MessageClass":"X"}}}',
        '{"SaleToPOIRequest":{"MessageHeader":{"MessageCategory":"Login","MessageType":"Request"},'
        '"LoginRequest":7}}', "[" * 9000, '{"a":', "\udcff".encode("utf-8", "replace").decode(),
    ],
)  # fmt: skip
def test_what_is_no_message_is_garbled(text: str) -> None:
    """Each in its own way."""
    with pytest.raises(Garbled):
        nexo.read_message(nexo.from_json(text.encode()))


@pytest.mark.parametrize("size", [0, nexo.LONGEST + 1, 0xFFFFFFFF])
def test_a_length_that_no_message_has_is_garbled(size: int) -> None:
    """Before anything is kept for it."""
    with pytest.raises(Garbled, match="length"):
        nexo.Deframer().feed(size.to_bytes(4, "big"))


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (12.34, 1234), (Decimal("0.10"), 10), (7, 700), ("3.5", 350), (0.001, None), ("x", None),
        (None, None), (float("inf"), None), (float("nan"), None), (1e30, None), ({}, None),
    ],
)  # fmt: skip
def test_amounts_are_read_exactly_or_not_at_all(value: object, wanted: int | None) -> None:
    """Minor units of two digits."""
    assert nexo.minor(value, 2) == wanted


def test_every_condition_has_an_outcome_and_a_cause_that_exists() -> None:
    """And none of them is a success."""
    assert {"failed", "declined", "unknown"} == {outcome for outcome, _ in nexo.CONDITIONS.values()}
    assert {cause for _, cause in nexo.CONDITIONS.values() if cause} <= set(CAUSES)


# --- the envelope ---

SECRET = nexo_secure.Secret("mysupersecretpassphrase", "CryptoKeyIdentifier12345")
NONCE = bytes(range(16))
HEADER = nexo.Header("Payment", service="12345678", sale="POSSystemID12345", poi="P400Plus-1")
CLEAR = nexo.to_json(nexo.Message(HEADER).plain())


def test_the_envelope_is_made_as_it_is_published() -> None:
    """Keys by PBKDF2-SHA1, the HMAC over the message in clear, checked by other means."""
    sealed = nexo_secure.seal(CLEAR, "SaleToPOIRequest", HEADER.plain(), SECRET, NONCE)
    inner = sealed["SaleToPOIRequest"]
    keys = hashlib.pbkdf2_hmac("sha1", b"mysupersecretpassphrase", b"AdyenNexoV1Salt", 4000, 80)
    signed = hmac.new(keys[:32], CLEAR, hashlib.sha256).digest()

    assert inner["MessageHeader"] == HEADER.plain()
    assert nexo_secure._bytes(inner["SecurityTrailer"]["Hmac"]) == signed
    assert inner["SecurityTrailer"]["KeyIdentifier"] == "CryptoKeyIdentifier12345"
    assert CLEAR not in json.dumps(sealed).encode()
    assert nexo_secure.unseal(sealed, SECRET) == CLEAR


def test_the_envelope_is_what_openssl_makes_of_it() -> None:
    """A vector made once by ``openssl enc -aes-256-cbc`` and ``openssl dgst -sha256 -mac HMAC``."""
    sealed = nexo_secure.seal(
        b'{"SaleToPOIRequest":{}}', "SaleToPOIRequest", {}, SECRET, NONCE
    )["SaleToPOIRequest"]  # fmt: skip

    assert sealed["NexoBlob"] == "gP0vnBpYJLc06akeJiZwNArwk/+ak8nm8S44SrCe93M="
    assert sealed["SecurityTrailer"]["Hmac"] == "woOC+ez1Z3+PItbPcx8sJPv9pjsYPwsHzuAVKnBZR6g="


@given(clear=st.binary(max_size=200), nonce=st.binary(min_size=16, max_size=16))
def test_what_was_sealed_is_unsealed(clear: bytes, nonce: bytes) -> None:
    """Whatever it is."""
    sealed = nexo_secure.seal(clear, "SaleToPOIResponse", {}, SECRET, nonce)

    assert nexo_secure.unseal(json.loads(json.dumps(sealed)), SECRET) == clear


@pytest.mark.parametrize("change", ["NexoBlob", "Hmac", "Nonce", "none", "cut", "stranger"])
def test_an_envelope_that_was_meddled_with_is_garbled_alike(change: str) -> None:
    """Every spoilt part gives the same words, so that nobody learns which it was."""
    sealed = nexo_secure.seal(CLEAR, "SaleToPOIRequest", {}, SECRET, NONCE)
    inner, secret = sealed["SaleToPOIRequest"], SECRET
    trailer = inner["SecurityTrailer"]
    if change == "stranger":
        secret = nexo_secure.Secret("another", "CryptoKeyIdentifier12345")
    elif change == "cut":
        inner["NexoBlob"] = nexo_secure._base64(nexo_secure._bytes(inner["NexoBlob"])[:-1])
    elif change != "none":
        place = inner if change == "NexoBlob" else trailer
        octets = bytearray(nexo_secure._bytes(place[change]))
        octets[-1] ^= 1
        place[change] = nexo_secure._base64(bytes(octets))
    if change == "none":
        del trailer["Hmac"]

    with pytest.raises(Garbled) as raised:
        nexo_secure.unseal(sealed, secret)
    assert str(raised.value) == (
        "nexo: no secured message" if change == "none"
        else "nexo: the message is not signed by our key"
    )  # fmt: skip
    assert "passphrase" not in repr(secret)
