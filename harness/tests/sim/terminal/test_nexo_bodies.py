"""Each response has the fields that nexo gives it, and no others.

Source: nexo Sale to POI Protocol 3.1, the response of each category.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from harness.tests.sim.terminal.nexo_stage import asked, payment, request, stage
from harness.wire import nexo

#: Response -> fields it cannot do without, fields it may have; ``Response`` has each.
SHAPES: Mapping[str, tuple[set[str], set[str]]] = {
    "Payment": ({"SaleData", "POIData"}, {"PaymentResult", "PaymentReceipt", "LoyaltyResult"}),
    "Reversal": (
        set(),
        {"POIData", "OriginalPOITransaction", "ReversedAmount", "CustomerOrderID",
         "PaymentReceipt"},
    ),
    "BalanceInquiry": (set(), {"PaymentAccountStatus", "LoyaltyAccountStatus"}),
    "TransactionStatus": (set(), {"MessageReference", "RepeatedMessageResponse"}),
    "Reconciliation": ({"ReconciliationType"}, {"POIReconciliationID", "TransactionTotals"}),
    "GetTotals": ({"POIReconciliationID"}, {"TransactionTotals"}),
    "Login": (set(), {"POISystemData"}),
    "Logout": (set(), set()),
    "Diagnosis": (set(), {"LoggedSaleID", "POIStatus", "HostStatus"}),
    "Admin": (set(), set()),
    "CardAcquisition": (set(), set()),
}  # fmt: skip


def shaped(message: nexo.Message) -> list[str]:
    """What is missing or too much."""
    needed, allowed = SHAPES[message.header.category]
    fields = set(message.body) - {"Response"}
    told = [f"no {name}" for name in sorted(needed - fields)]
    return [*told, *(f"{name} is not its own" for name in sorted(fields - needed - allowed))]


def other(currency: str) -> nexo.Message:
    """A payment that is refused before it begins."""
    message = payment("0000000050", "T-50")
    message.body["PaymentTransaction"]["AmountsReq"]["Currency"] = currency
    return message


def test_every_response_has_its_own_fields() -> None:
    """Those of what was done, and of what was refused at once."""
    own = stage("nexo")

    def story() -> Any:
        own.start()
        paid = asked(own, payment(), "chip")
        original = {"POITransactionID": nexo.at(paid.body, "POIData", "POITransactionID")}
        return [
            paid, asked(own, other("EUR")),
            asked(own, request("BalanceInquiry", "51"), "chip"),
            asked(own, request("TransactionStatus", "52")),
            asked(own, request("TransactionStatus", "53", ReceiptReprintFlag=True)),
            asked(own, request("Reversal", "54", OriginalPOITransaction=original)),
            asked(own, request("Login", "55")), asked(own, request("GetTotals", "56")),
            asked(own, request("Diagnosis", "57", HostDiagnosisFlag=True)),
            asked(own, request("Reconciliation", "58", ReconciliationType="SaleReconciliation")),
            asked(own, request("Admin", "59")), asked(own, request("CardAcquisition", "60")),
            asked(own, request("Logout", "61")),
        ]  # fmt: skip

    told = own.play(story)

    assert {one.header.category for one in told} == set(SHAPES)
    assert {f"{one.header.category}: {said}" for one in told for said in shaped(one)} == set()
    assert told[9].body["ReconciliationType"] == "SaleReconciliation"


def test_a_balance_is_an_account_of_its_own() -> None:
    """CurrentBalance, with its currency; the register's driver reads it there."""
    own = stage("nexo")

    def story() -> Any:
        own.start()
        return asked(own, request("BalanceInquiry", "51"), "chip")

    state = nexo.at(own.play(story).body, "PaymentAccountStatus")

    assert state["Currency"] == "CNY"
    assert nexo.minor(state["CurrentBalance"], 2) is not None
    assert nexo.text(nexo.at(state, "PaymentInstrumentData", "CardData"), "MaskedPan")


@pytest.mark.parametrize("named", [True, False])
def test_a_status_with_its_receipt_tells_the_status_too(*, named: bool) -> None:
    """ReceiptReprintFlag asks for one thing more, not for another thing."""
    own = stage("nexo")
    reference = {"MessageReference": {
        "MessageCategory": "Payment", "SaleID": "TILL-3", "ServiceID": "0000000041",
    }}  # fmt: skip

    def story() -> Any:
        own.start()
        asked(own, payment(), "chip")
        more = reference if named else {}
        return asked(own, request("TransactionStatus", "52", ReceiptReprintFlag=True, **more))

    answer = own.play(story)

    repeated = nexo.at(answer.body, "RepeatedMessageResponse", "RepeatedResponseMessageBody")
    assert nexo.at(repeated, "PaymentResponse", "Response")["Result"] == "Success"
    assert own.of("printed", copy=True)


def test_devices_that_it_does_not_lend_are_refused_one_by_one() -> None:
    """DisplayResponse and InputResponse have no Response of their own, but one of each device's."""
    own = stage("nexo")
    display = [{"Device": "CustomerDisplay", "InfoQualify": "Display"},
               {"Device": "CashierDisplay", "InfoQualify": "Status"}]  # fmt: skip
    keys = {"Device": "CustomerInput", "InfoQualify": "Input", "InputCommand": "DigitString"}

    def story() -> Any:
        own.start()
        return (
            asked(own, request("Display", "1", DisplayOutput=display)).body,
            asked(own, request("Input", "2", InputData=keys)).body,
            asked(own, request("Print", "3")).body,
        )

    shown, typed, printed = own.play(story)

    no = {"Result": "Failure", "ErrorCondition": "UnavailableService"}
    assert shown == {"OutputResult": [{**one, "Response": no} for one in display]}
    assert typed == {
        "InputResult": {"Device": "CustomerInput", "InfoQualify": "Input", "Response": no}
    }
    assert printed == {"Response": no}
