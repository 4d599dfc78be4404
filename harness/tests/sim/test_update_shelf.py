"""What an update store has and whom it offers it to."""

from pathlib import Path
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.sim.on_disk import OnDisk
from harness.sim.update_shelf import Campaign, Shelf
from harness.tests.sim.store_stage import NEWER, PLAIN, Bench


@pytest.fixture
def shelf() -> Shelf:
    """The fixture's images."""
    return Shelf(CooperativeClock(), PLAIN)


def test_a_share_is_kept_to_and_only_grows() -> None:
    """About so many terminals are chosen, and who was chosen stays so when there are more."""
    terminals = [f"HIL{number:05}" for number in range(2000)]

    tenth = {who for who in terminals if Campaign("newer", "m", share=10).fits("m", "1.4", who)}
    half = {who for who in terminals if Campaign("newer", "m", share=50).fits("m", "1.4", who)}

    assert 150 < len(tenth) < 250
    assert 900 < len(half) < 1100
    assert tenth <= half
    assert not Campaign("newer", "m", share=99).fits("m", "1.4", "")
    assert Campaign("newer", "m", share=100).fits("m", "1.4", "")


@pytest.mark.parametrize(
    ("model", "version", "fits"),
    [("m", "1.4.2", True), ("m", "1.10", False), ("m", "1.9.9", True), ("m", "1.3", False),
     ("x", "1.4.2", False), ("m", "none", False), ("m", "", False)],
)  # fmt: skip
def test_a_campaign_is_for_a_model_and_a_span_of_versions(
    model: str, version: str, *, fits: bool
) -> None:
    """From the oldest to before the newest, compared as numbers; nobody else."""
    assert Campaign("newer", "m", since="1.4", before="1.10").fits(model, version, "") is fits


@pytest.mark.parametrize("wrong", [{"share": 101}, {"share": "x"}, {"since": "v1"}, {"before": 3}])
def test_what_is_no_campaign_is_refused(wrong: dict[str, Any]) -> None:
    """In words, before anybody is offered anything."""
    with pytest.raises(ValueError, match=r"percent|version|texts"):
        Campaign("newer", "m", **wrong)


def test_the_first_campaign_that_fits_counts(tmp_path: Path) -> None:
    """Old versions get one image, the others what everybody gets; both can be fetched."""

    def story(bench: Bench) -> list[tuple[int, bytes]]:
        bench.do(do="campaign", image="nine", before="1.4.0")
        bench.do(do="campaign", image="newer", share=100)
        asked = [
            "/manifest?version=1.3.9", "/manifest?version=1.4.2", "/images/nine", "/images/newer",
            "/images/corrupt", "/manifest?version=1.4.2&model=other",
        ]  # fmt: skip
        return [(status, body[:200]) for status, _, body in map(bench.ask, asked)]

    (_, old), (_, new), nine, newer, other, stranger = Bench().run(story)

    assert b'"version": "1.9.0"' in old
    assert b'"version": "1.10.0"' in new
    assert (nine[0], newer[0], other[0], stranger[0]) == (200, 200, 404, 404)


def test_a_file_is_offered_under_a_name(shelf: Shelf, tmp_path: Path) -> None:
    """An image of ours says its version itself; any other file is given one, and may be spoilt."""
    ours, foreign = tmp_path / "ours.hfi", tmp_path / "foreign.bin"
    ours.write_bytes(NEWER)
    foreign.write_bytes(b"\0" * 90)

    shelf.put("mine", str(ours))
    shelf.put("newest", str(foreign), spoil="truncated", version="7.1")

    assert (shelf.image("mine").version, shelf.image("mine").etag) == (
        "1.10.0", shelf.image("newer").etag,
    )  # fmt: skip
    assert (shelf.image("newest").version, shelf.image("newest").size) == ("7.1", 60)
    assert shelf.names.count("newest") == 1
    for wrong in ({"file": str(foreign)}, {"file": str(tmp_path / "none")}, {"spoil": "x"}):
        with pytest.raises(ValueError, match=r"version|No such file|spoils"):
            shelf.put("bad", **{"file": str(ours), **wrong})


def test_a_file_is_never_held(tmp_path: Path) -> None:
    """It is read where it is wanted, and not past the size it was said to have."""
    place = tmp_path / "image"
    place.write_bytes(bytes(range(100)))
    extent = OnDisk(place)

    with place.open("ab") as end:
        end.write(b"more")

    assert extent.size == 100
    assert extent.read(98, 10) == b"bc"
    assert extent.read(200, 10) == b""
