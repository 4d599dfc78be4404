"""``harness simulate``: the simulated devices, for other programs."""

import json
import signal
from collections.abc import Sequence

import click

from harness.cli import options
from harness.errors import UsageError
from harness.model.words import instead
from harness.rig.signals import safe_signals
from harness.sim.bench_plan import public
from harness.sim.outlets import OUTLETS
from harness.sim.served import ServedBench
from harness.sim.terminal.models import read_character

#: Outlets that are serial lines on a real bench; the supply speaks VISA, the rest TCP.
SERIAL = (
    "modem", "reader", "reader/grbl", "reader/marlin", "reader/words", "stripe", "field", "switch",
    "switch/relay", "flash", "terminal/console", "terminal/zvt_serial",
)  # fmt: skip
#: Served when asked for only: a switch opens the terminal's feed until somebody closes it.
ASKED = ("switch", "switch/relay")
#: Names that stand for another outlet.
SAME = {"terminal": ("terminal/ecr", "terminal/console")}
#: What switches the terminal on, said to the supply.
POWER = "VOLT 5,(@2);:CURR 2,(@2);:OUTP ON,(@2)"


@click.command()
@click.argument("roles", nargs=-1, metavar="[ROLE]...")
@click.option("--terminal", default="countertop", show_default=True, metavar="MODEL",
              help="Which terminal stands on the bench; `none` for an empty place.")  # fmt: skip
@click.option("--listen", multiple=True, metavar="ROLE=HOST:PORT",
              help="Serve a TCP role at a fixed address.")  # fmt: skip
@click.option("--ledger", default="", metavar="FILE",
              help="Keep the host's books there: they outlive a crash.")  # fmt: skip
@click.option("--defect", "defects", multiple=True, metavar="NAME", help="Plant this bug.")
@options.seed
@options.as_json
def simulate(
    roles: tuple[str, ...],
    terminal: str,
    listen: tuple[str, ...],
    ledger: str,
    defects: tuple[str, ...],
    seed: int,
    *,
    as_json: bool,
) -> None:
    """Serve simulated devices on ptys and TCP until Ctrl-C.

    \b
    harness simulate                        the whole bench
    harness simulate modem supply           a modem on a pty, a supply as a VISA socket
    harness simulate host/iso8583 --listen host/iso8583=127.0.0.1:5000

    The devices belong together: the supply's output powers the terminal, the modem carries its
    packets. The terminal is off until the supply's channel 2 gives it 5 V. A switch is in its feed,
    open, where one is named (switch, switch/relay). Everything listens on this machine only, unless
    --listen says otherwise; a public address is refused.
    """
    plan = {
        "terminal": None if terminal == "none" else terminal,
        "channel": 2,
        "listen": dict(_pair(one) for one in listen),
        "ledger": ledger,
    }
    addresses = [f"{_scheme(name)}://{name}" for name in _outlets(roles, terminal)]
    with safe_signals(), ServedBench(plan, addresses, seed=seed, defects=defects) as bench:
        if as_json:
            plain = {address.split("://")[1]: real for address, real in bench.addresses.items()}
            click.echo(json.dumps(plain))
        else:
            for address, real in bench.addresses.items():
                click.echo(f"{address.split('://')[1]:<18} {real}")
            if any(name.startswith("terminal") for name in map(_name, bench.addresses)):
                click.echo(f"the terminal is off until the supply gives it 5 V: {POWER}", err=True)
                if any(_name(address) in ASKED for address in bench.addresses):
                    click.echo("and until each switch in its feed is closed", err=True)
            click.echo("running, for tests only; Ctrl-C ends it", err=True)
        while True:
            signal.pause()


def _outlets(roles: Sequence[str], terminal: str) -> list[str]:
    wanted = roles or [
        name for name in OUTLETS if name not in (*SAME, *ASKED) and _has(terminal, name)
    ]
    found: list[str] = []
    for role in wanted:
        if role not in OUTLETS:
            raise UsageError(f"no device {role!r}{instead(role, OUTLETS)}")
        found += [one for one in SAME.get(role, (role,)) if one not in found]
    if any(one.startswith("terminal") for one in found) and "supply" not in found:
        found.insert(0, "supply")  # a terminal that nobody can switch on is of no use
    return found


def _has(terminal: str, name: str) -> bool:
    """Whether a bench with this terminal has the outlet: of its registers, only the model's own."""
    if not name.startswith("terminal"):
        return True
    words = () if terminal == "none" else read_character(terminal)["registers"]
    own = {"ecr": "zvt"}.get(name.partition("/")[2], name.partition("/")[2])
    return own in words or (terminal != "none" and own == "console")


def _name(address: str) -> str:
    return address.partition("://")[2]


def _scheme(name: str) -> str:
    if name == "supply":
        return "sim+visa"
    return "sim+pty" if name in SERIAL else "sim+tcp"


def _pair(text: str) -> tuple[str, str]:
    role, sign, address = text.partition("=")
    host, colon, port = address.rpartition(":")
    if not (sign and host and colon and port.isdigit()):
        raise UsageError(f"--listen {text!r}: wanted ROLE=HOST:PORT, e.g. host=127.0.0.1:5000")
    if why := public(address):
        raise UsageError(f"--listen {text!r}: {why}")
    return role, address
