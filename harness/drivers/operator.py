"""A terminal without any interface, and a person at it: what to do is asked for, and believed.

Source: no protocol but a line of text each way; the rig's address is ``operator://tty``, the
terminal that the run was started from. A run without such a terminal (CI, a service) ends before
anything is energised. As ``terminal`` the person keys in sales and says how they ended; as
``hands`` the person works on the terminal's parts. One person answers one question at a time: who
is asked for a sale's end cannot pull paper meanwhile, so a step that is late is told as late.
"""

import re
from collections.abc import Sequence

from harness.drivers._person import Person
from harness.errors import DeviceRefused, Garbled, PortTimeout, UsageError
from harness.model.hands import PARTS, CodeShown
from harness.model.roles import Observe, SaleResult, ignore
from harness.model.units import Money, Seconds
from harness.ports.base import Port

IDENTITY = None
DONE = frozenset({"", "y", "yes", "ok", "done"})
#: First letter of the answer -> outcome.
ENDS = {"a": "approved", "d": "declined", "f": "failed", "u": "unknown"}
CHOICE = "[a]pproved, [d]eclined, [f]ailed or [u]nknown, then its trace number and text if any"
READY, OTHERWISE = "00", "FF"
#: What a person reads for a state.
SAID = {
    "signer": {"signs": "sign when asked", "walks_off": "do not sign"},
    "companion": {"near": "bring the phone near", "away": "take the phone out of reach"},
}


class Driver:
    """Plays Terminal, Hands, Presses, ShowsCodes, Settles, Reprints, SignsOn, SignsOff.

    It is Vigilant, too: a question that nobody answered is told at the end of the story.
    """

    def __init__(
        self, port: Port, *, parts: Sequence[str] = tuple(PARTS), within: Seconds = Seconds(90),
        sale_within: Seconds = Seconds(240),
    ) -> None:  # fmt: skip
        """Nobody is asked yet.

        Args:
            port: ``operator://tty``.
            parts: What of this terminal a person can reach (``model/hands.py``).
            within: How long an act may take.
            sale_within: How long a sale may take, from the keys to the end.
        """
        if not (within > 0 and sale_within > 0):
            raise UsageError("operator: within and sale_within are above 0 s")
        strangers = [part for part in parts if part not in PARTS]
        if strangers:
            raise UsageError(f"operator: no parts {', '.join(strangers)}; wanted some of "
                             f"{', '.join(PARTS)}")  # fmt: skip
        self.observe: Observe = ignore
        self._parts = tuple(parts)
        self._person = Person(port, within)
        self._sale_within = sale_within

    # --- the terminal -------------------------------------------------------------------------

    def sign_on(self) -> None:
        """There is no register's session to open."""

    def sell(self, amount: Money) -> SaleResult:
        """A sale, keyed in by the person; an answer that does not come leaves it unknown."""
        return self._end_of(f"Key in a sale of {amount}, and have the card presented")

    def settle(self) -> SaleResult:
        return self._end_of("Have the terminal settle its batch")

    def reprint(self) -> SaleResult:
        return self._end_of("Have the terminal print its last receipt again")

    def sign_on_host(self) -> SaleResult:
        return self._end_of("Sign the terminal on")

    def sign_off(self) -> SaleResult:
        return self._end_of("Sign the terminal off")

    def abort(self) -> None:
        """Said, not asked: the question about the sale is still open."""
        self._person.tell("Press CANCEL on the terminal now")

    def last_result(self) -> SaleResult | None:
        """By the terminal's own records; None when the person finds none."""
        what = f"Look up the last transaction in the terminal: {CHOICE}; [n] for none"
        letter, rest, _ = self._person.choose(what, (*ENDS, "n"))
        return None if letter == "n" else _result(letter, rest)

    def look(self) -> None:
        """Whether every question had an answer; raises Astray."""
        self._person.look()

    def status(self) -> str:
        """Whether the display says that it is ready; else what it shows is a ``display``."""
        what = "Is the terminal ready for a sale? [y]es, or [n]o and what it shows"
        letter, rest, t = self._person.choose(what, ("y", "n"))
        if rest:
            self.observe("display", t=t, text=rest)
        code = READY if letter == "y" else OTHERWISE
        self.observe("terminal_status", t=t, code=code, text=rest)
        return code

    def _end_of(self, what: str) -> SaleResult:
        question = f"{what}. How does it end? {CHOICE}"
        try:
            letter, rest, t = self._person.choose(question, ENDS, self._sale_within)
        except (PortTimeout, Garbled) as late:
            return SaleResult("unknown", text=str(late))
        result = _result(letter, rest)
        if result.text:
            self.observe("display", t=t, text=result.text)
        return result

    # --- hands --------------------------------------------------------------------------------

    def parts(self) -> Sequence[str]:
        return self._parts

    def put(self, part: str, state: str) -> None:
        """Have a part brought into a state; raises DeviceRefused with the person's reason."""
        if part not in self._parts:
            raise DeviceRefused(f"{part} is not within reach; there are {', '.join(self._parts)}")
        words = SAID.get(part, {}).get(state) or f"{part.replace('_', ' ')}: make it {state}"
        self.observe("part", t=self._do(words), part=part, state=state)

    def press(self, keys: str) -> None:
        self.observe("pressed", t=self._do(f"Press on the terminal: {keys}"), keys=keys)

    def show_code(self, code: CodeShown) -> None:
        what = "Take the code away" if code == "none" else f"Hold a {code} code before the scanner"
        self.observe("code_shown", t=self._do(what), code=code)

    def _do(self, what: str) -> float:
        said, t = self._person.ask(f"{what}, then press Enter (or say why not)")
        if said.lower() not in DONE:
            raise DeviceRefused(f"{what}: the operator answers {said[:200]!r}")
        return t


def _result(letter: str, rest: str) -> SaleResult:
    """What a person says of a transaction: maybe a trace number, maybe a text."""
    found = re.match(r"(\d{1,6})\b\s*", rest)
    stan = int(found[1]) if found else None
    text = rest[found.end() :] if found else rest
    return SaleResult(ENDS[letter], stan=stan, text=text)
