"""The acquirer's books: repeats, reversals, voids, totals."""

from harness.sim.ledger import Entry, Key, Ledger
from harness.wire.subfields import Totals

M, T = "999999999999999", "HIL00001"


def key(stan: int, batch: int = 1) -> Key:
    """A key of the test terminal."""
    return Key(M, T, batch, stan)


class Books:
    """A ledger that remembers the rules that were violated."""

    def __init__(self) -> None:
        self.rules: list[str] = []
        self.ledger = Ledger(self.violate)

    def violate(self, rule: str, key: Key, text: str) -> None:
        self.rules.append(rule)

    def sale(self, stan: int, amount: int = 100, **more: object) -> Entry:
        entry = Entry(key(stan), "sale", amount, "621234***1265", f"p{stan}", "approved")
        for name, value in more.items():
            setattr(entry, name, value)
        assert self.ledger.refusal(entry.key) == ""
        self.ledger.book(entry)
        return entry

    def void_refusal(self, of: Key, amount: int) -> str:
        void = Entry(key(99), "void", amount, "", "v", "declined", of=of)
        return self.ledger.related_refusal(void, ("sale",))


def test_the_same_key_with_other_contents_is_a_violation() -> None:
    """A repeat is known again; the same trace number for another sale is told."""
    books = Books()
    entry = books.sale(1)

    assert books.ledger.repeat_of(entry.key, "p1") is entry
    assert books.rules == []
    assert books.ledger.repeat_of(entry.key, "other") is entry
    assert books.rules == ["stan_reused"]


def test_a_reversal_counts_once_however_often_it_comes() -> None:
    """00 both times, and the sale is undone once."""
    books = Books()
    books.sale(1)

    assert books.ledger.reverse(key(1), 100, "621234***1265") == "00"
    assert books.ledger.reverse(key(1), 100, "621234***1265") == "00"
    assert books.ledger.totals(M, T, 1) == Totals()


def test_a_request_that_comes_after_its_reversal_is_refused() -> None:
    """25 for the reversal of what never came; 22 for the request when it comes after all."""
    books = Books()

    assert books.ledger.reverse(key(5), 100, "") == "25"
    assert books.ledger.refusal(key(5)) == "22"
    assert books.rules == []


def test_a_reversal_unlike_its_original_is_a_violation() -> None:
    """Another amount undoes nothing."""
    books = Books()
    books.sale(1)

    assert books.ledger.reverse(key(1), 999, "621234***1265") == "22"
    assert books.rules == ["reversal_differs"]
    assert books.ledger.totals(M, T, 1).debit == 100


def test_a_falling_trace_number_is_a_violation() -> None:
    """Trace numbers rise within a batch."""
    books = Books()
    books.sale(7)

    assert books.ledger.refusal(key(6)) == ""
    assert books.rules == ["stan_not_rising"]


def test_voids_count_as_credit_and_their_reversal_gives_the_sale_back() -> None:
    """A void takes back one sale, once; reversing the void undoes that."""
    books = Books()
    sale = books.sale(1)
    void = books.sale(2, kind="void", of=sale.key)

    assert books.ledger.totals(M, T, 1) == Totals(100, 1, 100, 1)
    assert books.void_refusal(sale.key, 100) == "22"
    assert books.ledger.reverse(void.key, 100, void.pan) == "00"
    assert books.void_refusal(sale.key, 100) == ""
    assert books.ledger.totals(M, T, 1) == Totals(100, 1, 0, 0)


def test_what_cannot_be_voided() -> None:
    """Not found, another amount, reversed, settled: each has its code."""
    books = Books()
    sale, undone = books.sale(1), books.sale(2)
    books.ledger.reverse(undone.key, 100, undone.pan)

    assert books.void_refusal(key(9), 100) == "25"
    assert books.void_refusal(sale.key, 99) == "64"
    assert books.void_refusal(undone.key, 100) == "22"
    books.ledger.close(M, T, 1)
    assert books.void_refusal(sale.key, 100) == "12"


def test_a_settled_batch_is_read_only() -> None:
    """No new entry, no reversal; closing twice keeps the first totals."""
    books = Books()
    books.sale(1)
    books.ledger.close(M, T, 1)

    assert books.ledger.reverse(key(1), 100, "621234***1265") == "12"
    assert books.ledger.refusal(key(2)) == "77"
    assert books.rules == ["batch_settled"]
    books.ledger.close(M, T, 1)
    assert books.ledger.settled[(M, T, 1)] == Totals(100, 1, 0, 0)


def test_a_trace_number_that_wraps_is_no_violation() -> None:
    """After 999999 comes 1."""
    books = Books()
    books.sale(999_999)

    assert books.ledger.refusal(key(1)) == ""
    assert books.rules == []


def test_numbers_behind_the_wrap_rise_as_well() -> None:
    """5, then 3; an advice of before the end that comes late changes nothing."""
    books = Books()
    books.sale(999_999)
    books.sale(5)

    assert books.ledger.refusal(key(6)) == ""
    assert books.rules == []
    books.ledger.refusal(key(3))
    assert books.rules == ["stan_not_rising"]
