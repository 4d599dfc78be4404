"""The dossier: one file that a tired person understands."""

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from harness.model.played import Played
from harness.model.trace import Trace
from harness.model.verdict import Outcome
from harness.report import dossier

Play = Callable[..., Played]
KNOWN = {"E3": "An unstable supply", "A5": "An empty plan", "A10": "Alerts"}


class Page(HTMLParser):
    """Tags and texts of a page, and whether every tag was closed."""

    VOID = ("meta", "br", "rect", "line", "path")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.VOID:
            return
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def _page(played: list[Played], out: Path) -> str:
    return dossier.render(played, rig="virtual", out=out, requirements=KNOWN)


def test_it_is_well_formed_and_stands_alone(play: Play, tmp_path: Path) -> None:
    """No script, no link or source outside the file; every tag closed."""
    text = _page([play(), play(Outcome.FAIL, name="b")], tmp_path)

    page = Page(text)

    assert page.open == []
    assert "script" not in page.tags
    assert not {"link", "img", "iframe", "object"} & set(page.tags)
    targets = [value for name, value in page.attributes if name in ("href", "src")]
    assert all(target.startswith("#") for target in targets)
    assert "url(" not in text
    assert "@import" not in text


def test_every_link_leads_somewhere(play: Play, tmp_path: Path) -> None:
    """From the table and the coverage to the scenario's section."""
    page = Page(
        _page([play(), play(Outcome.FAIL, name="b[n=1 ms]"), play(name="b[n=2 ms]")], tmp_path)
    )

    ids = [value for name, value in page.attributes if name == "id"]

    assert {value[1:] for name, value in page.attributes if name == "href"} <= set(ids)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    "hostile",
    ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</details></body>{{ 7*7 }}",
     "</style><script>1</script>", "&lt;b&gt; \x1b[2J\u202e"],
)  # fmt: skip
def test_a_terminals_text_is_shown_not_obeyed(play: Play, tmp_path: Path, hostile: str) -> None:
    """Markup that a terminal prints is text on the page."""
    page = Page(_page([play(Outcome.FAIL, hostile=hostile, story=hostile)], tmp_path))

    assert "script" not in page.tags
    assert "img" not in page.tags
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert "49" not in page.texts


def test_no_card_number_is_on_the_page(play: Play, tmp_path: Path) -> None:
    """Not even one that stands in a text the terminal wrote."""
    assert "9999990000000014" not in _page(
        [play(Outcome.FAIL, hostile="9999990000000014")], tmp_path
    )


def test_what_failed_and_why_comes_first(play: Play, tmp_path: Path) -> None:
    """Headline, then the failing clause with its figures, before any table."""
    text = _page([play(), play(Outcome.FAIL, name="late")], tmp_path)

    assert "<h1>The terminal failed 1 of 2 items</h1>" in text
    assert text.index("reported on ecr only after 10.8 s") < text.index("<h2>Verdicts</h2>")
    assert re.search(r'<details class="item fail"[^>]* open>', text)


@pytest.mark.parametrize(
    ("outcomes", "headline"),
    [([Outcome.PASS], "The terminal coped with all 1 items"),
     ([Outcome.PASS, Outcome.INCONCLUSIVE], "No failure, but 1 of 2 items prove nothing"),
     ([Outcome.SKIPPED], "Nothing was played"), ([], "Nothing was played")],
)  # fmt: skip
def test_the_headline_never_flatters(
    play: Play, tmp_path: Path, outcomes: list[Outcome], headline: str
) -> None:
    """Missing evidence is no success, and an empty run is none either."""
    played = [play(outcome, name=f"n{n}") for n, outcome in enumerate(outcomes)]

    assert f"<h1>{headline}</h1>" in _page(played, tmp_path)


def test_coverage_shows_what_was_not_tested(play: Play, tmp_path: Path) -> None:
    """Requirements in order, with statement and verdict; the untested ones say so."""
    text = _page([play(Outcome.FAIL)], tmp_path)

    covered, bare = text.split('<details class="bare">')
    rows = r"<tr[^>]*><td><b>(\w+)</b></td><td>([^<]*)</td>"

    assert re.findall(rows, covered) == [("E3", "An unstable supply"), ("F1", "")]
    assert re.findall(rows, bare) == [("A5", "An empty plan"), ("A10", "Alerts")]
    assert "2 of 4 have no scenario in this run: A5 A10" in bare


def test_evidence_is_quoted_with_line_numbers(play: Play, tmp_path: Path) -> None:
    """A reader finds the observation in trace.jsonl."""
    text = _page([play(Outcome.FAIL)], tmp_path)

    assert "line 278, 28.200 s" in text
    assert "power-dip_mid_sale/trace.jsonl" in text


def test_a_sweep_has_one_section_and_a_chip_per_point(play: Play, tmp_path: Path) -> None:
    """Thirty passing points do not make thirty sections."""
    text = _page([play(name=f"cut[after={n}ms]") for n in range(30)], tmp_path)

    assert text.count('<details class="item') == 1
    assert text.count('class="mini pass" title="every clause held"') == 30
    assert "All 30 points" in text


def test_an_item_without_a_trace_still_has_its_section(play: Play, tmp_path: Path) -> None:
    """A bench that broke at once leaves an empty trace, and a page all the same."""
    text = _page([replace(play(Outcome.ERROR), trace=Trace())], tmp_path)

    assert "not reached" in text
