"""What a rig file says of its simulated bench is told to be wrong before anything is made."""

import pytest

from harness.sim.bench_plan import check_plan


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
