"""A terminal behind Concert, as Ingenico's Telium Manager speaks it: serial, France.

Source: Concert V2 with Telium Manager's fields, by public cash register clients (34 bytes asked, 80
or 25 answered, ENQ/ACK/EOT in both directions); fixtures/frames/concert.yaml. The protocol has no
question after a lost answer and no word to abort: an ``unknown`` sale stays so, and says so. Result
7 tells no reason: whether the issuer declined or the line was down, the register cannot know.
"""

from typing import ClassVar, Literal

from harness.drivers._by_talk import ByFrames
from harness.drivers._frames_talk import Talk
from harness.ports.base import Port

IDENTITY = None
DELAYS = {"at_end": "A010", "at_once": "A011"}


class Driver(ByFrames):
    """Plays Terminal and Desk (refund); Watched."""

    #: A result, never its reason: a cause cannot be reported by this protocol.
    OBSERVES: ClassVar[tuple[str, ...]] = ("ecr_results",)
    BAUD: ClassVar[int] = 9600

    def __init__(
        self,
        port: Port,
        *,
        register: int = 1,
        currency: str = "EUR",
        private: str = "",
        answer: Literal["at_end", "at_once"] = "at_end",
        full: bool = True,
        online: bool = False,
        answer_within: float = 10.0,
        personality: str = "",
    ) -> None:
        """Nothing is sent yet.

        Args:
            port: A serial line, 9600 bit/s; ``line: "7E1"`` in the rig file where it is not 8N1.
            register: The register's number, 1 to 99.
            currency: ISO 4217, alphabetic.
            private: Up to ten characters of the register's own, which come back.
            answer: When the terminal answers; at once it can say nothing of the outcome.
            full: Whether the answer has the card's field (80 bytes, else 25).
            online: Whether to authorise online whatever the amount.
            answer_within: Seconds until it takes or refuses an enquiry.
            personality: Folder of ``fixtures/terminal``.
        """
        if not 1 <= register <= 99:
            raise ValueError(f"register: {register}; wanted 1 to 99")
        if len(private) > 10:
            raise ValueError(f"private: {len(private)} characters; wanted 10 at most")
        values = {
            "pos": register, "private": private, "delay": DELAYS[answer],
            "report": "1" if full else "0", "force": "B011" if online else "B010",
        }  # fmt: skip
        self._talk = Talk(
            port, "concert", currency=currency, values=values, personality=personality
        )
        self.answer_within = answer_within
