from harness.engine.correlation import Correlation


def test_the_first_unknown_stan_of_an_open_sale_is_that_sales() -> None:
    """A request's STAN names the sale that is open, and every later line with it."""
    names = Correlation()
    names.opened("first")

    bound = names.sale_of("terminal", "request_sent", {"stan": 7, "mti": "0200"})
    names.closed("first")
    later = names.sale_of("host", "answered", {"stan": 7, "mti": "0210"})

    assert (bound, later) == ("first", "first")
    assert names.stans_of("first") == [7]


def test_a_second_stan_of_an_open_sale_is_its_too() -> None:
    """A terminal that sends one sale twice is caught at it: both STANs are the sale's."""
    names = Correlation()
    names.opened("first")
    names.sale_of("host", "request_received", {"stan": 7, "mti": "0200"})
    names.sale_of("host", "request_received", {"stan": 8, "mti": "0200"})

    assert names.stans_of("first") == [7, 8]


def test_what_a_host_does_to_a_request_names_the_sale_as_well() -> None:
    """It may say so before it says what it was asked, and before a slow console says anything."""
    names = Correlation()
    names.opened("first")

    assert names.sale_of("host", "misbehaved", {"stan": 7, "mti": "0200"}) == "first"
    assert names.sale_of("host", "misbehaved", {"stan": 8, "mti": "0800"}) == ""


def test_a_sign_on_is_no_sale() -> None:
    """Network management uses STANs too, and none of them is a sale's."""
    names = Correlation()
    names.opened("first")

    assert names.sale_of("host", "request_received", {"stan": 3, "mti": "0800"}) == ""
    assert names.stans_of("first") == []


def test_a_reversal_belongs_to_the_sale_it_undoes_even_when_another_is_open() -> None:
    """A known STAN keeps its name while the next sale runs."""
    names = Correlation()
    names.opened("first")
    names.sale_of("host", "request_received", {"stan": 7, "mti": "0200"})
    names.closed("first")
    names.opened("second")

    assert names.sale_of("host", "request_received", {"stan": 7, "mti": "0400"}) == "first"


def test_what_the_bench_says_belongs_to_no_sale() -> None:
    """A supply's reading is nobody's sale."""
    names = Correlation()
    names.opened("first")

    assert names.sale_of("supply", "measured", {"volts": 9.0}) == ""
