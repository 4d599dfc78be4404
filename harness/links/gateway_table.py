"""The gateway's table in the kernel: written as a whole, read back, its counters."""

from harness.errors import BenchError
from harness.links import gateway_rules
from harness.links.gateway_plan import GatewayPlan
from harness.links.gateway_rules import Wanted
from harness.links.nft import Nft


class GatewayTable:
    """One table of nftables, in the namespace in which this was made.

    Args:
        name: Its own; nobody else has it.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._nft = Nft()

    def make(self) -> None:
        """With its counters and no rule."""
        self._nft.run(gateway_rules.objects(self._name))

    def write(self, wanted: Wanted, plan: GatewayPlan) -> None:
        """Quota and rules as they are wanted, in one transaction, and read back."""
        script = gateway_rules.rules(self._name, wanted)
        if plan.limit is not None:
            script = gateway_rules.limit(self._name, plan.limit + plan.how.overrun) + script
        if not plan.exhausted:
            script += f"flush set inet {self._name} spent\n"
        self._nft.run(script)
        self.check(wanted, plan)

    def check(self, wanted: Wanted, plan: GatewayPlan) -> None:
        """Raise BenchError where it is not as it was written."""
        rows = self._nft.ask(f"list table inet {self._name}")
        seen = [row["rule"].get("comment", "") for row in rows if "rule" in row]
        marks = [mark for _, _, mark in gateway_rules.marked(wanted)]
        if sorted(seen) != sorted(marks):
            raise BenchError(
                f"table {self._name}: {len(marks)} rules were set and {len(seen)} are there, or "
                "they are others: has somebody else changed it?"
            )
        limit = next(row["quota"]["bytes"] for row in rows if "quota" in row)
        if plan.limit is not None and limit != plan.limit + plan.how.overrun:
            raise BenchError(f"the quota is {limit} bytes instead of {plan.limit}")

    def charged(self) -> int:
        """Bytes the quota has counted so far; raises BenchError when it is gone."""
        for row in self._nft.ask(f"list quotas table inet {self._name}"):
            if "quota" in row:
                return int(row["quota"]["used"])
        raise BenchError(f"table {self._name} has lost its quota")

    def counters(self) -> dict[str, tuple[int, int]]:
        """Name -> packets, bytes; raises BenchError when they are gone."""
        rows = self._nft.ask(f"list counters table inet {self._name}")
        seen = [row["counter"] for row in rows if "counter" in row]
        if not seen:
            raise BenchError(f"table {self._name} has lost its counters")
        return {one["name"]: (one["packets"], one["bytes"]) for one in seen}

    def close(self) -> None:
        """Let go of the library; the table stays."""
        self._nft.close()
