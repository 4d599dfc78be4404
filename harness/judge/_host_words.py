"""Words of the host: codes that are no issuer's or end a reversal, acts that spoil an answer."""

#: Answers that are no word of the issuer about the card: faults of the switch, the terminal, the
#: keys or the batch (Q/CUP 006.6-2015, A.2).
NOT_OF_THE_ISSUER = frozenset({
    "03", "58", "97", "68", "90", "91", "92", "96", "98", "73", "99", "A0", "76", "77", "95",
})  # fmt: skip

#: A reversal is done with: done, invalid related transaction (cross-day), original not found.
REVERSAL_DONE = frozenset({"00", "12", "25"})
#: What some applications take for done as well.
ALSO_DONE = frozenset({"40"})

#: What the host may do to an answer after which there is none to act on.
SPOILING = frozenset({
    "corrupt", "wrong_stan", "wrong_amount", "wrong_tid", "wrong_mid", "wrong_mti", "bad_mac",
    "no_mac", "garbage", "truncate", "truncated", "reset",
})  # fmt: skip
