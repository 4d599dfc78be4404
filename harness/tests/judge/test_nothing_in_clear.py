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


def test_what_is_sent_to_who_shows_a_bad_certificate_breaks_it() -> None:
    """It is the handshake that came off that counts, and what follows it."""
    tale = always("nothing_in_clear")
    tale.host("handshake", shown="good", why="")
    tale.host("disconnected")
    tale.host("handshake", shown="wrong_name", why="")
    tale.host("request_received", mti="0800", stan=7, batch=1)

    clause = tale.end().clause("nothing_in_clear")

    assert fails(clause)
    assert "0800" in clause.reason
    assert "wrong_name" in clause.reason


@pytest.mark.parametrize("leaves", [True, False])
def test_who_looks_at_the_certificate_after_the_handshake_and_leaves_is_right(
    leaves: bool,
) -> None:
    """And what goes out meanwhile over the good connection that stands is no harm either."""
    tale = always("nothing_in_clear")
    tale.host("handshake", shown="good", why="")
    tale.host("handshake", shown="expired", why="")
    if leaves:
        tale.host("disconnected")
    tale.host("request_received", mti="0820", stan=7, batch=1)

    assert passes(tale.end().clause("nothing_in_clear"))
