"""Where a modem is registered, by 3GPP TS 27.007: one report for each domain it may have."""

from harness.drivers._at import AtSession, Refused
from harness.drivers._modem_ways import Asking, Lacking, each, lacks
from harness.errors import Garbled
from harness.wire import at_reports as reports
from harness.wire.at_registration import RegistrationReport

#: The domains a modem may be registered in, the one of LTE first; +CREG where there is no other.
DOMAINS = ("+CEREG", "+CGREG", "+C5GREG", "+CREG")
NOWHERE = (0, 4)  # stat: look in the next domain; 2 and 3 are this one's own news


class WithDomains(Asking):
    """Asks the domains a modem has, and remembers which it has not."""

    def __init__(self, at: AtSession) -> None:
        super().__init__(at)
        self._domain, self._no_domains = DOMAINS[0], set[str]()

    def _report(self) -> tuple[RegistrationReport, list[str]]:
        """The best of all domains: registered before denied before nowhere, LTE first."""
        best: tuple[RegistrationReport, list[str]] | None = None
        for domain in DOMAINS:
            if best is not None and (best[0].stat not in NOWHERE or domain == DOMAINS[-1]):
                break
            told = self._told_by(domain)
            if told is not None and (best is None or told[0].stat not in NOWHERE):
                best, self._domain = told, domain
        if best is None:
            self._no_domains.clear()
            raise Lacking(f"registration: this modem has none of: {', '.join(DOMAINS)}")
        return best

    def _told_by(self, domain: str) -> tuple[RegistrationReport, list[str]] | None:
        """What one domain reports; None where the modem has no such report."""
        if domain in self._no_domains:
            return None
        try:
            lines = self._at.ask(f"AT{domain}?")
        except Refused as refused:
            if not lacks(refused.final):
                raise
            self._no_domains.add(domain)
            return None
        # Some answer in the form of a report, without n: then it looks unasked.
        lines = lines or self._at.heard(f"{domain}:")
        if not lines:
            return None
        report = each(reports.registration)(lines)
        if report is None:
            raise Garbled(f"AT{domain}?: the answer {lines!r} is not one")
        return report, lines
