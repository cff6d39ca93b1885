"""The telephone network: a SIPp process that behaves by number, and its ledger."""

from types import TracebackType
from typing import Self

from busyhour.sim.sipp.ledger import Ledger
from busyhour.sim.sipp.process import Sipp, SippSettings
from busyhour.sim.sipp.scenario import Media, carrier_scenario


class Carrier:
    """`media_elsewhere`: port of an RTP endpoint of one's own (see `media.py`) that takes the callees' audio;
    None = SIPp echoes it. `ring_apart`: those who answer do so after 0.3 to 5 s, not all at once."""

    def __init__(self, settings: SippSettings, *, media_elsewhere: int | None = None, ring_apart: bool = False) -> None:
        port = Media().port if media_elsewhere is None else str(media_elsewhere)
        media = Media(port=port, ring_apart=ring_apart)
        self._sipp = Sipp("carrier", carrier_scenario(media), settings)
        self.ledger = Ledger(self._sipp.trace)
        self.address = f"{settings.address}:{settings.sip_port}"

    def check_alive(self) -> None:
        self._sipp.check_alive()

    def __enter__(self) -> Self:
        self._sipp.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._sipp.stop()
