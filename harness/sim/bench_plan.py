"""What a rig file may say of its simulated bench (``bench:``), and what is wrong with it.

A plan (``bench:`` in a rig file) may say: ``terminal`` (a folder of ``fixtures/terminal``, or null
for none), ``supply`` (a folder of ``fixtures/supply``), ``channel`` (of it, that feeds the
terminal), ``modem`` (a folder of ``fixtures/modem``), ``rsrp`` (dBm), ``wifi`` (whether the
terminal has it; without a word, if its character names it), ``link`` (``sizes``, or
``tun``: real packets between network namespaces, where the bench is served), ``authority`` (a
folder: who signs the hosts' certificates is kept there, for real terminals that must know it),
``ledger`` (a file: the host's books are kept there, over crashes and restarts),
``process`` (true, or a folder for its flash: the terminal's board is a process of its own, which a
loss of power kills),
``listen`` (outlet -> fixed ``host:port`` where it is served; never a public address).
"""

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address
from typing import Any

from harness.files import fixture
from harness.model.words import instead
from harness.sim.modems.models import models as modems
from harness.sim.supplies.make import models as supplies

#: What a plan may say.
PLAN = ("terminal", "supply", "channel", "modem", "rsrp", "wifi", "link", "authority", "ledger",
        "process", "listen")  # fmt: skip
USUAL_SUPPLY = "e36313a"
USUAL_MODEM = "ec25"
#: Packets that are sizes, or real ones, which cannot keep to virtual time.
SIZES, REAL = "sizes", "tun"


def check_plan(
    plan: Mapping[str, Any], defects: Sequence[str] = (), *, virtual: bool = False
) -> Iterator[str]:
    """What is wrong with a plan or the names of defects, before anything is made of them.

    Args:
        plan: As the rig file says it.
        defects: Bugs to be planted in the terminal.
        virtual: Whether the rig's clock is virtual.
    """
    for key in plan:
        if key not in PLAN:
            yield f"bench: unknown key {key!r}{instead(key, PLAN)}"
    terminals = sorted(one.name for one in fixture("terminal").iterdir() if one.is_dir())
    for word, usual, known in (
        ("terminal", None, terminals), ("supply", USUAL_SUPPLY, supplies()),
        ("modem", USUAL_MODEM, modems()), ("link", SIZES, (SIZES, REAL)),
    ):  # fmt: skip
        one = plan.get(word, usual)
        if one not in known and not (word == "terminal" and not one):
            yield f"bench: no {word} {one!r}{instead(str(one), known)}"
    if virtual:
        yield from _needs_real_time(plan)
    yield from _listens_where_it_may_not(plan)
    if defects:
        yield from _cannot_be_planted(defects)


def _cannot_be_planted(defects: Sequence[str]) -> Iterator[str]:
    from harness.sim.planted import planted  # the whole firmware, for few runs

    try:
        planted(defects)
    except LookupError as error:
        yield f"--defect: {error.args[0]}"


def _needs_real_time(plan: Mapping[str, Any]) -> Iterator[str]:
    if plan.get("link") == REAL:
        yield f"bench: link: {REAL} moves real packets, which need `clock: real`"
    if plan.get("process"):
        yield "bench: process: a terminal that is really killed needs `clock: real`"
    if plan.get("ledger"):
        yield "bench: ledger: books that outlive an item need `clock: real`"


def public(address: str) -> str:
    """Why nothing simulated may listen at ``host:port``; ``""`` where it may.

    A host with test keys, which approves sales, is for this machine or for a lab's own network.
    """
    host, colon, port = address.rpartition(":")
    if not (colon and port.isdigit() and int(port) < 65536):
        return f"{address!r} is no host:port"
    try:
        where = ip_address("127.0.0.1" if host == "localhost" else host.strip("[]"))
    except ValueError:
        return f"{host!r} is no address; wanted the number of one of this machine's own"
    if where.is_unspecified:
        return f"{host} is every address of this machine; name the one towards the terminal"
    if where.is_private or where.is_loopback or where.is_link_local:
        return ""
    return f"{host} is a public address; simulated devices are for tests only"


def _listens_where_it_may_not(plan: Mapping[str, Any]) -> Iterator[str]:
    listen = plan.get("listen") or {}
    if not isinstance(listen, Mapping):
        yield "bench: listen: wanted an outlet's name and its host:port"
        return
    for name, address in listen.items():
        why = public(str(address))
        if why:
            yield f"bench: listen: {name}: {why}"
