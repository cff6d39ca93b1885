"""Headers, limits, the form of faults, and the OpenAPI document."""

import json
from pathlib import Path
from typing import Any

import pytest

from busyhour.core.model.values import Role
from busyhour.http import page
from busyhour.http.app import installed_routes
from busyhour.http.openapi import document, text_of
from busyhour.http.routes import JSON_BYTES_MAX, SOCKET
from tests.http.http_world import Tenant, World

COMMITTED = Path(__file__).parents[2] / "web" / "openapi.json"


async def test_every_answer_has_the_safe_headers(world: World, here: Tenant) -> None:
    admin = here.people[Role.ADMINISTRATOR]
    async with world.client() as client:
        for path in ("/health", "/api/users", "/api/nothing", "/", "/api/session"):
            headers = (await client.get(path, headers=admin.headers)).headers
            policy = headers["content-security-policy"]
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "no-referrer"
            assert headers["x-request-id"]
            if path.startswith("/api"):
                assert headers["cache-control"] == "no-store"


async def test_no_other_site_is_let_in(world: World, here: Tenant) -> None:
    async with world.client() as client:
        headers = here.people[Role.ADMINISTRATOR].headers | {"Origin": "https://evil.example"}
        answer = await client.get("/api/users", headers=headers)
        assert "access-control-allow-origin" not in answer.headers
        form = await client.post("/api/session", content=b'{"login": "a", "password": "b"}')
        assert form.status_code == 422  # a form of another site cannot log anybody in


async def test_what_nobody_foresaw_is_told_by_its_id_only(
    world: World, here: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_tenant: int) -> Any:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(world.directory, "users", broken)
    async with world.client() as client:
        answer = await client.get("/api/users", headers=here.people[Role.ADMINISTRATOR].headers)
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "ZeroDivision" not in answer.text
    assert answer.headers["x-request-id"] in answer.json()["error"]["text"]


async def test_a_stopped_database_is_a_503_that_says_so(world: World, here: Tenant) -> None:
    world.directory.down = True
    async with world.client() as client:
        for path in ("/api/users", "/api/session"):
            answer = await client.get(path, headers=here.people[Role.ADMINISTRATOR].headers)
            assert answer.status_code == 503
            assert "database" in answer.json()["error"]["text"]
        health = await client.get("/health")
    assert health.status_code == 503
    assert health.json() == {"ok": False, "pbx": True, "store": False}


@pytest.mark.parametrize("declares", [True, False])
async def test_a_body_too_large_is_refused(world: World, here: Tenant, declares: bool) -> None:
    admin = here.people[Role.ADMINISTRATOR]
    content = b'"' + b"x" * JSON_BYTES_MAX + b'"'

    async def stream() -> Any:
        yield content[:100]
        yield content[100:]

    async with world.client() as client:
        headers = admin.headers | {"Content-Type": "application/json"}
        sent: Any = content if declares else stream()
        answer = await client.post("/api/users", content=sent, headers=headers)
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "too_large"


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (b"", None),
        (b"{", None),
        (b"\xff\xfe", None),
        (b"[]", None),
        (b'{"login": "x"}', None),
        (b'{"login": 7, "role": "agent"}', "login"),
        (b'{"login": "x", "role": "king"}', "role"),
        (b'{"login": "x y", "role": "agent"}', "login"),
        (b'{"login": "x", "role": "agent", "password": "short"}', "password"),
    ],
)
async def test_a_wrong_body_is_one_clear_fault(world: World, here: Tenant, content: bytes, field: str | None) -> None:
    headers = here.people[Role.ADMINISTRATOR].headers | {"Content-Type": "application/json"}
    async with world.client() as client:
        answer = await client.post("/api/users", content=content, headers=headers)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["text"]
    assert error["field"] == field


async def test_a_wrong_parameter_is_one_clear_fault(world: World, here: Tenant) -> None:
    headers = here.people[Role.ADMINISTRATOR].headers
    async with world.client() as client:
        limit = await client.get("/api/attempts?limit=0", headers=headers)
        assert (limit.status_code, limit.json()["error"]["field"]) == (422, "limit")
        outcome = await client.get("/api/attempts?outcome=FUN", headers=headers)
        assert (outcome.status_code, outcome.json()["error"]["field"]) == (422, "outcome")
        for id_ in ("abc", "0", "-1", str(2**70), "%00", "1e3"):
            assert (await client.get(f"/api/campaigns/{id_}", headers=headers)).status_code == 404
        assert (await client.put("/api/users", headers=headers)).status_code == 405


def test_the_committed_openapi_document_is_fresh() -> None:
    fresh = text_of(installed_routes())
    assert fresh == COMMITTED.read_text(), "run: .venv/bin/python -m busyhour.http.openapi > web/openapi.json"


def test_the_openapi_document_holds_together() -> None:
    made = document(installed_routes())
    assert made["openapi"].startswith("3.1")
    text = json.dumps(made)
    schemas = made["components"]["schemas"]
    refs = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert refs == set(schemas), "each schema is used, and each that is used is there"
    operations = [op for path in made["paths"].values() for op in path.values()]
    ids = [op["operationId"] for op in operations]
    assert len(ids) == len(set(ids))
    declared = [d for _, d in installed_routes() if d.method != SOCKET and d.path.startswith(("/api/", "/health"))]
    assert len(operations) == len(declared)
    for op in operations:
        assert op["x-permission"]
        assert "default" in op["responses"]


async def test_the_document_is_served(world: World, here: Tenant) -> None:
    async with world.client() as client:
        assert (await client.get("/api/openapi.json")).status_code == 401
        answer = await client.get("/api/openapi.json", headers=here.people[Role.AGENT].headers)
    assert answer.text == COMMITTED.read_text()


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "web"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text('<meta nonce="__CSP_NONCE__"><script src="/assets/a-1b2c.js"></script>')
    (folder / "assets" / "a-1b2c.js").write_text("start()")
    (folder / "favicon.svg").write_text("<svg/>")
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    monkeypatch.setattr(page, "FOLDER", folder)
    return folder


async def test_the_page_is_served_with_a_fresh_nonce(world: World, built: Path) -> None:
    async with world.client() as client:
        first, second = await client.get("/"), await client.get("/campaigns/7")
        assert first.status_code == second.status_code == 200
        assert first.headers["cache-control"] == "no-store"
        nonce = first.text.split('"')[1]
        assert f"'nonce-{nonce}'" in first.headers["content-security-policy"]
        assert first.text != second.text
        asset = await client.get("/assets/a-1b2c.js")
        assert "immutable" in asset.headers["cache-control"]
        assert asset.headers["content-type"].startswith("text/javascript")
        assert (await client.get("/favicon.svg")).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/../../secret.txt", "/link.txt", "/assets/gone.js"]
)
async def test_nothing_but_the_page_is_served(world: World, built: Path, path: str) -> None:
    async with world.client() as client:
        answer = await client.get(path)
    assert answer.status_code == 404
    assert "secret" not in answer.text


async def test_an_unbuilt_page_says_what_to_do(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "FOLDER", tmp_path / "nothing")
    async with world.client() as client:
        answer = await client.get("/")
    assert answer.status_code == 503
    assert "make web" in answer.text
