"""What the planted bugs of copies do: what host and register are told is not what was asked for."""

from harness.model.roles import SaleResult
from harness.tests.sim.defects.acts import Story, begin, cut_at, unbalanced
from harness.tests.sim.defects.debt_stories import present
from harness.tests.sim.defects.money_stories import cut
from harness.tests.sim.defects.secret_stories import listening
from harness.tests.sim.terminal import counter
from harness.tests.sim.terminal.stage import Stage

YUAN = "156"


def tapped(stage: Stage) -> bool:
    """A tap: in which currency is it charged?"""
    heard, desk = listening(stage), counter.begin(stage, None)
    stage.clock.spawn("cardholder", lambda: present(stage, "tap"))
    desk.make("sale", 1000)
    asked = [row for row in heard("request_received") if row["mti"] == "0200"]
    return any(row["currency"] != YUAN for row in asked)


def told_the_register(stage: Stage) -> SaleResult:
    """What the register hears of a sale of 12.34."""
    begin(stage)
    return stage.sell(1234)


def other_amount(stage: Stage) -> bool:
    """The register's answer names an amount."""
    return told_the_register(stage).amount != 1234


def other_currency(stage: Stage) -> bool:
    """And a currency."""
    return told_the_register(stage).currency != YUAN


def reversed_sale(deal: str, field: str) -> Story:
    """A transaction that has no answer: is a field of its reversal what it should be?"""

    def story(stage: Stage) -> bool:
        heard, desk = listening(stage), counter.begin(stage)
        sold = desk.make("sale", 1000) if deal == "void" else None
        stage.misbehave("drop", "0200", times=1)
        desk.make(deal, 0 if sold else 1000, of=sold)
        stage.ready(200.0)
        rows = heard("request_received")
        first, undone = ([row for row in rows if row["mti"] == mti][-1] for mti in ("0200", "0400"))
        if field == "original":
            return bool(int(undone[field][6:12]) != first["stan"])
        return bool(first[field] != undone[field])

    return story


def hurried(stage: Stage) -> bool:
    """Nobody listens to a reversal for six minutes: how close do two of them follow?"""
    desk = counter.begin(stage)
    stage.misbehave("drop", "0200", times=1)
    stage.misbehave("ignore", "0400")
    desk.make("sale", 1000)
    began = len(stage.of("reversal_sent"))
    stage.clock.sleep(360.0)
    return len(stage.of("reversal_sent")) - began > 360.0 / 14.0  # by its settings 17


def sold_while_owing(stage: Stage) -> bool:
    """After minutes of that, somebody wants to buy."""
    desk = counter.begin(stage)
    stage.misbehave("drop", "0200", times=1)
    stage.misbehave("ignore", "0400")
    desk.make("sale", 1000)
    stage.clock.sleep(300.0)
    desk.make("sale", 2000)
    return len([row for row in stage.of("request_sent") if row["mti"] == "0200"]) > 1


def cut_after_echoes(stage: Stage) -> bool:
    """Echoes go by, the supply goes, and then a sale: whose number has it?"""
    counter.begin(stage).make("sale", 1000)
    stage.clock.sleep(90.0)
    cut(stage)
    counter.Counter(stage, "chip").make("sale", 2000)
    numbers = [(row["stan"], row["mti"]) for row in stage.of("request_sent")]
    sales = {stan for stan, mti in numbers if mti == "0200"}
    return any(stan in sales for stan, mti in numbers if mti != "0200")


def cut_while_printing(stage: Stage) -> bool:
    """P8: a cut while the receipt comes out."""
    begin(stage)
    cut_at(stage, "printing", 0.3)
    stage.sell(1000)
    printed = {row["stan"] for row in stage.of("printing")}
    charged = {entry.key.stan for entry in stage.host.ledger if entry.status == "approved"}
    return unbalanced(stage) or bool(printed - charged - {0}) or _reversed_after_print(stage)


def _reversed_after_print(stage: Stage) -> bool:
    gone = {entry.key.stan for entry in stage.host.ledger if entry.status == "reversed"}
    return any(row["stan"] in gone for row in stage.of("printing"))


def receipt_asked_again(stage: Stage) -> bool:
    """06 20 after a good sale."""
    begin(stage)
    stage.sell(1000)
    stage.register.reprint()
    return [row["copy"] for row in stage.of("printed")] != [False, True]


COPIES: dict[str, Story] = {
    "tap_in_dollars": tapped,
    "register_told_whole_units": other_amount,
    "register_told_euros": other_currency,
    "reversal_names_another": reversed_sale("sale", "original"),
    "reversal_as_keyed_in": reversed_sale("sale", "mode"),
    "reversal_of_void_as_sale": reversed_sale("void", "processing"),
    "reversal_hurried_later": hurried,
    "debt_waits_after_six_tries": sold_while_owing,
    "echo_numbers_in_memory": cut_after_echoes,
    "reprint_unmarked": receipt_asked_again,
    "fsync_missing": cut_while_printing,
    "receipt_before_journal": cut_while_printing,
}
