"""Profiles: the project's own, and what is refused in one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import Garbled
from harness.files import fixture, read_plain
from harness.model.words import WordError
from harness.wire.frames_body import Field, Layout
from harness.wire.frames_profile import Profile, read_profile

WORDS = sorted(file.stem for file in fixture("frames").glob("*.yaml"))


def plain(word: str) -> Any:
    """A file's values."""
    return read_plain(fixture("frames", f"{word}.yaml"))


def profile(word: str) -> Profile:
    """One of the project's own."""
    return read_profile(word, plain)


@pytest.mark.parametrize("word", WORDS)
def test_every_profile_is_whole(word: str) -> None:
    """It can be read, names its source, and what it writes it reads."""
    own = profile(word)
    asked = {"order": "HIL1", "amount": "1250", "currency": "978", "alpha": "EUR"}
    asked |= own.deals["sale"]
    body = own.ask.encode(asked)
    read = own.ask.decode(body)

    assert own.source
    assert own.frame.encode(body, bytes(own.frame.head))
    assert read["amount"] == "1250"
    assert own.meaning(read) == "sale"


def test_concert_asks_in_34_bytes_as_public_clients_do() -> None:
    """12.50 EUR by card at register 1, answer at the end, no forced authorisation."""
    body = profile("concert").ask.encode({"amount": "1250", "currency": "978"})

    assert body == b"01" + b"00001250" + b"1" + b"1" + b"0" + b"978" + b" " * 10 + b"A010" + b"B010"


@pytest.mark.parametrize("full", [True, False])
def test_concert_answers_are_told_apart_by_their_size(full: bool) -> None:
    """80 bytes with the card's field, 25 without; results 0, 7 and 9."""
    own = profile("concert")
    card = b"999999******0014".ljust(55) if full else b""
    body = b"01" + b"0" + b"00001250" + b"1" + card + b"978" + b"0000000007"
    answer = own.read_answer(body, 2)

    assert len(body) == (80 if full else 25)
    assert (answer["code"], answer["amount"], answer["private"]) == ("0", "1250", "0000000007")
    outcomes = [own.result({"code": code}).outcome for code in "0798"]
    assert outcomes == ["approved", "failed", "unknown", "failed"]
    assert own.answers_to({"pos": "1", "amount": "1250"}, answer)
    assert not own.answers_to({"pos": "1", "amount": "1251"}, answer)
    with pytest.raises(Garbled, match="81 bytes"):
        own.read_answer(body.ljust(81), 2)


def test_codepay_asks_as_its_manual_shows() -> None:
    """Topic, request number, order, and the amount as a decimal text."""
    own = profile("codepay")
    asked = {"order": "123", "amount": "1000", "alpha": "USD", "app": "mine", **own.deals["sale"]}
    body = own.ask.encode(asked)

    assert body == (
        b'{"topic":"ecrhub.pay.order","request_id":"123","app_id":"mine","version":"1.0",'
        b'"biz_data":{"trans_type":"1","merchant_order_no":"123","order_amount":"10.00",'
        b'"price_currency":"USD","pay_scenario":"SWIPE_CARD","confirm_on_terminal":false}}'
    )


def test_an_order_with_half_a_surrogate_pair_is_asked_for_as_it_was_told() -> None:
    """JSON can spell what UTF-8 cannot."""
    own = profile("codepay")
    asked = {"order": "12\ud800", "amount": "1000", "alpha": "USD", **own.deals["void"]}

    assert own.ask.decode(own.ask.encode(asked), 2)["order"] == "12\ud800"


def test_codepay_answers_are_read_as_its_manual_shows() -> None:
    """An approved order, and one of which nobody knows yet."""
    own = profile("codepay")
    said = (
        b'{"app_id":"a","biz_data":{"merchant_order_no":"123","order_amount":"10","trans_status":'
        b'"%d","price_currency":"USD","trans_no":"5021000010210602000003","trans_type":"1"},'
        b'"response_code":"000","response_msg":"","request_id":"123","topic":"ecrhub.pay.query"}'
    )
    answer = own.read_answer(said % 2, 2)

    assert (answer["amount"], answer["order"], answer["code"]) == ("1000", "123", "000")
    assert own.result(answer).outcome == "approved"
    assert own.result(own.read_answer(said % 1, 2)).outcome == "unknown"
    assert own.result(own.read_answer(said % 8, 2)).outcome == "unknown"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"deals": {}}, "there is no sale"),
        ({"deals": {"sell": {}}}, "no 'sell'"),
        ({"also": {"ask": {}}}, "no 'ask'"),
        ({"answers": []}, "a field named code"),
        ({"results": [{"code": "1", "outcome": "failed"}]}, "none means approved"),
        ({"results": [{"code": "1", "outcome": "good"}]}, "results.0.outcome"),
        ({"results": [{"code": "1", "outcome": "failed", "cause": "x"}]}, "no cause 'x'"),
        ({"handshake": {"kind": "numbered"}}, "a head of 3 bytes"),
        ({"handshake": {"answer": 2}}, "handshake.answer"),
        ({"ask": {"fields": [{"name": "amount"}, {"name": "x"}]}}, "amount needs a size"),
        ({"ask": {"json": True, "fields": [{"name": "amount"}]}}, "amount needs `at`"),
        ({"ask": {"fields": [{"name": "amount", "kind": "flag"}]}}, "flag is a kind of JSON"),
        ({"fram": {}}, "unknown key 'fram'; did you mean 'frame'"),
    ],
)
def test_what_is_wrong_in_a_profile_is_named_by_its_key(change: Any, said: str) -> None:
    """One change to a good one."""
    with pytest.raises(WordError, match=said):
        read_profile("mine", lambda _: {**plain("mispos_bcd"), **change})


@given(octets=st.binary(max_size=130), word=st.sampled_from(WORDS))
def test_any_bytes_are_an_answer_or_garbled(octets: bytes, word: str) -> None:
    """Nothing else ever comes of them."""
    own = profile(word)
    for body in (octets, octets.ljust(117)[:117], octets.ljust(80)[:80], b'{"biz_data":' + octets):
        try:
            own.result(own.read_answer(body, 2))
        except Garbled:
            continue


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1e400}',
        '{"a":"NaN"}',
        '{"a":"0.001"}',
        '{"a":"1e99"}',
        "[1]",
        "{",
        "[" * 5000,
        '{"a":"-"}',
    ],
)
def test_amounts_that_are_none_are_garbled(text: str) -> None:
    """Infinite, none, broken, endless."""
    with pytest.raises(Garbled):
        Layout((Field("amount", "decimal", at="a"),), json=True).decode(text.encode())


@given(number=st.integers(0, 10**8), text=st.text("ABCDEF 0123", max_size=9))
def test_every_kind_of_field_is_read_as_it_was_written(number: int, text: str) -> None:
    """At fixed places."""
    layout = Layout((
        Field("a", "bcd", 5), Field("b", "binary", 4), Field("c", "digits", 9),
        Field("d", "text", 10), Field("e", "text"),
    ))  # fmt: skip
    asked = dict.fromkeys("abc", str(number)) | {"d": text.rstrip(), "e": text.rstrip()}

    assert layout.decode(layout.encode(asked)) == asked
