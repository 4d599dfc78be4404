"""What can be observed: source -> kinds. The table of DESIGN.md, 5, as data.

A scenario that names a kind which nobody ever says would wait for ever, or forbid nothing.
"""

from harness.model.words import nearest

KINDS: dict[str, tuple[str, ...]] = {
    "engine": (
        "run_started", "given_ready", "step_started", "step_done", "sale_started", "sale_ended",
        "sale_resolved", "handed_over",
        "fault_injected", "fault_took_effect", "fault_cleared", "fault_lingers", "given_failed",
        "trigger_missed", "records_missing", "healing", "at_rest", "not_at_rest",
        "bench_error", "run_ended", "power_asked", "power_uploaded", "power_achieved",
        "power_trial", "power_threshold", "fade_asked", "fade_played", "sim_verified",
    ),
    "terminal": (
        "line", "boot", "restart_due", "state", "detected", "report", "cleared", "display",
        "prompt", "ecr_status", "ecr_result", "acknowledgement_withheld", "terminal_status",
        "card_read", "reversal_saved", "reversal_sent", "reversal_done", "request_sent",
        "answer_received", "approved", "declined", "not_done", "shown", "printing", "printed",
        "journal_entry", "journal_end", "totals", "tamper", "light", "health", "battery",
        "self_test", "signature", "code_read", "update", "card_number_in_clear", "key_in_clear",
        "bars", "bearer", "remedy", "retries",
    ),
    "host": (
        "connected", "disconnected", "request_received", "reply_due", "answered", "misbehaved",
        "certificate", "door", "turned_away", "handshake", "ledger_entry", "ledger_end",
        "signed_on", "signed_off", "signature_received", "settled", "clock", "violation",
    ),
    "network": (
        "plan", "subscription", "pending", "access", "names", "notice", "name_asked", "diverted",
        "outage", "dropped", "path", "counted", "congestion",
    ),
    "modem": (
        "registration", "signal", "bearer", "urc", "silent", "answering", "sim", "cell",
    ),
    "sim_card": ("selected",),
    "attenuator": ("attenuation",),
    "supply": ("measured", "output", "set", "tripped"),
    "switch": ("closed", "opened", "pulsed"),
    "reader": (
        "card_inserted", "card_removed", "card_swiped", "card_tapped", "field", "contact",
    ),
    "hands": ("part", "pressed", "code_shown", "ambient", "debugged"),
    "updates": ("offered", "withdrawn", "requested", "served", "handshake", "misbehaved"),
    "flash": ("triggered", "closed", "programmed"),
}  # fmt: skip


def unknown(source: str, kind: str) -> str:
    """What to say of a kind that nobody (or not this source) ever says; ``""`` for a known one."""
    known = KINDS.get(source) or sorted({one for kinds in KINDS.values() for one in kinds})
    if kind in known:
        return ""
    whose = f"{source} says" if source in KINDS else "anybody says"
    near = nearest(kind, known)
    said = f"no {kind!r} is among what {whose}{near or '.'}"
    return f"{said} Known: {', '.join(known)}" if not near or source in KINDS else said
