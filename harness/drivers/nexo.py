"""A terminal behind nexo Retailer (Sale to POI 3.x) in JSON, over TCP or HTTP(S).

Source: nexo Sale to POI Protocol 3.1, as in the terminal APIs of Adyen, Market Pay (TCP 7777 with a
length of four bytes) and Westpay (HTTPS 8443, /nexo); docs.adyen.com on TransactionStatus. One
request at a time, besides Abort. Nothing is sold twice: without a response it asks what became of
it, and what nobody can tell is ``unknown``.
"""

import os
import ssl
from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from harness.drivers._by_talk import ByTalk
from harness.drivers._nexo_link import Coder, HttpLink, Link, TcpLink
from harness.drivers._nexo_talk import Manner, Talk
from harness.drivers._nexo_words import NexoWords
from harness.errors import RigError
from harness.model.register import Deal
from harness.model.roles import SaleResult
from harness.ports.base import Port
from harness.wire import nexo
from harness.wire.nexo_secure import Secret

IDENTITY = None


class Driver(ByTalk[Talk]):
    """Plays Terminal, Desk and all that a register may ask for but a self-test; Watched.

    Attributes:
        asks_by_number: A TransactionStatus names its ServiceID.
    """

    asks_by_number: ClassVar[bool] = True

    def __init__(
        self,
        port: Port,
        *,
        transport: Literal["tcp", "http"] = "tcp",
        path: str = "/nexo",
        sale_id: str = "HIL",
        poi_id: str = "HIL00001",
        currency: str = "EUR",
        login: bool = True,
        answer_within: float = 10.0,
        complete_within: float = 150.0,
        authority: str = "",
        passphrase_env: str = "",
        key_id: str = "",
        key_version: int = 1,
        personality: str = "",
    ) -> None:
        """Nothing is sent yet.

        Args:
            port: ``host:7777``, or ``https://host:8443``.
            transport: One connection with lengths, or a POST for each request.
            path: Of the POST.
            sale_id: SaleID, the register's name.
            poi_id: POIID, the terminal's.
            currency: ISO 4217, alphabetic; for what names none.
            login: Whether a session begins with Login; Adyen's terminals need none.
            answer_within: Seconds until the response to what moves no money.
            complete_within: Seconds until a transaction's; then its status is asked for.
            authority: PEM file of whom to trust over https; the system's where it is empty.
            passphrase_env: Environment variable with the passphrase of Adyen's secured messages.
            key_id: KeyIdentifier of it.
            key_version: KeyVersion of it.
            personality: Folder of ``fixtures/terminal``, or a ``register.yaml``: ``_own_words`` and
                ``_nexo_words`` say what is in it.
        """
        coder = Coder(_secret(passphrase_env, key_id, key_version))
        secure = _trust(authority) if port.address.startswith("https://") else None
        link: Link = (
            TcpLink(port, coder) if transport == "tcp" else HttpLink(port, coder, path, secure)
        )
        manner = Manner(sale_id, poi_id, login, answer_within, complete_within)
        self._words = NexoWords.of(personality)
        self._talk = Talk(link, manner, currency, self._words)

    # --- Terminal ---

    def sign_on(self) -> None:
        """Login; raises DeviceRefused, PortLost, PortTimeout or Garbled."""
        self._talk.ready()
        self._talk.login()

    def last_result(self) -> SaleResult | None:
        """TransactionStatus of the last transaction; ``unknown`` without an answer."""
        return self._talk.again()

    def status(self) -> str:
        """Diagnosis: ``00`` when it may sell; raises BenchError without an answer."""
        return self._talk.status()

    def lose_responses(self, *, on: bool) -> None:
        """While on, responses to transactions are as if they had never arrived."""
        self._talk.lose_responses(on=on)

    # --- Desk and others ---

    def deals(self) -> Sequence[Deal]:
        """Those of the model, or all that nexo has."""
        return self._words.deals

    def lacks(self) -> Mapping[str, str]:
        """What the model cannot be asked for."""
        return self._words.own.lacks()

    def nameable(self) -> frozenset[str]:
        """The causes of nexo's ErrorConditions, and of the model's own words."""
        named = frozenset(cause for _, cause in nexo.CONDITIONS.values() if cause)
        return named | self._words.own.named()

    def settle(self) -> SaleResult:
        """Reconciliation with the acquirer."""
        body = {"ReconciliationType": "AcquirerReconciliation"}
        return self._talk.other("Reconciliation", body, long=True)

    def sign_on_host(self) -> SaleResult:
        """Admin ``SignOn``: nexo leaves the word to the terminal."""
        return self._talk.other("Admin", {"ServiceIdentification": "SignOn"}, long=True)

    def sign_off(self) -> SaleResult:
        """Logout."""
        return self._talk.other("Logout", {"MaintenanceAllowed": False}, long=True)

    def reprint(self) -> SaleResult:
        """TransactionStatus with the wish for a receipt."""
        return self._talk.reprint()

    def diagnose(self) -> SaleResult:
        """Diagnosis of the way to the host."""
        return self._talk.other("Diagnosis", {"HostDiagnosisFlag": True}, long=True)

    def start_update(self) -> None:
        """Admin ``SoftwareUpdate``; a refusal is the terminal's, and is observed."""
        self._talk.other("Admin", {"ServiceIdentification": "SoftwareUpdate"})

    def totals(self) -> None:
        """GetTotals; raises BenchError without an answer."""
        self._talk.totals()


def _trust(authority: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=authority or None)
    except (OSError, ssl.SSLError) as error:
        raise RigError(f"nexo: authority: {authority!r}: {error}") from error


def _secret(variable: str, identifier: str, version: int) -> Secret | None:
    if not variable:
        return None
    if not os.environ.get(variable):
        raise RigError(f"nexo: passphrase_env: {variable!r} is not set")
    return Secret(os.environ[variable], identifier, version)
