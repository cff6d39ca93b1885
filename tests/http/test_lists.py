"""Lists, contacts and the do-not-call list over HTTP."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from busyhour.core.model.values import Role
from busyhour.service import records as r
from tests.http.http_world import Tenant, World


async def ask(world: World, tenant: Tenant, method: str, path: str, **more: Any) -> Any:
    async with world.client() as client:
        return await client.request(method, path, headers=tenant.people[Role.SUPERVISOR].headers, **more)


@pytest.mark.covers("WD-071")
async def test_a_list_is_made_renamed_hidden_and_deleted(world: World, here: Tenant) -> None:
    made = (await ask(world, here, "POST", "/api/lists", json={"name": "  spring "})).json()
    assert (made["name"], made["hidden"], made["contacts"]) == ("spring", False, 0)
    path = f"/api/lists/{made['list_id']}"
    edited = await ask(world, here, "PATCH", path, json={"hidden": True})
    assert (edited.json()["name"], edited.json()["hidden"]) == ("spring", True)
    shown = [row["list_id"] for row in (await ask(world, here, "GET", "/api/lists")).json()]
    assert made["list_id"] not in shown
    every = [row["list_id"] for row in (await ask(world, here, "GET", "/api/lists?hidden=true")).json()]
    assert made["list_id"] in every
    assert (await ask(world, here, "DELETE", path)).status_code == 204
    assert (await ask(world, here, "GET", path)).status_code == 404


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "x" * 500])
async def test_a_name_that_will_not_do(world: World, here: Tenant, name: str) -> None:
    answer = await ask(world, here, "POST", "/api/lists", json={"name": name})
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "name")


async def test_contacts_and_the_card_of_one(world: World, here: Tenant) -> None:
    page = (await ask(world, here, "GET", f"/api/lists/{here.ids['list_id']}/contacts?limit=5")).json()
    assert [row["numbers"] for row in page["rows"]] == [["+390612345678"]]
    card = (await ask(world, here, "GET", f"/api/contacts/{here.ids['contact_id']}")).json()
    assert (card["contact"]["name"], card["contact"]["attributes"]) == ("Ada", {"city": "Rome"})
    assert isinstance(card["history"], list)


@pytest.mark.covers("WD-089", "WD-090")
@pytest.mark.parametrize(
    ("form", "beginning", "ending"),
    [
        ("csv", b"\xef\xbb\xbfNUMBER,city,name\r\n'+390612345678,Rome,Ada\r\n", ".csv"),
        ("native", b"+390612345678,city:Rome,name:Ada\n", ".txt"),
        ("xlsx", b"PK", ".xlsx"),
    ],
)
async def test_a_list_is_exported(
    world: World, here: Tenant, monkeypatch: pytest.MonkeyPatch, form: str, beginning: bytes, ending: str
) -> None:
    async def export_contacts(tenant: int, list_id: int) -> AsyncIterator[r.Contact]:
        for contact in (await world.lists.contacts(tenant, list_id)).rows:
            yield contact

    monkeypatch.setattr(world.lists, "export_contacts", export_contacts, raising=False)
    answer = await ask(world, here, "GET", f"/api/lists/{here.ids['list_id']}/export?format={form}")
    assert answer.status_code == 200
    assert answer.content.startswith(beginning)
    assert f"people{ending}" in answer.headers["content-disposition"]
    assert list(world.spool.iterdir()) == [], "the file is gone once it is sent"


async def test_an_export_of_no_known_format_or_list(world: World, here: Tenant, there: Tenant) -> None:
    assert (await ask(world, here, "GET", f"/api/lists/{here.ids['list_id']}/export?format=pdf")).status_code == 422
    assert (await ask(world, here, "GET", f"/api/lists/{there.ids['list_id']}/export")).status_code == 404


async def test_do_not_call_numbers_are_read_as_written(world: World, here: Tenant) -> None:
    body = {"numbers": ["06 9999 8888", "+39 06 9999 8888", "no one"]}
    answer = (await ask(world, here, "POST", "/api/dnc", json=body)).json()
    assert answer["added"] == 1
    assert [(row["number"], "letters" in row["reason"]) for row in answer["rejected"]] == [("no one", True)]
    found = (await ask(world, here, "GET", "/api/dnc", params={"number": "06 9999 8888"})).json()
    assert [row["number"] for row in found] == ["+390699998888"]
    assert (await ask(world, here, "DELETE", "/api/dnc/+390699998888")).status_code == 204
    assert (await ask(world, here, "DELETE", "/api/dnc/letters")).status_code == 422
    assert (await ask(world, here, "POST", "/api/dnc", json={"numbers": []})).status_code == 422
