"""What callers and callees hear: spoken by the built-in voice, or a file that somebody recorded, hold music too.

Campaigns, queues and numbers name a prompt by its `media`.
"""

import asyncio
import hashlib
from pathlib import Path
from typing import Any, Final

import msgspec
from fastapi import Request
from msgspec import Struct
from starlette.responses import Response

from busyhour.http.imports import received_file
from busyhour.http.routes import Id, Routes
from busyhour.http.services import Services, Use, Who
from busyhour.service import records as r
from busyhour.service.accounts import check_name
from busyhour.service.errors import Conflict, Invalid, NotFound

routes = Routes("prompts")

TEXT_LENGTH_MAX: Final = 2000
TEXT_BYTES_MAX: Final = 4 * TEXT_LENGTH_MAX
MIB: Final = 1024 * 1024
SOUND_BYTES_MAX: Final = 128 * MIB
"""Ten minutes of stereo as a compact disc has it, and some room."""

SOUND_FORM: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {
            "type": "string",
            "format": "binary",
            "description": "WAV, MP3, FLAC, Ogg or AIFF, mono or stereo, up to 10 minutes.",
        },
        "name": {"type": "string", "description": "Else the file's, without its ending."},
        "text": {"type": "string", "description": "What is said in it, for who reads the list of prompts."},
    },
}


class NewPrompt(Struct, frozen=True, kw_only=True):
    name: str
    text: str
    language: str


@routes.get("/api/prompts", permission="prompts:read")
async def list_prompts(who: Who, use: Use) -> list[r.Prompt]:
    return await use.directory.prompts(who.tenant_id)


@routes.get("/api/prompts/languages", permission="prompts:read")
async def list_prompt_languages(_who: Who, use: Use) -> list[str]:
    return list(use.voice.languages())


@routes.post("/api/prompts", permission="prompts:write", status=201)
async def create_prompt(who: Who, use: Use, body: NewPrompt) -> r.Prompt:
    name, text = check_name(body.name), body.text.strip()
    if not 1 <= len(text) <= TEXT_LENGTH_MAX:
        raise Invalid(f"The text has 1 to {TEXT_LENGTH_MAX} characters.", field="text")
    if body.language not in use.voice.languages():
        spoken = ", ".join(use.voice.languages())
        raise Invalid(f"The voice speaks {spoken}. Choose one of them.", field="language")
    wanted = r.Prompt(prompt_id=0, name=name, text=text, language=body.language, media="", duration_s=0.0)
    kept = await use.directory.save_prompt(who.tenant_id, wanted)
    return await speak(use, who.tenant_id, kept)


async def speak(use: Services, tenant: int, prompt: r.Prompt) -> r.Prompt:
    """The row comes first, for its id is in the name of the sound; it goes again when nothing could be spoken."""
    digest = hashlib.sha256(f"{prompt.language}\0{prompt.text}".encode()).hexdigest()[:12]
    media = f"p{tenant}-{prompt.prompt_id}-{digest}"
    spoken = False
    try:
        duration_s = await use.voice.speak(prompt.text, prompt.language, media)
        spoken = True
    finally:
        if not spoken:
            await use.directory.delete_prompt(tenant, prompt.prompt_id)
    return await use.directory.save_prompt(tenant, msgspec.structs.replace(prompt, media=media, duration_s=duration_s))


@routes.post("/api/prompts/file", permission="prompts:write", form=SOUND_FORM, upload=True, status=201)
async def upload_prompt(who: Who, use: Use, request: Request) -> r.Prompt:
    """The row comes last: making minutes of sound takes seconds, and nobody is to choose what is not there yet."""
    async with received_file(request, use, field_bytes_max=TEXT_BYTES_MAX) as (path, file_name, fields):
        name, text = check_name(fields.get("name") or Path(file_name).stem), fields.get("text", "").strip()
        if len(text) > TEXT_LENGTH_MAX:
            raise Invalid(f"The text has at most {TEXT_LENGTH_MAX} characters.", field="text")
        if path.stat().st_size > SOUND_BYTES_MAX:
            raise Invalid(f"A file for a prompt has at most {SOUND_BYTES_MAX // MIB} MB.", field="file")
        if any(prompt.name == name for prompt in await use.directory.prompts(who.tenant_id)):
            raise Conflict("There is a prompt of this name already. Choose another name.", field="name")
        media = f"p{who.tenant_id}-file-{(await asyncio.to_thread(digest_of, path))[:24]}"
        duration_s = await use.voice.take_in(path, media)
    made = r.Prompt(prompt_id=0, name=name, text=text, language="", media=media, duration_s=duration_s)
    return await use.directory.save_prompt(who.tenant_id, made)


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@routes.delete("/api/prompts/{prompt_id}", permission="prompts:write")
async def delete_prompt(who: Who, use: Use, prompt_id: Id) -> None:
    await use.directory.delete_prompt(who.tenant_id, prompt_id)


@routes.get("/api/prompts/{prompt_id}/audio", permission="prompts:read", media=("audio/wav",))
async def get_prompt_audio(who: Who, use: Use, prompt_id: Id) -> Response:
    for prompt in await use.directory.prompts(who.tenant_id):
        if prompt.prompt_id == prompt_id:
            return Response(await use.voice.read(prompt.media), media_type="audio/wav")
    raise NotFound("There is no such prompt.")
