"""The normalised reasons a terminal gives. One word each; personalities map a model's own to these.

``CAUSES`` maps the word to the sentence a report prints. The words a terminal may not use for each
other are the point of the project: a communication fault is never a card decline.
"""

CAUSES: dict[str, str] = {
    # SIM, plan and radio
    "data_exhausted": "the data plan is used up",
    "data_low": "the data plan is nearly used up",
    "sim_expired": "the SIM or its plan has expired, or the carrier refuses the SIM",
    "sim_missing": "no SIM is seen",
    "sim_not_activated": "the SIM has not been activated yet",
    "no_signal": "no radio signal, or no cell",
    "weak_signal": "the signal is too weak to rely on",
    "not_registered": "the modem is not registered",
    "no_data_service": "registered, but no data bearer can be had",
    "wrong_settings": "a setting is refused: APN, user, address or port",
    "modem_fault": "the modem does not answer",
    # network and host
    "dns_failure": "a name cannot be resolved",
    "host_unreachable": "no connection to the host",
    "host_silent": "the host does not answer",
    "tls_error": "the certificate or the handshake is refused",
    "bad_mac": "a message failed its integrity check",
    "host_error": "the host answered with a fault of its own",
    # money
    "card_declined": "the issuer declined",
    "card_expired": "the card has expired",
    "reversal_pending": "a reversal waits to be sent",
    "batch_full": "the batch must be settled first",
    "not_signed_on": "the terminal is not signed on",
    "terminal_disabled": "the acquirer does not accept this terminal",
    # power
    "supply_low": "the supply voltage is too low",
    "supply_high": "the supply voltage is too high",
    "power_lost": "the supply failed and the terminal restarted",
    "battery_low": "the battery is low",
    # reader
    "card_removed": "the card was removed too early",
    "card_mute": "the chip does not answer",
    "card_bad_atr": "the chip answers with something that is no ATR",
    "card_unreadable": "the stripe cannot be read",
    "reader_fault": "the card reader is defective",
    # update
    "update_interrupted": "an update was interrupted",
    "update_link_lost": "an update's download broke off",
    "update_rejected": "an update was refused: corrupt, unsigned, wrong or older",
    "update_failed": "an update could not be installed",
    # the terminal itself
    "printer_fault": "the printer is not ready",
    "clock_invalid": "date and time are not valid",
    "journal_fault": "the journal is damaged",
    "storage_full": "the memory is full",
    "system_fault": "the terminal's own software failed",
    "cancelled": "the operator or the register cancelled",
    "timed_out": "nobody acted in time",
}
