"""What the harness relies on in every supply, asked of one: real or simulated, by its own driver.

``conform`` runs each check of ``CHECKS`` from the safe state back to the safe state and tells what
it found. It knows nothing of the model: what an instrument cannot do is skipped by its roles and
its ``Capability``. On a real supply disconnect the terminal first: its output is switched on, up to
the limits given.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from harness.errors import BenchError
from harness.model.power import Supply
from harness.model.roles import SafeState, plays
from harness.testing import supply_basics, supply_powers
from harness.testing._asking import Skipped, wanted
from harness.testing.supply_bench import Bench, Unmet
from harness.wire.pan import mask

__all__ = ["CHECKS", "Bench", "Finding", "Skipped", "Unmet", "conform"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's end.

    Attributes:
        check: Its name.
        outcome: ``ok``, ``failed`` or ``skipped``.
        why: What was seen, or why it was skipped.
    """

    check: str
    outcome: str
    why: str = ""


CHECKS: tuple[Callable[[Bench], None], ...] = (
    supply_basics.says_who_it_is,
    supply_basics.is_off_when_safe,
    supply_basics.sets_and_measures,
    supply_basics.keeps_its_setting_while_off,
    supply_basics.stays_below_the_limits,
    supply_basics.tells_its_own_refusal,
    supply_powers.arms_its_protection,
    supply_powers.trips_and_clears,
    supply_powers.limits_itself,
    supply_powers.plays_its_list,
    supply_powers.stops_its_list,
    supply_powers.refuses_lists_it_cannot_play,
    supply_powers.goes_off_when_its_host_is_silent,
    supply_basics.never_mixes_up_answers,
    supply_basics.goes_off_though_a_word_was_lost,
    supply_basics.tells_a_lost_line,
)


def conform(bench: Bench, checks: Sequence[Callable[[Bench], None]] = CHECKS) -> Iterator[Finding]:
    """Run the checks one after the other, each ended in the safe state; call it in a task.

    Raises:
        BenchError: The supply could not be made safe: nothing more is tried.
    """
    wanted(plays(bench.driver, Supply) and plays(bench.driver, SafeState), "no Supply driver")
    for check in checks:
        try:
            check(bench)
            finding = Finding(check.__name__, "ok")
        except Skipped as why:
            finding = Finding(check.__name__, "skipped", mask(str(why)))
        except (AssertionError, BenchError) as error:
            said = mask(f"{type(error).__name__}: {error}")  # it may quote what was answered
            finding = Finding(check.__name__, "failed", said)
            bench.reconnect()
        bench.driver.make_safe()
        yield finding
