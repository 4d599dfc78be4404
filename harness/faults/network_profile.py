"""The path becomes another kind of link: GPRS, NB-IoT, a throttled plan, bad Wi-Fi.

The links are ``fixtures/link``; ``harness links`` lists them with their sources.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from harness.faults._profiles import profile_of
from harness.faults._shapes import Shaped
from harness.model.units import Seconds


@dataclass(frozen=True)
class NetworkProfile(Shaped):
    """Give the path all of a link's character, both ways.

    Attributes:
        profile: Its name, e.g. ``gprs``.
        lasting: For how long; until it is cleared where it is not given.
    """

    SHORT: ClassVar[str] = "profile"
    profile: str
    lasting: Seconds | None = None

    def __post_init__(self) -> None:
        profile_of(self.profile)  # raises for a name that nobody has

    def ways(self) -> Mapping[str, Mapping[str, object]]:
        return profile_of(self.profile).plain()
