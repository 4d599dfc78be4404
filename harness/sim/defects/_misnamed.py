"""A terminal that tells one cause as another one, wherever it tells causes.

Which other one is what a careless maker's firmware would say: one word for several conditions, a
row of a table that was copied, the nearest general word. Each row is a defect of its own,
``misnames_<cause>``, and each cause has one, so that no clause accepts a neighbour of the truth.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware

#: Cause -> (what is told instead, the ids of the catalogue that should catch it).
ROWS: Mapping[str, tuple[str, str]] = {
    "data_exhausted": ("no_data_service", "Q-1"),
    "data_low": ("data_exhausted", "Q-8"),
    "sim_expired": ("sim_missing", "Q-6"),
    "sim_missing": ("modem_fault", "S-1"),
    "sim_not_activated": ("sim_expired", "S-2"),
    "no_signal": ("not_registered", "S-4"),
    "weak_signal": ("no_signal", "S-4"),
    "not_registered": ("no_signal", "S-5"),
    "no_data_service": ("wrong_settings", "S-5"),
    "wrong_settings": ("no_data_service", "G-1"),
    "modem_fault": ("no_signal", "S-7"),
    "dns_failure": ("host_unreachable", "G-2"),
    "host_unreachable": ("host_silent", "G-1"),
    "host_silent": ("host_unreachable", "N-1"),
    "tls_error": ("host_unreachable", "G-2"),
    "bad_mac": ("host_error", "N-2"),
    "host_error": ("card_declined", "N-3"),
    "card_declined": ("host_error", "N-3"),
    "card_expired": ("card_declined", "N-3"),
    "reversal_pending": ("host_silent", "N-5"),
    "batch_full": ("storage_full", "X-2"),
    "not_signed_on": ("terminal_disabled", "N-3"),
    "terminal_disabled": ("not_signed_on", "G-3"),
    "batch_conflict": ("batch_full", "N-3"),
    "original_unknown": ("not_supported", "O-1"),
    "unbalanced": ("host_error", "N-6"),
    "supply_low": ("power_lost", "P-2"),
    "supply_high": ("supply_low", "P-2"),
    "power_lost": ("system_fault", "P-1"),
    "battery_low": ("supply_low", "P-5"),
    "card_removed": ("card_mute", "K-1"),
    "card_mute": ("card_bad_atr", "K-3"),
    "card_bad_atr": ("card_mute", "K-4"),
    "card_unreadable": ("reader_fault", "K-7"),
    "reader_fault": ("card_mute", "K-8"),
    "several_cards": ("card_unreadable", "K-6"),
    "card_stays": ("reader_fault", "K-5"),
    "maintenance_due": ("reader_fault", "K-9"),
    "update_interrupted": ("update_rejected", "U-1"),
    "update_link_lost": ("update_interrupted", "U-2"),
    "update_rejected": ("update_failed", "U-3"),
    "update_failed": ("update_rejected", "U-5"),
    "printer_fault": ("paper_out", "H-1"),
    "paper_out": ("cover_open", "H-1"),
    "cover_open": ("paper_out", "H-1"),
    "paper_jam": ("paper_out", "H-1"),
    "printer_hot": ("paper_jam", "H-1"),
    "scanner_fault": ("code_unreadable", "H-2"),
    "code_unreadable": ("scanner_fault", "H-2"),
    "code_expired": ("code_unreadable", "H-2"),
    "key_fault": ("system_fault", "H-3"),
    "display_fault": ("light_fault", "H-3"),
    "light_fault": ("display_fault", "H-3"),
    "pad_fault": ("signature_pending", "H-4"),
    "signature_pending": ("pad_fault", "H-4"),
    "companion_lost": ("pad_fault", "H-4"),
    "clock_invalid": ("system_fault", "G-4"),
    "journal_fault": ("storage_full", "X-4"),
    "storage_full": ("storage_low", "X-4"),
    "storage_low": ("memory_low", "X-4"),
    "memory_low": ("storage_low", "X-6"),
    "too_hot": ("printer_hot", "X-3"),
    "system_fault": ("power_lost", "X-6"),
    "cancelled": ("timed_out", "O-1"),
    "timed_out": ("cancelled", "O-1"),
    "amount_invalid": ("not_supported", "O-4"),
    "password_wrong": ("not_signed_on", "O-1"),
    "not_supported": ("amount_invalid", "O-1"),
}


@dataclass
class Misnamed:
    """One row.

    Attributes:
        cause: What is the matter.
        instead: What is told.
        ids: Of the catalogue: which stories should catch it.
    """

    cause: str
    instead: str
    ids: str

    def __post_init__(self) -> None:
        self.__doc__ = (
            f"{self.cause} is told as {self.instead}, on every channel.\n\n"
            f"Breaks invariant 17 and {self.ids}: the cause that is told is the true one."
        )

    def plant(self, base: "type[Firmware]") -> "type[Firmware]":
        """A firmware whose alarms have one row in another one's place."""
        cause, instead = self.cause, self.instead

        class Alarms(base.Alarms):  # type: ignore[name-defined, misc]
            def called(self, told: str) -> str:
                return instead if told == cause else str(super().called(told))

        return base.with_parts(Alarms=Alarms)


MADE: Mapping[str, Misnamed] = {
    f"misnames_{cause}": Misnamed(cause, *row) for cause, row in ROWS.items()
}
