"""``nothing_in_clear``: TLS, or no connection."""

from typing import Any

import pytest

from harness.tests.judge.story import Story, always, fails, passes, unsure


def story(*rows: dict[str, Any]) -> Story:
    """Connections as the host tells them."""
    tale = always("nothing_in_clear")
    for row in rows:
        tale.host("handshake" if "shown" in row else "connected", **row)
    return tale.end()


GOOD = {"secured": True}
REFUSED = {"shown": "expired", "why": "the client hung up"}


def test_tls_alone_holds() -> None:
    """A handshake that came to nothing is TLS as well."""
    clause = story(REFUSED, GOOD, GOOD).clause("nothing_in_clear")

    assert passes(clause)


def test_one_plain_connection_breaks_it() -> None:
    """However many were secured."""
    clause = story(GOOD, REFUSED, {"secured": False}).clause("nothing_in_clear")

    assert fails(clause)
    assert "without TLS" in clause.reason


@pytest.mark.parametrize("rows", [(), ({},), (GOOD, {})], ids=["none", "untold", "some untold"])
def test_what_the_host_does_not_say_is_no_evidence(rows: tuple[dict[str, Any], ...]) -> None:
    """A host of somebody else's may not know."""
    assert unsure(story(*rows).clause("nothing_in_clear"))
