"""What the terminal makes of an answer code that is no approval.

Source: Q/CUP 006.6-2015, A.2; what is expected of each code is in ``harness/wire/answers.py``.
"""

from harness.sim.terminal.outcome import Stop
from harness.wire import answers

#: Expectation class of an answer code -> what the terminal says.
REFUSALS: dict[str, str] = {
    "final_decline": "card_declined", "retry_later": "host_error", "re_sign_on": "not_signed_on",
    "settle_first": "batch_full", "disabled": "terminal_disabled",
}  # fmt: skip
DUPLICATE = "94"  # the host has another transaction under this trace number
#: Codes that say more than their class.
CODES = {"33": "card_expired", "54": "card_expired", DUPLICATE: "batch_conflict"}
#: Classes after which nothing is worth sending before another sign-on; a terminal that was
#: disabled is enabled again when a sign-on succeeds.
NEED_SIGN_ON = ("re_sign_on", "disabled")


def refusal(code: str) -> Stop:
    """How a transaction ends that was answered so."""
    cause = CODES.get(code) or REFUSALS.get(answers.expected(code), "host_error")
    declined = answers.expected(code) == "final_decline" and code != DUPLICATE
    return Stop(cause, code, declined=declined)
