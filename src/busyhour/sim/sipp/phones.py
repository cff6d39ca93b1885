"""Agents' desk phones: one SIPp process that answers every call at once, talks, and stays until the other side ends.

All phones share the address; the user part tells them apart, as on a small telephone system.
"""

import math
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from busyhour.sim.sipp.ledger import Ledger
from busyhour.sim.sipp.media import tone_ulaw
from busyhour.sim.sipp.process import Sipp, SippSettings
from busyhour.sim.sipp.scenario import Media, phone_scenario

TONE_HZ: Final = 425
TONE_S: Final = 4


class Phones:
    """Each phone sends a tone while it is up, so that the other side hears something; nothing is echoed.
    `media_elsewhere`: port of an RTP endpoint of one's own (see `media.py`) that hears what the phones hear."""

    def __init__(
        self,
        settings: SippSettings,
        *,
        tone_hz: float = TONE_HZ,
        silent: bool = False,
        media_elsewhere: int | None = None,
    ) -> None:
        self._tone = settings.folder / "phones.ulaw"
        self._tone_hz = tone_hz
        mute = silent or media_elsewhere is not None
        stream = None if mute else str(self._tone.resolve())
        port = str(media_elsewhere or "[media_port]") if mute else "[rtpstream_audio_port]"
        self._sipp = Sipp("phones", phone_scenario(Media(port=port, stream=stream)), settings)
        self.ledger = Ledger(self._sipp.trace)
        self._at = f"{settings.address}:{settings.sip_port}"

    def sip_address(self, n: int) -> str:
        """Address of the n-th phone, as an agent's profile has it."""
        return f"sip:phone{n}@{self._at}"

    def check_alive(self) -> None:
        self._sipp.check_alive()

    def __enter__(self) -> Self:
        _write_tone(self._tone, self._tone_hz)
        self._sipp.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._sipp.stop()


def _write_tone(path: Path, hz: float) -> None:
    """Whole periods only, so that the loop has no click."""
    path.parent.mkdir(parents=True, exist_ok=True)
    periods = math.floor(TONE_S * hz)
    path.write_bytes(tone_ulaw(hz, samples=round(periods * 8000 / hz)))
