"""Messages that callees hear, spoken by the built-in voice. A campaign names a prompt by its `media`."""

import hashlib
from typing import Final

import msgspec
from msgspec import Struct
from starlette.responses import Response

from busyhour.http.routes import Id, Routes
from busyhour.http.services import Services, Use, Who
from busyhour.service import records as r
from busyhour.service.accounts import check_name
from busyhour.service.errors import Invalid, NotFound

routes = Routes("prompts")

TEXT_LENGTH_MAX: Final = 2000


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


@routes.delete("/api/prompts/{prompt_id}", permission="prompts:write")
async def delete_prompt(who: Who, use: Use, prompt_id: Id) -> None:
    await use.directory.delete_prompt(who.tenant_id, prompt_id)


@routes.get("/api/prompts/{prompt_id}/audio", permission="prompts:read", media=("audio/wav",))
async def get_prompt_audio(who: Who, use: Use, prompt_id: Id) -> Response:
    for prompt in await use.directory.prompts(who.tenant_id):
        if prompt.prompt_id == prompt_id:
            return Response(await use.voice.read(prompt.media), media_type="audio/wav")
    raise NotFound("There is no such prompt.")
