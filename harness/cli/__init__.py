"""The ``harness`` command, one module per family of commands (``Lazy.HOMES``).

Exit status: 0 all PASS (or skipped), 1 a FAIL, 2 usage or a bad file (nothing ran), 3 only
INCONCLUSIVE or ERROR, 130 interrupted. Errors are sentences, never tracebacks.
"""

import os
import signal
import sys
from collections.abc import Sequence
from typing import ClassVar

import click

from harness.errors import HarnessError, UsageError
from harness.version import VERSION
from harness.wire.pan import mask

EXIT_USAGE, EXIT_BENCH, EXIT_PIPE = 2, 3, 141


class Lazy(click.Group):
    """Commands live in modules that are imported when one is called for.

    Attributes:
        HOMES: Command -> its module, and how its own help begins: ``harness --help`` lists them
            all, and together they import everything there is.
    """

    HOMES: ClassVar[dict[str, tuple[str, str]]] = {
        "run": ("play", "Play scenarios and judge the terminal."),
        "judge": ("play", "Judge a recorded run again, from its traces alone."),
        "prove": ("proof", "Plant every known defect, and see it caught."),
        "check": ("look", "Find every error in scenario and rig files; run nothing."),
        "scenarios": ("look", "List scenarios, or the words they are written in."),
        "schema": ("look", "Print a JSON Schema: of scenarios, rigs or verdicts.json."),
        "presets": (
            "presets",
            "List the presets of unstable power; with a rig, how it would make each, or why it "
            "cannot.",
        ),
        "links": ("links", "List the links of `network_profile` and the fades of `signal_fade`."),
        "simulate": ("bench", "Serve simulated devices on ptys and TCP until Ctrl-C."),
        "init": ("start", "Write a starter: catalogue, virtual rigs, a lesson, pytest.ini."),
        "discover": ("discover", "List what answers, as rig lines ready to paste."),
        "doctor": ("doctor", "Examine a rig, role by role. Never energises anything."),
        "conform": (
            "conform", "Try a rig's supply: does it, by its driver, all that the harness relies on?"
        ),
        "image": ("image", "Make, sign and examine firmware images for the update store."),
    }  # fmt: skip

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which one needs them."""
        return list(self.HOMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """``run`` is ``harness.cli.play.run``."""
        if cmd_name not in self.HOMES:
            return None
        home, _ = self.HOMES[cmd_name]
        found: click.Command = getattr(
            __import__(f"harness.cli.{home}", fromlist=[cmd_name]), cmd_name
        )
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """As click does, without a look at the commands themselves."""
        room = formatter.width - 6 - max(map(len, self.HOMES))
        rows = [
            (name, click.Command(name, help=said).get_short_help_str(room))
            for name, (_, said) in self.HOMES.items()
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


@click.command(
    cls=Lazy,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit status: 0 all PASS, 1 a FAIL, 2 usage or bad file, 3 only INCONCLUSIVE or ERROR.",
)
@click.version_option(VERSION, prog_name="harness")
def harness() -> None:
    """Break the world around a payment terminal, and judge whether it copes.

    \b
    No bench at hand? Everything runs against simulated devices:
      harness init && harness run
      harness run scenarios/power --seed 7
      harness run --defect reversal_saved_after_send     see how a failure looks
      harness judge reports/sample                       judge a recorded run again
    On a bench of your own:
      harness discover --host 10.0.0.5                   rig lines for what answers
      harness check --rig rigs/lab.yaml
      harness doctor --rig rigs/lab.yaml                 what is wrong with it
      harness run scenarios --tag short --rig rigs/lab.yaml
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    try:
        status = harness.main(
            args=None if arguments is None else list(arguments),
            prog_name="harness",
            standalone_mode=False,
        )
    except click.ClickException as error:
        error.show()
        return EXIT_USAGE
    except UsageError as error:
        return _told(str(error), EXIT_USAGE)
    except HarnessError as error:
        return _told(f"the bench: {error}", EXIT_BENCH)
    except (click.Abort, KeyboardInterrupt) as stop:
        return _told("interrupted", _signalled(stop))
    except BrokenPipeError:
        # Whoever read our output has gone; keep the interpreter from saying so at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_PIPE
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _told(f"{where}{error.strerror or error}", EXIT_BENCH)
    return status if isinstance(status, int) else 0


def _told(said: str, status: int) -> int:
    said = mask(said)
    click.echo(f"harness: {said}" if "\n" not in said else said, err=True)
    return status


def _signalled(stop: BaseException) -> int:
    """128 plus the signal's number; SIGINT when it is not said (click wraps what it caught)."""
    said = (stop.__cause__ or stop).args
    name = str(said[0]) if said else "SIGINT"
    known = signal.Signals.__members__
    return 128 + int(known[name]) if name in known else 128 + int(signal.SIGINT)
