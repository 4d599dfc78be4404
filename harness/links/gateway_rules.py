"""What the gateway does to packets, as nftables rules: a pure function of what is wanted.

Chains: ``gate`` charges a packet to the plan; ``ended`` is what a plan that is used up does to it;
``up`` and ``down`` are the two ways through the box; what the box itself answers (names, portal) is
in ``input`` and ``output``. A packet's priority names the class of the queue it waits in.

Source: nft(8) (quota, counter, reject, redirect, meta priority).
"""

import zlib
from dataclasses import dataclass, field

from harness.links.classes import CLASSES, MAJOR
from harness.links.endings import SECURE
from harness.model.network import Exhaustion, NamesMode

WAYS = ("up", "down")
#: Counters of packets that were dropped: the words of the observation ``dropped``.
WHY = ("plan", "outage", "loss", "names")
#: Hook -> type and priority; before everybody else's filter (0) and destination NAT (-100).
HOOKS = {
    "input": ("filter", -10), "forward": ("filter", -10), "output": ("filter", -10),
    "prerouting": ("nat", -110),
}  # fmt: skip
PLAIN_CHAINS = ("gate", "ended", "up", "down")
#: What a name service answers -> whether our own one does it.
ANSWERED = ("refused", "unknown", "hijack")
LOSS_OF = 1_000_000
_SECURE = "{ " + ", ".join(map(str, sorted(SECURE))) + " }"
SPENT = 256  # terminals whose plan is at its end


@dataclass(frozen=True, slots=True)
class Doors:
    """Local ports of what the box itself answers."""

    http: int = 0
    https: int = 0
    names: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """Everything that the rules depend on.

    Attributes:
        inside: The interface towards the terminal.
        outside: The interface towards its hosts.
        outage: Ways that are closed.
        loss: Way -> share of packets lost.
        limited: Whether there is a plan that can end.
        how: How it ends.
        allow: Addresses that are still reached then.
        zone: Names of those that were given by name -> address.
        names: What the name service does.
        doors: Where the box answers.
    """

    inside: str
    outside: str
    outage: frozenset[str] = frozenset()
    loss: dict[str, float] = field(default_factory=dict)
    limited: bool = False
    how: Exhaustion = field(default_factory=Exhaustion)
    allow: tuple[str, ...] = ()
    zone: dict[str, str] = field(default_factory=dict)
    names: NamesMode = "answer"
    doors: Doors = Doors()


def objects(table: str) -> str:
    """The table with what must outlive a change of the rules: counters, quota, spent addresses."""
    counters = [*WAYS, *(f"no_{why}" for why in WHY)]
    made = [f"counter {name} {{\n}}" for name in counters]
    made.append("quota plan {\nover 0 bytes\n}")
    made.append(f"set spent {{\ntype ipv4_addr\nflags dynamic\nsize {SPENT}\n}}")
    made += [f"chain {name} {{\n}}" for name in PLAIN_CHAINS]
    made += [
        f"chain {hook} {{\ntype {kind} hook {hook} priority {priority}\npolicy accept\n}}"
        for hook, (kind, priority) in HOOKS.items()
    ]
    return f"table inet {table} {{\n" + "\n".join(made) + "\n}\n"


def limit(table: str, total: int) -> str:
    """The plan ends when more than ``total`` bytes were charged; what was used stays counted."""
    return f"add quota inet {table} plan {{ over {total} bytes used 0 bytes\n}}\n"


def rules(table: str, wanted: Wanted) -> str:
    """All chains emptied and filled again, in one transaction; each rule has a mark to know it."""
    chains = tuple(HOOKS) + PLAIN_CHAINS
    script = [f"flush chain inet {table} {chain}" for chain in chains]
    script += [
        f'add rule inet {table} {chain} {rule} comment "{mark}"'
        for chain, rule, mark in marked(wanted)
    ]
    if not wanted.limited:
        script.append(f"flush set inet {table} spent")
    return "\n".join(script) + "\n"


def answers(wanted: Wanted) -> bool:
    """Whether the box itself must answer: names, or a portal."""
    return wanted.names in ANSWERED or (wanted.limited and wanted.how.mode == "redirect")


def marked(wanted: Wanted) -> list[tuple[str, str, str]]:
    """(chain, rule, mark) of every rule, in order."""
    rows = [(chain, rule) for chain, make in CHAINS.items() for rule in make(wanted)]
    return [
        (chain, rule, f"{number}-{zlib.crc32(rule.encode()):08x}")
        for number, (chain, rule) in enumerate(rows)
    ]


# --- the chains -----------------------------------------------------------------------------


def _forward(wanted: Wanted) -> list[str]:
    inside, outside = wanted.inside, wanted.outside
    return [
        f'iifname "{inside}" meta nfproto ipv6 drop',  # it would pass by the plan
        f'oifname "{inside}" meta nfproto ipv6 drop',
        f'iifname "{inside}" oifname "{outside}" goto up',
        f'iifname "{outside}" oifname "{inside}" goto down',
    ]


def _way(way: str, wanted: Wanted) -> list[str]:
    made = [f"meta priority set {_class('usual')}"]
    if way in wanted.outage:
        made.append(_dropped("outage"))
    if way == "up" and wanted.names != "answer":
        made.append(f"meta l4proto {{ tcp, udp }} th dport 53 {_dropped('names')}")
    made.append("jump gate")
    if wanted.loss.get(way):
        of = round(wanted.loss[way] * LOSS_OF)
        made.append(f"numgen random mod {LOSS_OF} < {of} {_dropped('loss')}")
    return [*made, f"counter name {way}"]


def _gate(wanted: Wanted) -> list[str]:
    return ['quota name "plan" goto ended'] if wanted.limited else []


def _ended(wanted: Wanted) -> list[str]:
    how = wanted.how
    if how.mode == "throttle":
        return [f"meta priority set {_class('throttled')}"]
    made = [f'iifname "{wanted.inside}" add @spent {{ ip saddr }}']
    if how.mode in ("redirect", "restrict"):
        made += [f"ip {end} {one} return" for one in wanted.allow for end in ("daddr", "saddr")]
    if how.mode == "restrict" or (how.mode == "redirect" and how.names == "pass"):
        made += [f"meta l4proto {{ tcp, udp }} th {end} 53 return" for end in ("dport", "sport")]
    if how.mode == "redirect" and how.tls == "reset":
        made.append(f"tcp dport {_SECURE} counter name no_plan reject with tcp reset")
    if how.mode == "reset":
        made.append("meta l4proto tcp counter name no_plan reject with tcp reset")
    if how.mode == "drop" and how.icmp:
        made.append("counter name no_plan reject with icmpx admin-prohibited")
    return [*made, _dropped("plan")]


def _input(wanted: Wanted) -> list[str]:
    """What the terminal says to the box itself: names above all, which are charged as well."""
    of_terminal = f'iifname "{wanted.inside}"'
    made = []
    if "up" in wanted.outage:
        made.append(f"{of_terminal} udp dport != 67 {_dropped('outage')}")
        made.append(f"{of_terminal} meta l4proto != udp {_dropped('outage')}")
    own = wanted.doors.names
    if wanted.names == "silent":
        made.append(f"{of_terminal} meta l4proto {{ tcp, udp }} th dport 53 {_dropped('names')}")
    if own:
        made.append(f"{of_terminal} meta l4proto {{ tcp, udp }} th dport {own} accept")
    made.append(f"{of_terminal} meta l4proto {{ tcp, udp }} th dport 53 jump gate")
    return made


def _output(wanted: Wanted) -> list[str]:
    to_terminal = f'oifname "{wanted.inside}"'
    made = [f"{to_terminal} meta priority set {_class('usual')}"]
    if "down" in wanted.outage:
        made.append(f"{to_terminal} udp sport != 67 {_dropped('outage')}")
        made.append(f"{to_terminal} meta l4proto != udp {_dropped('outage')}")
    return made


def _prerouting(wanted: Wanted) -> list[str]:
    doors, how = wanted.doors, wanted.how
    of_terminal = f'iifname "{wanted.inside}"'
    made = []
    if wanted.names in ANSWERED:
        made.append(f"{of_terminal} meta l4proto {{ tcp, udp }} th dport 53 {_to(doors.names)}")
    if how.mode != "redirect" or not wanted.limited:
        return made
    spent = f"{of_terminal} ip saddr @spent"
    made += [f"{spent} ip daddr {one} accept" for one in wanted.allow]
    made.append(f"{spent} tcp dport 80 {_to(doors.http)}")
    if how.tls == "certificate":
        made.append(f"{spent} tcp dport {_SECURE} {_to(doors.https)}")
    if how.names != "pass":
        made.append(f"{spent} meta l4proto {{ tcp, udp }} th dport 53 {_to(doors.names)}")
    return made


CHAINS = {
    "forward": _forward, "up": lambda wanted: _way("up", wanted),
    "down": lambda wanted: _way("down", wanted), "gate": _gate, "ended": _ended,
    "input": _input, "output": _output, "prerouting": _prerouting,
}  # fmt: skip


def _class(word: str) -> str:
    return f"{MAJOR:x}:{CLASSES[word]:x}"


def _dropped(why: str) -> str:
    return f"counter name no_{why} drop"


def _to(port: int) -> str:
    return f"redirect to :{port}"
