"""Prompts that somebody recorded: a WAV file comes as a form, is looked at, and is there to be chosen."""

from pathlib import Path
from typing import Any

import pytest

from busyhour.core.model.values import Role
from busyhour.http import prompts
from tests.adapters.speech.test_sound_file import tone
from tests.http.http_world import Person, Tenant, World


async def send(world: World, person: Person, content: bytes, file_name: str = "Hold music.wav", **fields: str) -> Any:
    async with world.client() as client:
        files = {"file": (file_name, content)}
        return await client.post("/api/prompts/file", headers=person.headers, files=files, data=fields)


async def spooled(world: World) -> list[Path]:
    return list(world.spool.iterdir()) if world.spool.exists() else []


@pytest.mark.covers("OC-018", "OC-019")
async def test_a_file_becomes_a_prompt_that_queues_may_name(world: World, here: Tenant) -> None:
    admin, sound = here.people[Role.ADMINISTRATOR], tone(440.0, rate_hz=16_000)
    answer = await send(world, admin, sound, text="Our own music")
    assert answer.status_code == 201
    prompt = answer.json()
    assert (prompt["name"], prompt["text"], prompt["language"]) == ("Hold music", "Our own music", "")
    assert prompt["duration_s"] == pytest.approx(1.2)
    assert prompt["media"].startswith(f"p{here.tenant_id}-file-")
    async with world.client() as client:
        rows = (await client.get("/api/prompts", headers=admin.headers)).json()
        assert prompt in rows
        heard = await client.get(f"/api/prompts/{prompt['prompt_id']}/audio", headers=admin.headers)
    assert heard.content == sound
    assert await spooled(world) == []


async def test_two_files_of_one_name_are_told_apart_by_its_user(world: World, here: Tenant) -> None:
    admin = here.people[Role.ADMINISTRATOR]
    assert (await send(world, admin, tone(440.0), name="Welcome")).status_code == 201
    again = await send(world, admin, tone(500.0), name=" Welcome ")
    assert again.status_code == 409
    assert again.json()["error"]["field"] == "name"
    assert (await send(world, admin, tone(500.0), name="Welcome 2")).status_code == 201


@pytest.mark.parametrize(
    ("content", "fields", "field"),
    [
        (b"ID3 and so on", {}, "file"),
        (b"", {}, "file"),
        (tone(440.0), {"name": "a" * 201}, "name"),
        (tone(440.0), {"text": "a" * 2001}, "text"),
    ],
)
async def test_what_cannot_be_taken_leaves_nothing(
    world: World, here: Tenant, content: bytes, fields: dict[str, str], field: str
) -> None:
    before = await world.directory.prompts(here.tenant_id)
    answer = await send(world, here.people[Role.ADMINISTRATOR], content, **fields)
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == field
    assert await world.directory.prompts(here.tenant_id) == before
    assert await spooled(world) == []


async def test_a_file_beyond_the_bound_is_refused(world: World, here: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prompts, "SOUND_BYTES_MAX", prompts.MIB)
    answer = await send(world, here.people[Role.ADMINISTRATOR], bytes(prompts.MIB + 1))
    assert answer.status_code == 422
    assert "at most 1 MB" in answer.json()["error"]["text"]
    assert await spooled(world) == []


async def test_only_who_writes_prompts_sends_one(world: World, here: Tenant) -> None:
    for role in (Role.SUPERVISOR, Role.AGENT):
        assert (await send(world, here.people[role], tone(440.0))).status_code == 403


async def test_a_body_that_is_no_form_is_refused(world: World, here: Tenant) -> None:
    headers = here.people[Role.ADMINISTRATOR].headers
    async with world.client() as client:
        answer = await client.post("/api/prompts/file", headers=headers, json={"name": "x"})
    assert answer.json()["error"]["code"] == "no_file"
