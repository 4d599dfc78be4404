"""A serving cell by the standard's own reports."""

from harness.wire.at_registration import RegistrationReport
from harness.wire.at_serving import operator, registered_cell


def test_a_registration_names_the_cell_where_no_maker_does() -> None:
    """TS 27.007, 10.1.22: area and cell in hex, the technology by its number."""
    home = RegistrationReport(1, 2, "DE10", "5F1EA15", 7)
    cell = registered_cell(home, "00101", "raw")

    assert cell is not None
    assert (cell.technology, cell.area, cell.cell) == ("LTE", 0xDE10, 0x5F1EA15)
    gone = RegistrationReport(2, 2, "DE10", "5F1EA15", 7)
    assert registered_cell(gone, None, "") is None
    assert registered_cell(RegistrationReport(1), None, "") is None
    untold = registered_cell(RegistrationReport(1, 2, "DE10", "5F1EA15"), None, "")
    assert untold is not None
    assert untold.technology == ""


def test_only_an_operator_in_digits_is_a_network_code() -> None:
    """+COPS in its long form names it, which is no code."""
    assert operator(['+COPS: 0,2,"26201",7']) == "26201"
    assert operator(['+COPS: 1,2,"003300310031003400380030",7']) == "311480"  # the set "UCS2"
    assert operator(['+COPS: 0,2,"310030",7']) == "310030"
    assert operator(['+COPS: 0,0,"0056006F00640061",7']) is None
    assert operator(['+COPS: 0,0,"Somebody",7']) is None
    assert operator(["+COPS: 0"]) is None
