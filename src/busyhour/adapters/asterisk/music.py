"""A queue's own music: a prompt that callers hear over and over while they wait (OC-018).

Each is a class of the PBX's music on hold, in a file that its configuration takes in. A new one is there after a reload
of that module, which takes milliseconds and changes nothing for those who hear music already. What cannot be had (the
prompt is gone, the PBX does not reload) is the PBX's usual music, never silence.
"""

import asyncio
import re
from typing import Final

import structlog

from busyhour.adapters.asterisk.access import PbxAccess
from busyhour.adapters.asterisk.ari import AriLink, LinkDown, NoReply, Request
from busyhour.adapters.asterisk.translate import PROMPT
from busyhour.core.model.ids import on_pbx

CLASSES_FILE: Final = "music_classes.conf"
"""Beside the sounds; `templates/musiconhold.conf` takes it in."""
CLASSES_MAX: Final = 200
"""The oldest go first: who wants one of them again has it made again."""
NAME_MAX: Final = 60
"""Characters; the PBX allows 79 for a class."""
RELOAD_MAX_S: Final = 2.0
MADE: Final = re.compile(r"^\[q-(?P<prompt>[^\]]+)\]$", re.MULTILINE)

log = structlog.get_logger(__name__)


class Music:
    def __init__(self, access: PbxAccess, link: AriLink) -> None:
        self._folder = access.sounds / "busyhour"
        self._file = access.sounds.parent / CLASSES_FILE
        self._link = link
        self._there: dict[str, None] = {}  # prompts of which the PBX has a class
        self._turn = asyncio.Lock()

    async def begin(self, call: str, prompt: str | None) -> Request:
        """What lets this call hear music: this prompt, or the usual."""
        own = prompt is not None and await self._has(prompt)
        return ("POST", f"channels/{on_pbx(call)}/moh", {"mohClass": class_of(prompt or "")} if own else {})

    async def _has(self, prompt: str) -> bool:
        if PROMPT.fullmatch(prompt) is None or len(prompt) > NAME_MAX or not self._is_sound(prompt):
            log.warning("no music of its own", prompt=prompt, text="the usual music is played instead")
            return False
        if prompt in self._there:
            return True
        async with self._turn:
            return prompt in self._there or await self._make(prompt)

    async def _make(self, prompt: str) -> bool:
        """Asked for again by the next call when it could not be had."""
        try:
            classes = self._written(prompt)
            reply = await self._link.ask("PUT", "asterisk/modules/res_musiconhold.so", wait_max_s=RELOAD_MAX_S)
        except (OSError, LinkDown, NoReply) as fault:
            log.warning("no music of its own", prompt=prompt, fault=str(fault) or type(fault).__name__)
            return False
        if not reply.ok:
            log.warning("no music of its own", prompt=prompt, status=reply.status)
            return False
        self._there = dict.fromkeys(classes)
        return True

    def _written(self, prompt: str) -> list[str]:
        """All classes, with this one as the newest."""
        before = self._file.read_text() if self._file.exists() else ""
        kept = [one for one in MADE.findall(before) if one != prompt and self._is_sound(one)]
        classes = [*kept, prompt][-CLASSES_MAX:]
        text = "".join(f"[{class_of(one)}]\nmode = playlist\nentry = {self._folder / one}\n\n" for one in classes)
        if text != before:
            fresh = self._file.with_name(f".{self._file.name}.new")
            fresh.write_text(text)
            fresh.chmod(0o644)
            fresh.replace(self._file)
        return classes

    def _is_sound(self, prompt: str) -> bool:
        return (self._folder / f"{prompt}.wav").exists()


def class_of(prompt: str) -> str:
    return f"q-{prompt}"
