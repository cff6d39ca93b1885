"""What callers, callees and agents are made to hear: prompts, announcements, whispers. Music is one request more.

What ends by itself is told by the PBX. An announcement needs nobody to go on: the music is asked for right behind it,
and the PBX does both in this order, also when we are gone by then.
"""

from typing import Final

import structlog

from busyhour.adapters.asterisk.access import PbxAccess
from busyhour.adapters.asterisk.announcing import Announcer
from busyhour.adapters.asterisk.ari import AriLink, LinkDown, NoReply, Request
from busyhour.adapters.asterisk.music import Music
from busyhour.adapters.asterisk.telephony_seen import Channels
from busyhour.adapters.asterisk.translate import ANNOUNCEMENT, PROMPT, playback_of
from busyhour.core.commands import Announce
from busyhour.core.events import Event, PromptEnded, PromptMissing, WhisperEnded
from busyhour.core.model.ids import is_leg, on_pbx, tenant_of

BEGIN_MAX_S: Final = 2.0

log = structlog.get_logger(__name__)


class Sound:
    def __init__(self, access: PbxAccess, link: AriLink, channels: Channels, announcer: Announcer) -> None:
        self._access = access
        self._link = link
        self._channels = channels
        self._announcer = announcer
        self.music = Music(access, link)

    async def play(self, call: str, prompt: str) -> Event | None:
        if not self._has(prompt):
            log.error("prompt is missing", call=call, prompt=prompt)
            return PromptEnded(call=call, prompt=prompt, complete=False)
        playback = playback_of(call, prompt)
        seen = self._channels.find(call)
        if seen is not None and playback in seen.playing:
            return None
        before = self.silence(call)
        if seen is not None and seen.room is not None:
            before.insert(0, ("POST", f"bridges/{seen.room}/removeChannel", {"channel": on_pbx(call)}))
        if seen is not None:
            seen.playing.add(playback)
        try:
            replies = await self._link.ask_in_order(*before, _play(call, playback, prompt), wait_max_s=BEGIN_MAX_S)
        except (LinkDown, NoReply):
            return None
        if replies[-1].ok or replies[-1].status == 404:
            return None  # the end of the prompt, or of the call, is told by the PBX
        if seen is not None:
            seen.playing.discard(playback)
        log.warning("prompt not played", call=call, status=replies[-1].status, body=replies[-1].body[:200])
        return PromptEnded(call=call, prompt=prompt, complete=False)

    async def look_at(self, call: str, prompt: str) -> Event | None:
        try:
            reply = await self._link.read(f"playbacks/{playback_of(call, prompt)}")
        except (LinkDown, NoReply):
            return None
        return PromptMissing(call=call, prompt=prompt) if reply.status == 404 else None

    async def whisper(self, leg: str, prompt: str) -> Event | None:
        """To the leg alone, wherever it is. Its end is told in any case; what is not known to play counts as ended."""
        over, playback = WhisperEnded(leg=leg, prompt=prompt), playback_of(leg, prompt)
        seen = self._channels.find(leg)
        if seen is None or not self._has(prompt):
            log.error("nothing to whisper", leg=leg, prompt=prompt, there=seen is not None)
            return over
        if playback in seen.playing:
            return None
        seen.playing.add(playback)
        try:
            reply = await self._link.ask(*_play(leg, playback, prompt), wait_max_s=BEGIN_MAX_S)
        except (LinkDown, NoReply):
            reply = None
        if reply is not None and reply.ok:
            return None
        if playback not in seen.playing:
            return None  # told already
        seen.playing.discard(playback)
        seen.stopped.add(playback)
        return over

    def whispers(self, tenant: int) -> list[WhisperEnded]:
        """Those whose end may have been told while nobody listened. From now on they count as ended."""
        found = []
        for leg in self._channels.names():
            if is_leg(leg) and tenant_of(leg) == tenant:
                found += self.whispers_of(leg)
        return found

    def whispers_of(self, leg: str) -> list[WhisperEnded]:
        seen = self._channels.find(leg)
        if seen is None or not seen.playing:
            return []
        seen.stopped |= seen.playing
        over = [WhisperEnded(leg=leg, prompt=playback.partition("~")[2]) for playback in sorted(seen.playing)]
        seen.playing.clear()
        return over

    async def announce(self, order: Announce) -> None:
        """Left out rather than late: who is joined by then, or hears a prompt, hears no announcement."""
        call = order.call
        media = await self._announcer.media(place=order.place, wait_s=order.wait_s, language=order.language)
        music = await self.music.begin(call, order.music)
        seen = self._channels.find(call)
        if not media or seen is None or seen.room is not None or seen.playing:
            return
        playback = playback_of(call, ANNOUNCEMENT)
        before = self.silence(call)
        seen.playing.add(playback)
        seen.music = True
        play: Request = (
            "POST",
            f"channels/{on_pbx(call)}/play/{playback}",
            {"media": ",".join(f"sound:busyhour/{name}" for name in media)},
        )
        try:
            replies = await self._link.ask_in_order(*before, play, music, wait_max_s=BEGIN_MAX_S)
        except (LinkDown, NoReply):
            seen.unsure = True
            return
        if not replies[-2].ok:
            seen.playing.discard(playback)

    def silence(self, call: str) -> list[Request]:
        """What ends the music and the prompts that this call hears, if any."""
        seen = self._channels.find(call)
        requests: list[Request] = []
        if seen is None or seen.music or seen.unsure:
            requests.append(("DELETE", f"channels/{on_pbx(call)}/moh", {}))
        if seen is not None:
            requests += [("DELETE", f"playbacks/{playback}", {}) for playback in seen.playing]
            seen.stopped |= seen.playing
            seen.music = seen.unsure = False
        return requests

    def _has(self, prompt: str) -> bool:
        return PROMPT.fullmatch(prompt) is not None and (self._access.sounds / "busyhour" / f"{prompt}.wav").exists()


def _play(channel: str, playback: str, prompt: str) -> Request:
    return ("POST", f"channels/{on_pbx(channel)}/play/{playback}", {"media": f"sound:busyhour/{prompt}"})
