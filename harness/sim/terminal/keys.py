"""What is in the terminal before it is first switched on."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """What the factory and the acquirer put into it.

    Attributes:
        master: Terminal master key, 16 bytes.
        update: Public key that firmware images are signed for, 32 bytes.
        authorities: PEM of those whose certificates for the host it accepts.
        factory_image: The image it was shipped with.
    """

    master: bytes
    update: bytes
    authorities: str
    factory_image: bytes
