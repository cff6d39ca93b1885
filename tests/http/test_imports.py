"""Imports over HTTP: upload, preview, follow, rejects; too large, wrong, another tenant's."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from busyhour.core.model.values import Role
from busyhour.service import records as r
from tests.http.http_world import Tenant, World

PEOPLE = "NUMBER;name;city\n+39 06 1234 5678;Ada;Roma\n06 12x;Bob;Lodi\n"


@pytest.fixture
def added(world: World, monkeypatch: pytest.MonkeyPatch) -> list[r.NewContact]:
    """What imports add to the list in memory."""
    found: list[r.NewContact] = []
    kept: dict[int, list[r.Reject]] = {}
    save = world.lists.save_import

    async def import_contacts(
        _tenant: int, _id: int, batches: AsyncIterator[Sequence[r.NewContact]], progress: Callable[[int], None]
    ) -> int:
        rows = [row async for batch in batches for row in batch]
        found.extend(rows)
        progress(len(rows))
        return len(rows)

    async def save_import(tenant: int, job: r.ImportJob, rejects: Sequence[r.Reject] = ()) -> None:
        kept[job.import_id] = list(rejects)
        await save(tenant, job, rejects)

    async def rejects(tenant: int, import_id: int, *, limit: int = 100_000) -> list[r.Reject]:
        await world.lists.import_(tenant, import_id)
        return kept[import_id]

    monkeypatch.setattr(world.lists, "import_contacts", import_contacts, raising=False)
    monkeypatch.setattr(world.lists, "save_import", save_import)
    monkeypatch.setattr(world.lists, "rejects", rejects)
    return found


async def send(world: World, tenant: Tenant, path: str, content: bytes | str, **fields: str) -> Any:
    headers = tenant.people[Role.SUPERVISOR].headers
    async with world.client() as client:
        return await client.post(path, headers=headers, files={"file": ("people.csv", content)}, data=fields)


async def get(world: World, tenant: Tenant, path: str) -> Any:
    async with world.client() as client:
        return await client.get(path, headers=tenant.people[Role.SUPERVISOR].headers)


@pytest.mark.covers("WD-087")
async def test_a_preview_then_the_import_then_its_rejects(
    world: World, here: Tenant, added: list[r.NewContact]
) -> None:
    preview = (await send(world, here, "/api/imports/preview", PEOPLE)).json()
    assert (preview["format"], preview["delimiter"], preview["columns"]) == ("csv", ";", ["NUMBER", "name", "city"])
    assert preview["rows"][0] == ["+39 06 1234 5678", "Ada", "Roma"]
    assert "Line 3" in preview["faults"][0]
    assert added == []

    answer = await send(world, here, f"/api/lists/{here.ids['list_id']}/imports", PEOPLE)
    assert answer.status_code == 202
    id_ = answer.json()["import_id"]
    await world.services.imports.wait(here.tenant_id, id_)
    job = (await get(world, here, f"/api/imports/{id_}")).json()
    assert (job["state"], job["contacts_added"], job["rows_rejected"]) == ("done", 1, 1)
    assert added[0].numbers == ("+390612345678",)

    rejects = (await get(world, here, f"/api/imports/{id_}/rejects")).json()
    assert [(reject["line"], "letters" in reject["reason"]) for reject in rejects] == [(3, True)]
    file = await get(world, here, f"/api/imports/{id_}/rejects?format=csv")
    assert list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))[1][0] == "3"
    assert "attachment" in file.headers["content-disposition"]
    assert list(world.spool.iterdir()) == []


async def test_the_users_settings_are_taken(world: World, here: Tenant, added: list[r.NewContact]) -> None:
    path = f"/api/lists/{here.ids['list_id']}/imports"
    answer = await send(world, here, path, "NUMBER|A\n500|x;y\n", delimiter="|", short_numbers="true")
    await world.services.imports.wait(here.tenant_id, answer.json()["import_id"])
    assert (added[0].numbers, added[0].attributes) == (("500",), {"A": "x;y"})
    tab = await send(world, here, "/api/imports/preview", "NUMBER\tA\n500\tx\n", delimiter="tab")
    assert tab.json()["columns"] == ["NUMBER", "A"]


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        (b"", {}),
        (b"%PDF-1.7", {}),
        (bytes(range(256)) * 20, {}),
        ("NUMBER\n06J\xfc\n".encode("cp1252"), {"encoding": "utf-8"}),
        ("NUMBER\n1\n", {"duplicates": "maybe"}),
        ("NUMBER\n1\n", {"short_numbers": "maybe"}),
        ("NUMBER\n1\n", {"format": "docx"}),
    ],
)
async def test_a_file_or_setting_that_will_not_do_is_refused_with_what_to_do(
    world: World, here: Tenant, added: list[r.NewContact], content: bytes | str, fields: dict[str, str]
) -> None:
    answer = await send(world, here, f"/api/lists/{here.ids['list_id']}/imports", content, **fields)
    assert answer.status_code == 422
    assert len(answer.json()["error"]["text"]) > 25
    assert added == []
    assert list(world.spool.iterdir()) == []


async def test_a_file_larger_than_allowed(tenant_world: tuple[World, Tenant]) -> None:
    world, here = tenant_world
    for path in ("/api/imports/preview", f"/api/lists/{here.ids['list_id']}/imports"):
        answer = await send(world, here, path, b"NUMBER\n" + b"0612345678\n" * 2_000)
        assert answer.status_code == 413
        assert "Split" in answer.json()["error"]["text"]


@pytest.fixture
async def tenant_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[World, Tenant]:
    monkeypatch.setenv("BUSYHOUR_UPLOAD_BYTES_MAX", "10000")
    world = World(tmp_path)
    return world, await world.add_tenant("here")


async def test_a_form_without_file(world: World, here: Tenant) -> None:
    headers = here.people[Role.SUPERVISOR].headers
    async with world.client() as client:
        for more in ({"json": {}}, {"data": {"file": "text"}}, {"content": b""}):
            answer = await client.post("/api/imports/preview", headers=headers, **more)  # type: ignore[arg-type]
            assert answer.status_code == 422
            assert answer.json()["error"]["code"] == "no_file"


async def test_another_tenants_list_and_import(
    world: World, here: Tenant, there: Tenant, added: list[r.NewContact]
) -> None:
    assert (await send(world, here, f"/api/lists/{there.ids['list_id']}/imports", PEOPLE)).status_code == 404
    answer = await send(world, there, f"/api/lists/{there.ids['list_id']}/imports", PEOPLE)
    id_ = answer.json()["import_id"]
    assert (await get(world, here, f"/api/imports/{id_}")).status_code == 404
    assert (await get(world, here, f"/api/imports/{id_}/rejects")).status_code == 404
    async with world.client() as client:
        stop = await client.delete(f"/api/imports/{id_}", headers=here.people[Role.SUPERVISOR].headers)
    assert stop.status_code == 404
    assert (await world.services.imports.wait(there.tenant_id, id_)).state == "done"


async def test_an_import_can_be_stopped(world: World, here: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    async def import_contacts(*_: object) -> int:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(world.lists, "import_contacts", import_contacts, raising=False)
    answer = await send(world, here, f"/api/lists/{here.ids['list_id']}/imports", PEOPLE)
    async with world.client() as client:
        path = f"/api/imports/{answer.json()['import_id']}"
        stop = await client.delete(path, headers=here.people[Role.SUPERVISOR].headers)
    assert (stop.status_code, stop.json()["state"]) == (200, "failed")
    assert "cancelled" in stop.json()["error"]


@pytest.mark.covers("WD-086")
async def test_a_range_of_consecutive_numbers_keeps_its_width(
    world: World, here: Tenant, added: list[r.NewContact]
) -> None:
    async def ask(first: str, count: int) -> Any:
        async with world.client() as client:
            headers = here.people[Role.SUPERVISOR].headers
            body = {"first": first, "count": count, "short_numbers": True}
            return await client.post(f"/api/lists/{here.ids['list_id']}/range", headers=headers, json=body)

    answer = await ask("0098", 3)
    assert answer.status_code == 202
    await world.services.imports.wait(here.tenant_id, answer.json()["import_id"])
    assert [contact.numbers for contact in added] == [("0098",), ("0099",), ("0100",)]
    for first, count, field in (("98", 3, "count"), ("5a", 1, "first"), ("5550000", 0, "count")):
        refused = await ask(first, count)
        assert (refused.status_code, refused.json()["error"]["field"]) == (422, field)
