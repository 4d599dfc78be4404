"""What bad terminals do to a day: each breaks one rule, in a day that was right.

A mutant changes the lines of a lived day, or lives a piece of it wrongly at its end. The letters
are the defects of public terminal code (payment rules, section 6).
"""

import random
from collections.abc import Callable

from harness.tests.judge.days import OTHER_PAN, Day
from harness.tests.judge.story import PAN, TID, Row

Mutant = Callable[[Day], None]
MUTANTS: dict[str, tuple[Mutant, frozenset[str]]] = {}


def breaks(*clauses: str) -> Callable[[Mutant], Mutant]:
    """Register a mutant with the clauses of which one at least must catch it."""

    def keep(mutant: Mutant) -> Mutant:
        MUTANTS[mutant.__name__] = (mutant, frozenset(clauses))
        return mutant

    return keep


def sale(day: Day, amount: int = 4200, *, sends: bool = True) -> tuple[str, int]:
    """A new sale, as far as its request; what becomes of it is the mutant's."""
    name, stan = day.after(60).next("sale", amount, card="none")
    if sends:
        day.ask(name, stan, amount, mti="0200", processing="000000", entry="sale")
    return name, stan


@breaks("exactly_once")
def never_charged(day: Day) -> None:
    """1: approved by everybody, and not booked."""
    name, stan = sale(day)
    day.believe(name, stan, 4200, "sale")
    del day.ledger[stan]


@breaks("exactly_once")
def void_of_nothing(day: Day) -> None:
    """1: a void is booked, and no sale was there for it to take back."""
    day.good_sale()
    name, stan = day.next("void", None)
    day.ask(name, stan, 77_777, mti="0200", processing="200000", entry="void")
    day.believe(name, stan, 77_777, "void")


@breaks("exactly_once")
def completion_booked_as_sale(day: Day) -> None:
    """1: a reservation is completed by a second, ordinary sale."""
    day.preauth()
    name, stan = day.next("completion", 1800)
    day.ask(name, stan, 1800, mti="0200", processing="000000", entry="sale")
    day.believe(name, stan, 1800, "completion")


@breaks("no_orphan_charge", "journal_intact")
def record_lost(day: Day) -> None:
    """2: charged and approved, and the journal has lost it."""
    name, stan = sale(day)
    day.believe(name, stan, 4200, "sale")
    del day.journal[stan]


@breaks("declined_costs_nothing", "exactly_once")
def needs_no_reversal(day: Day) -> None:
    """3, defect c: failed to the cardholder, and nobody takes the charge back."""
    name, stan = sale(day)
    day.answer(stan, arrives=False)
    day.terminal("not_done", stan=stan, owed=False, **day.facts(4200))
    day.ended(name, "failed", cause="host_silent", stan=stan)


@breaks("reversal_before_next_sale")
def next_sale_first(day: Day) -> None:
    """4, defect b: the next sale goes out before the reversal."""
    name, stan = sale(day)
    day.answer(stan, arrives=False)
    day.terminal("not_done", stan=stan, owed=True, **day.facts(4200))
    day.ended(name, "failed", cause="host_silent", stan=stan)
    day.good_sale()
    day.owe(stan, 4200)


@breaks("reversal_before_next_sale")
def sells_after_a_refused_reversal(day: Day) -> None:
    """4: the switch cannot take the reversal yet, and the next sale goes out all the same."""
    name, stan = sale(day)
    day.answer(stan, arrives=False)
    day.terminal("not_done", stan=stan, owed=True, **day.facts(4200))
    day.ended(name, "failed", cause="host_silent", stan=stan)
    day.terminal("answer_received", mti="0410", stan=stan, response="96")
    day.good_sale()
    day.owe(stan, 4200)


@breaks("reversal_before_next_sale")
def refund_overtakes_reversal(day: Day) -> None:
    """4: what is asked for after it goes out before it, as an advice."""
    name, stan = sale(day)
    day.answer(stan, arrives=False)
    day.ended(name, "failed", cause="host_silent", stan=stan)
    back, number = day.next("refund", 77, card="none")
    day.ask(back, number, 77, mti="0220", processing="200000", entry="refund")
    day.hear(number)
    day.finish(back, number, 77, "refund")
    day.owe(stan, 4200)


@breaks("reversal_before_next_sale")
def asked_again_not_reversed(day: Day) -> None:
    """4: no answer came, and the same request goes out once more; the host resends its answer."""
    name, stan = sale(day)
    day.answer(stan, arrives=False)
    day.after(60).ask(name, stan, 4200, mti="0200", processing="000000", entry="sale")
    day.believe(name, stan, 4200, "sale")


@breaks("booked_as_asked")
def refund_sent_as_sale(day: Day) -> None:
    """1: a refund leaves with a sale's processing code; that the host declines it saves nobody."""
    name, stan = day.next("refund", 300, card="none")
    day.ask(name, stan, 300, mti="0200", processing="000000", entry="sale", status="declined")
    day.answer(stan, "51")
    day.terminal("declined", stan=stan, **day.facts(300))
    day.ended(name, "declined", cause="card_declined", stan=stan)


@breaks("booked_as_asked")
def sale_sent_as_credit(day: Day) -> None:
    """1: a sale leaves with a refund's processing code."""
    name, stan = sale(day, sends=False)
    day.ask(name, stan, 4200, mti="0200", processing="200000", entry="void")
    day.believe(name, stan, 4200, "sale")


@breaks("booked_as_asked")
def reservation_sent_as_charge(day: Day) -> None:
    """1: a pre-authorisation leaves as a financial request."""
    name, stan = day.next("preauth", 2000, card="none")
    day.ask(name, stan, 2000, mti="0200", processing="000000", entry="sale")
    day.believe(name, stan, 2000, "preauth")


@breaks("booked_as_asked")
def charged_in_dollars(day: Day) -> None:
    """1: asked for in yuan, charged in another currency."""
    name, stan = sale(day)
    day.find("request_received", stan=stan)[-1].fields["currency"] = "840"
    day.believe(name, stan, 4200, "sale")


@breaks("outcomes_agree")
def register_told_another_amount(day: Day) -> None:
    """14: host, journal and receipt have one amount, the register's answer has another."""
    day.good_sale()
    day.find("sale_ended", outcome="approved")[-1].fields["told"] = 1


@breaks("outcomes_agree")
def register_told_card_of_before(day: Day) -> None:
    """1 and 24: the register is told the card of the sale before."""
    day.good_sale()
    ended = day.find("sale_ended", outcome="approved")[-1].fields
    ended["pan"] = OTHER_PAN if ended["pan"] == PAN else PAN


@breaks("outcomes_agree")
def register_told_code_of_before(day: Day) -> None:
    """14: the register is told the authorisation code of the sale before."""
    day.good_sale()
    day.good_sale()
    first, second = (row.fields for row in day.find("sale_ended", outcome="approved")[-2:])
    second["auth"] = first["auth"]


@breaks("outcomes_agree")
def register_told_dollars(day: Day) -> None:
    """14: the register asked in yuan, and is told another currency."""
    day.good_sale()
    day.find("sale_ended", outcome="approved")[-1].fields["currency"] = "840"


@breaks("reversal_survives_power_loss", "persist_before_send")
def reversal_lost_in_restart(day: Day) -> None:
    """5, defects d and e: the pending reversal is gone after a restart."""
    name, stan = sale(day)
    day.answer(stan, arrives=False)
    day.boot()
    day.ended(name, "unknown")


@breaks("reversal_survives_power_loss")
def any_code_ends_a_reversal(day: Day) -> None:
    """5, defect e: the host answers 96 to the reversal, and it is called done."""
    name, stan = sale(day)
    day.answer(stan, arrives=False)
    day.terminal("not_done", stan=stan, owed=True, **day.facts(4200))
    day.ended(name, "failed", cause="host_silent", stan=stan)
    day.after(30).terminal("reversal_sent", stan=stan)
    day.host("request_received", mti="0400", stan=stan, batch=day.batch, tid=TID, **day.facts(4200))
    day.host("answered", mti="0410", stan=stan, response="96")
    day.terminal("reversal_done", stan=stan)


@breaks("reversal_carries_original")
def reversal_of_another_amount(day: Day) -> None:
    """6: the 0400 carries another amount."""
    name, stan = sale(day)
    day.answer(stan, arrives=False)
    day.terminal("not_done", stan=stan, owed=True, **day.facts(4200))
    day.ended(name, "failed", cause="host_silent", stan=stan)
    day.after(30).reverse(stan, 4100)
    day.journal[stan]["amount"] = 4200


def reversed_as(day: Day, **fields: str) -> None:
    """A sale without an answer is reversed, with these fields in its 0400."""
    name, stan = sale(day)
    day.answer(stan, arrives=False)
    day.terminal("not_done", stan=stan, owed=True, **day.facts(4200))
    day.ended(name, "failed", cause="host_silent", stan=stan)
    day.after(30).reverse(stan, 4200)
    day.find("request_received", mti="0400", stan=stan)[-1].fields.update(fields)


@breaks("reversal_carries_original")
def reversed_as_keyed_in(day: Day) -> None:
    """6: another way of entry."""
    reversed_as(day, mode="012")


@breaks("reversal_carries_original")
def reversed_as_a_void(day: Day) -> None:
    """6: another processing code."""
    reversed_as(day, processing="200000")


@breaks("reversal_carries_original")
def reversed_under_another_condition(day: Day) -> None:
    """6: another condition code."""
    reversed_as(day, condition="06")


@breaks("reversal_carries_original")
def reversed_without_sequence(day: Day) -> None:
    """6: no card sequence number, where the sale had one."""
    reversed_as(day, sequence="")
    day.find("request_received", mti="0200", stan=day.stan)[-1].fields["sequence"] = "001"


@breaks("reversal_carries_original")
def reversed_in_dollars(day: Day) -> None:
    """6: another currency."""
    reversed_as(day, currency="840")


@breaks("reversal_carries_original")
def reversal_names_another(day: Day) -> None:
    """6: field 61 names the next trace number."""
    reversed_as(day, original=f"{day.batch:06d}{day.stan + 2:06d}0301")


@breaks("reversal_carries_original")
def reversed_with_code_of_another(day: Day) -> None:
    """6: field 38 is of the sale before."""
    day.good_sale()
    reversed_as(day, auth=f"{day.stan:06d}")


@breaks("reversals_spaced")
def reversals_to_a_deaf_host(day: Day) -> None:
    """6: the host takes no notice of 0400, and they come by the second."""
    name, stan = sale(day)
    day.answer(stan, arrives=False)
    day.terminal("not_done", stan=stan, owed=True, **day.facts(4200))
    day.ended(name, "failed", cause="host_silent", stan=stan)
    for _ in range(2):
        day.after(1).host("misbehaved", act="ignore", mti="0400", stan=stan)
    day.after(30).reverse(stan, 4200)


@breaks("reversal_carries_original")
def inquiry_reversed(day: Day) -> None:
    """6: a balance inquiry has no answer, and is reversed as if it had moved money."""
    day.balance()
    day.owe(day.stan, 0)


@breaks("reversals_spaced")
def reversal_without_gap(day: Day) -> None:
    """6: the 0400 comes twice in a second."""
    day.lost_answer()
    rows = day.find("request_received", mti="0400")
    day.host("request_received", **rows[-1].fields)


@breaks("persist_before_send")
def saved_after_send(day: Day) -> None:
    """7, defect a: cut after the request, before anything was saved."""
    name, stan = sale(day)
    day.drop(lambda row: row.kind == "reversal_saved" and row.fields["stan"] == stan)
    day.boot()
    day.ended(name, "unknown")


@breaks("stan_never_reused")
def echoes_number_used_again(day: Day) -> None:
    """8: an echo's number is a sale's as well, where all come from one counter."""
    day.name_batch(day.batch)
    day.good_sale()
    for _ in range(2):
        day.stan += 1
        day.host("request_received", mti="0820", stan=day.stan, batch=day.batch, tid=TID)
    day.good_sale()
    day.stan -= 2
    day.good_sale()


@breaks("stan_never_reused")
def number_used_again(day: Day) -> None:
    """8, defect f: the number is counted on only after the answer."""
    day.good_sale()
    day.stan -= 1
    name, stan = sale(day, 4300)
    day.believe(name, stan, 4300, "sale")


@breaks("stan_never_reused")
def number_used_for_a_sign_on(day: Day) -> None:
    """8, defect f: the sign-on after a cut has the number of the sale before it."""
    for _ in range(2):
        day.stan += 1
        day.host("request_received", mti="0800", stan=day.stan, batch=day.batch, tid=TID)
        day.good_sale()
    day.host("request_received", mti="0800", stan=day.stan, batch=day.batch, tid=TID)


@breaks("batch_closes_once")
def closed_and_told_as_failed(day: Day) -> None:
    """14: the host has closed the batch, the terminal knows, and the register is told that not."""
    day.settle()
    day.find("step_done", word="settle")[-1].fields["outcome"] = "failed"


@breaks("batch_closes_once")
def open_and_told_as_closed(day: Day) -> None:
    """14: the register is told that the day is over, and the host has closed nothing."""
    day.good_sale()
    day.engine("step_started", word="settle")
    day.engine("step_done", word="settle", outcome="approved")


@breaks("batch_closes_once")
def batch_closed_unheard(day: Day) -> None:
    """9: a new batch without an acknowledged settlement."""
    day.good_sale()
    day.batch += 1
    day.good_sale()


@breaks("batch_closes_once")
def sold_in_a_closed_batch(day: Day) -> None:
    """9: a sale in the batch whose settlement it was told of."""
    day.settle()
    day.batch -= 1
    name, stan = sale(day)
    day.believe(name, stan, 4200, "sale")


@breaks("batch_closes_once")
def settled_by_anothers_answer(day: Day) -> None:
    """9, 12: a settlement's answer for another trace number is believed, and a batch begun."""
    day.good_sale()
    day.ask_to_settle("wrong_stan")
    day.batch += 1
    day.name_batch(day.batch)


@breaks("batch_closes_once")
def settled_again_though_kept(day: Day) -> None:
    """9: it has signed on in its new batch, and a restart brings the old one back."""
    day.ask_to_settle()
    day.hear_settled()
    day.name_batch(day.batch + 1)
    day.after(3).boot()
    day.ask_to_settle()


@breaks("batch_closes_once")
def settled_twice_in_one_go(day: Day) -> None:
    """9: what it has just heard to be closed it settles again, and no restart was between."""
    day.ask_to_settle()
    day.hear_settled()
    day.ask_to_settle()


@breaks("totals_agree")
def totals_wrong(day: Day) -> None:
    """10: the terminal adds up otherwise than its own journal."""
    day.totals()
    day.rows[-1].fields["debit"] += 1


@breaks("totals_agree")
def closed_unbalanced(day: Day) -> None:
    """10: unbalanced, and nothing is uploaded."""
    day.host("settled", tid=TID, batch=day.batch, balanced=False, uploaded=0)


@breaks("advices_once")
def refund_sent_again(day: Day) -> None:
    """11: an advice goes out again after its answer was heard."""
    day.refund()
    day.host("request_received", **day.find("request_received", mti="0220")[-1].fields)


@breaks("persist_before_send", "reversal_survives_power_loss")
def refused_reversal_lost_by_cut(day: Day) -> None:
    """5, 7: the switch could not take the reversal yet, and a cut forgets it."""
    name, stan = sale(day)
    day.answer(stan, arrives=False)
    day.terminal("not_done", stan=stan, owed=True, **day.facts(4200))
    day.ended(name, "failed", cause="host_silent", stan=stan)
    day.terminal("answer_received", mti="0410", stan=stan, response="96")
    day.after(3).boot()


@breaks("advices_once")
def refund_told_in_vain(day: Day) -> None:
    """11: the only answer has a wrong MAC, and is believed."""
    name, stan = day.next("refund", 300, card="none")
    day.finish(name, stan, 300, "refund")
    day.tell(name, stan, "corrupt")
    day.good_sale()


@breaks("advices_once")
def uploaded_from_the_start(day: Day) -> None:
    """11: an item that the host has taken comes again."""
    day.upload(1)
    day.upload(1)


@breaks("advices_once", "exactly_once")
def refund_never_sent(day: Day) -> None:
    """11: a refund that is approved and never told the host."""
    name, stan = day.next("refund", 300, card="none")
    day.finish(name, stan, 300, "refund")


@breaks("advices_once")
def upload_ended_wrongly(day: Day) -> None:
    """11, defect h: the upload of an unbalanced batch ends as balanced."""
    day.host("violation", rule="upload_end", stan=1, text="ends as balanced")


@breaks("answers_must_match")
def spoilt_answer_believed(day: Day) -> None:
    """12: approved on an answer with a bad MAC."""
    name, stan = sale(day)
    day.host("misbehaved", act="corrupt", mti="0200", stan=stan)
    day.believe(name, stan, 4200, "sale")


@breaks("answers_must_match")
def spoilt_reversal_believed(day: Day) -> None:
    """12: what answers its reversal is another terminal's, and it calls the sale reversed."""
    name, stan = sale(day)
    day.answer(stan, arrives=False)
    day.terminal("not_done", stan=stan, owed=True, **day.facts(4200))
    day.ended(name, "failed", cause="host_silent", stan=stan)
    day.host("misbehaved", act="wrong_tid", mti="0400", stan=stan)
    day.after(30).reverse(stan, 4200)


@breaks("answers_must_match", "exactly_once")
def approved_by_itself(day: Day) -> None:
    """12: approved, and nobody was asked."""
    name, stan = sale(day, sends=False)
    day.finish(name, stan, 4200, "sale")


@breaks("receipt_needs_journal")
def receipt_first(day: Day) -> None:
    """13: a receipt of a sale that the journal calls failed."""
    name, stan = sale(day)
    day.believe(name, stan, 4200, "sale")
    day.journal[stan]["outcome"] = "failed"


@breaks("receipt_needs_journal")
def reprint_unmarked(day: Day) -> None:
    """13: a second receipt that was asked for, and does not say that it is one."""
    day.good_sale()
    day.engine("step_started", word="reprint")
    day.rows.append(Row(day.now, "terminal", "printed", dict(day.find("printed")[-1].fields)))


@breaks("outcomes_agree")
def register_told_otherwise(day: Day) -> None:
    """14: failed to the register, approved on paper and in the journal."""
    name, stan = sale(day)
    day.believe(name, stan, 4200, "sale")
    day.find("sale_ended", sale=name)[-1].fields["outcome"] = "failed"


@breaks("shown_as_it_ended")
def approved_shown_declined(day: Day) -> None:
    """14: approved by the host, and the display blames the issuer."""
    day.after(120.0).good_sale()
    day.terminal("report", on="display", cause="card_declined")


@breaks("signed_on_first")
def sold_signed_off(day: Day) -> None:
    """15: a sale between sign-off and sign-on."""
    day.host("signed_off", tid=TID)
    day.good_sale()


@breaks("signs_on_again")
def keys_refused_and_kept(day: Day) -> None:
    """15: the next sale goes out with the keys that were refused."""
    name, stan = sale(day)
    day.answer(stan, "A0")
    day.terminal("not_done", stan=stan, owed=False, **day.facts(4200))
    day.ledger[stan]["status"] = "declined"
    day.ended(name, "failed", cause="not_signed_on", stan=stan)
    day.good_sale()


@breaks("boots_old_or_new")
def older_image_runs(day: Day) -> None:
    """16: an older version starts."""
    day.boot(version="1.9.0", reason="update")


@breaks("keys_survive")
def number_lost_by_update(day: Day) -> None:
    """16: behind an update it goes by another terminal number."""
    day.good_sale()
    day.terminal("update", phase="committing", version="2.1.0")
    day.boot(reason="update")
    day.good_sale()
    day.find("request_received", mti="0200")[-1].fields["tid"] = "00000000"


@breaks("comm_fault_is_no_decline")
def outage_called_a_decline(day: Day) -> None:
    """17: no answer came, and the issuer is blamed."""
    day.lost_answer()
    day.find("not_done")[-1].kind = "declined"


@breaks("no_clear_card_number")
def number_in_the_log(day: Day) -> None:
    """19, defect g: the whole message is in the log."""
    day.terminal("card_number_in_clear", channel="console", masked="999999******0014")


@breaks("full_journal_refuses")
def full_and_sold(day: Day) -> None:
    """20: refused for want of room, and the next one goes out all the same."""
    name, _ = day.next("sale", 100, card="none")
    day.ended(name, "failed", cause="batch_full")
    day.good_sale()


@breaks("journal_intact", "no_orphan_charge")
def oldest_overwritten(day: Day) -> None:
    """20: the oldest record of the open batch makes room for the newest."""
    day.good_sale()
    first = min(stan for stan in day.journal if day.journal[stan]["outcome"] == "approved"
                and day.journal[stan]["batch"] == day.batch
                and day.journal[stan].get("what", "sale") == "sale")  # fmt: skip
    del day.journal[first]


@breaks("clock_agrees")
def clock_wrong(day: Day) -> None:
    """21: it sells with a clock of yesterday."""
    day.good_sale()
    day.find("request_received", mti="0200")[-1].fields["skew"] = -86_400


@breaks("retries_bounded")
def reconnect_storm(day: Day) -> None:
    """22: nine connections in a second."""
    for _ in range(9):
        day.host("connected", secured=True)


@breaks("retries_bounded")
def echo_storm(day: Day) -> None:
    """22: nine echoes in a second, and each was answered."""
    for stan in range(801, 810):
        day.host("request_received", mti="0820", stan=stan, tid=TID)


@breaks("no_tamper")
def tampered(day: Day) -> None:
    """23: a dip within the specification looks like tampering to it."""
    day.terminal("tamper", text="TAMPER 07")


@breaks("next_card_fresh")
def card_of_before(day: Day) -> None:
    """24: the stripe is there, and the chip card's number is read and charged."""
    for card in ("stripe", "chip"):
        day.engine("sale_started", sale=f"seen {card}", amount=1, currency="CNY", card=card)
        day.present(card)
        day.ended(f"seen {card}", "failed", cause="cancelled")
    name, stan = day.next("sale", 1234, card="stripe")
    day.say("reader", "card_swiped", card="stripe")
    day.terminal("card_read", entry="stripe", pan=day.pan)
    day.ask(name, stan, 1234, mti="0200", processing="000000", entry="sale")
    day.believe(name, stan, 1234, "sale")


@breaks("next_card_fresh")
def card_of_before_never_seen_till_now(day: Day) -> None:
    """24: a new card is read with the number of the one before; afterwards it has its own."""
    for pan in ("620000******0001", "620000******0001", "620000******0002"):
        card = "old" if pan.endswith("1") and not day.find("card_inserted", card="old") else "new"
        name, _ = day.next("sale", 1234, card=card)
        day.say("reader", "card_inserted", card=card)
        day.terminal("card_read", entry="chip", pan=pan)
        day.ended(name, "failed", cause="cancelled")


@breaks("next_card_fresh")
def no_card_read(day: Day) -> None:
    """24: charged to the card before, with none presented."""
    day.good_sale()
    name, stan = day.next("sale", 1234, card="chip")
    day.ask(name, stan, 1234, mti="0200", processing="000000", entry="sale")
    day.believe(name, stan, 1234, "sale")


@breaks("ready_owes_nothing")
def ready_while_owing(day: Day) -> None:
    """5: ready and nothing pending, while a reversal is owed."""
    name, stan = sale(day)
    day.answer(stan, arrives=False)
    day.terminal("not_done", stan=stan, owed=True, **day.facts(4200))
    day.ended(name, "failed", cause="host_silent", stan=stan)
    day.terminal("state", state="ready", pending=0, online=True)
    day.owe(stan, 4200)


@breaks("ready_owes_nothing")
def register_told_ready_while_owing(day: Day) -> None:
    """5, 14: by its log nothing pends, and the register hears that all is well."""
    name, stan = sale(day)
    day.answer(stan, arrives=False)
    day.terminal("not_done", stan=stan, owed=True, **day.facts(4200))
    day.ended(name, "failed", cause="host_silent", stan=stan)
    day.terminal("state", state="connecting", pending=0, online=False)
    day.terminal("terminal_status", code="00", text="ready")
    day.owe(stan, 4200)


@breaks("stan_never_reused")
def numbered_by_the_clock(day: Day) -> None:
    """8: numbers are the time of day, and midnight lies between two sales of one batch."""
    day.stan = max(day.stan, 235_000)
    day.good_sale()
    day.stan = day.stan % 500
    name, stan = sale(day)
    day.believe(name, stan, 4200, "sale")


@breaks("told_once")
def told_twice(day: Day) -> None:
    """1: the register is told twice that one sale is approved."""
    name, stan = sale(day)
    for _ in range(2):
        day.terminal("ecr_result", code="00", stan=stan)
    day.believe(name, stan, 4200, "sale")


def spoilt(seed: int, mutant: Mutant) -> Day:
    """A lived day and one wrong thing at its end."""
    day = Day(random.Random(seed)).lived()
    mutant(day)
    return day.over()
