"""What a rig file says of its simulated bench is told to be wrong before anything is made."""

import pytest

from harness.sim.bench_plan import check_plan, public


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ({"wify": True}, "bench: unknown key 'wify'; did you mean 'wifi'? Known: terminal, "),
        ({"terminal": "countertopp"}, "bench: no terminal 'countertopp'; did you mean "),
        ({"supply": "e36313b"}, "bench: no supply 'e36313b'; did you mean 'e36313a'? Known: "),
        ({"modem": "ec26"}, "bench: no modem 'ec26'; did you mean 'ec25'? Known: "),
        ({"link": "gateway"}, "bench: no link 'gateway'. Known: sizes, tun"),
    ],
)
def test_a_word_that_it_does_not_know_is_told_with_the_nearest(
    plan: dict[str, object], said: str
) -> None:
    """And with all that there is."""
    (wrong,) = check_plan(plan)

    assert wrong.startswith(said)


def test_an_empty_place_is_a_plan() -> None:
    """A bench may be without a terminal, and all else has its usual model."""
    assert not list(check_plan({"terminal": None}))
    assert not list(check_plan({}))


def test_real_packets_cannot_keep_to_virtual_time() -> None:
    """Told as such, rather than by a run that stands still."""
    assert not list(check_plan({"link": "tun"}))
    (wrong,) = check_plan({"link": "tun"}, virtual=True)

    assert "clock: real" in wrong


def test_a_defect_that_nobody_knows_is_named() -> None:
    """By the option that it came with."""
    (wrong,) = check_plan({}, ["stuck_after_outages"])

    assert wrong.startswith("--defect: ")
    assert "did you mean 'stuck_after_outage'?" in wrong


@pytest.mark.parametrize(
    ("address", "said"),
    [("127.0.0.1:5000", ""), ("localhost:5000", ""), ("10.0.1.5:5000", ""), ("[::1]:5000", ""),
     ("192.168.1.1:0", ""), ("8.8.8.8:5000", "public"), ("[2001:4860::1]:5000", "public"),
     ("0.0.0.0:5000", "every address"), ("lab.example:5000", "no address"), ("5000", "host:port"),
     ("127.0.0.1:65536", "host:port")],
)  # fmt: skip
def test_nothing_simulated_listens_to_the_world(address: str, said: str) -> None:
    """This machine and a lab's network only; and the rig file is refused before anything runs."""
    assert said in public(address)
    assert bool(public(address)) == bool(said)
    told = list(check_plan({"listen": {"host/tls": address}}))
    assert [said in one for one in told] == ([True] if said else [])
