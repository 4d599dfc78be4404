"""The acquirer's two addresses: doors of their own, books in common; and its headers' demands."""

import random

import pytest

from harness.clock import CooperativeClock
from harness.errors import PortLost
from harness.sim.bench import Bench as WholeBench
from harness.sim.host_downloads import capk_record
from harness.sim.internet import Refused
from harness.tests.sim.host_bench import Bench, Teller
from harness.wire.iso8583 import Message
from harness.wire.subfields import Kind


@pytest.fixture
def bench() -> Bench:
    """A fresh host."""
    return Bench()


def test_a_door_is_of_one_host_or_of_both(bench: Bench) -> None:
    """The first closed, the second still lets in; a word of no host is refused."""

    def story(bench: Bench) -> None:
        first, second = bench.teller(), bench.teller("second/iso8583")
        assert bench.do(do="door", state="closed", which="first")["ok"]
        with pytest.raises(PortLost):
            first.receive()
        with pytest.raises(PortLost):
            bench.teller()
        assert second.code(second.sale(2)) == "00"
        state = bench.do(do="state")
        assert (state["door"], state["doors"]) == ("closed", {"first": "closed", "second": "open"})
        bench.do(do="door", state="open")
        assert bench.do(do="state")["door"] == "open"
        assert "error" in bench.do(do="door", state="closed", which="third")
        assert "error" in bench.do(do="door", state="ajar")

    bench.run(story)
    assert [event["which"] for event in bench.events("turned_away")] == ["first"]


def test_a_reversal_at_the_second_host_finds_the_sale_of_the_first(bench: Bench) -> None:
    """One set of books, and the keys of one sign-on hold at both."""

    def story(bench: Bench) -> list[str]:
        teller = bench.teller()
        teller.ask(teller.sale(2))
        other = Teller(bench.clock, bench.host, "second/iso8583")
        other.keys, other.batch = teller.keys, teller.batch
        return [other.code(other.reversal(2)), teller.code(teller.reversal(2))]

    assert bench.run(story) == ["00", "00"]
    assert [event["which"] for event in bench.events("connected")] == ["first", "second"]


def test_the_bench_has_both_in_its_internet() -> None:
    """By name; a door of the one is no door of the other."""
    clock = CooperativeClock()
    bench = WholeBench(clock, {})

    def story() -> None:
        for host in ("host.hil.test", "host2.hil.test"):
            bench.internet.connect(host, 5000, until=10.0).reset()
        bench.acquirer.fronts["second"].set_door("closed")
        bench.internet.connect("host.hil.test", 5001, until=20.0).reset()
        with pytest.raises(Refused):
            bench.internet.connect("host2.hil.test", 5001, until=20.0)

    clock.run(story)


# --- what headers ask, and what is downloaded -----------------------------------------------


def management(teller: Teller, mti: str, network: str, asked: str = "") -> Message:
    """A management message and its answer."""
    fields = {11: "000800", 41: "HIL00001", 42: "9" * 15, 60: Kind("00", 1, network).text}
    return teller.ask(Message(mti, fields | ({62: asked} if asked else {})), seal=False)


def test_a_demand_stands_until_it_is_met(bench: Bench) -> None:
    """Each answer asks to sign on again, until the terminal does."""

    def story(bench: Bench) -> list[str]:
        teller = bench.teller()
        assert bench.do(do="demand", what="sign_on")["ok"]
        said = [teller.ask(teller.sale(2)).demand, teller.ask(teller.sale(3)).demand]
        said.append(teller.sign_on().demand)
        said.append(teller.ask(teller.sale(4)).demand)
        said.append(Teller(bench.clock, bench.host).sign_on(tid="HIL00002").demand)
        assert "error" in bench.do(do="demand", what="tea")
        return said

    assert bench.run(story) == ["sign_on", "sign_on", "nothing", "nothing", "nothing"]


def test_a_fixture_may_demand_from_the_first_answer_on() -> None:
    """`demand: parameters` ends with the end of the download."""
    bench = Bench(demand="parameters")

    def story(bench: Bench) -> tuple[list[str], str]:
        teller = bench.teller()
        messages = [("0820", "362"), ("0800", "360"), ("0800", "361")]
        replies = [management(teller, *message) for message in messages]
        return [reply.demand for reply in replies], replies[1].get(62)

    demands, parameters = bench.run(story)
    assert demands == ["parameters", "parameters", "nothing"]
    assert parameters.startswith("1260133")


@pytest.mark.parametrize(
    ("asks", "gives", "tag"), [("372", "370", b"\x9f\x22"), ("382", "380", b"")]
)
def test_keys_and_applications_are_listed_and_given(
    bench: Bench, asks: str, gives: str, tag: bytes
) -> None:
    """The list's identifiers are what is asked for; each record begins with its own."""

    def story(bench: Bench) -> tuple[str, str, str]:
        teller = bench.teller()
        listed = management(teller, "0820", asks).get(62)
        given = management(teller, "0800", gives, listed[1:]).get(62)
        return listed, given, management(teller, "0800", gives, "\x9f\x06\x01\xff").get(62)

    listed, given, unknown = bench.run(story)
    assert listed[0] == given[0] == "1"
    assert given.startswith(listed)
    assert tag in listed.encode("latin-1")
    assert unknown == "0"


def test_a_key_record_has_the_check_sum_of_emv() -> None:
    """SHA-1 over RID, index, modulus and exponent (EMV book 2, 11.2.2), in DF03."""
    modulus = random.Random(1).randbytes(128).hex()
    record = capk_record({
        "rid": "F000000001", "index": "01", "expiry": "20491231", "modulus": modulus,
        "exponent": "03",
    })  # fmt: skip

    assert record.startswith(bytes.fromhex("9F0605F0000000019F220101DF050832303439"))
    assert record[-23:-20] == bytes.fromhex("DF0314")
    assert len(record) == 8 + 4 + 11 + 4 + 4 + 132 + 4 + 23
