"""Whoever asks is known to the store for the length of their request, and no longer."""

from typing import Any

import pytest

from busyhour.core.model.values import Role
from busyhour.service.acting import ACTING, Acting
from tests.http.http_world import Tenant, World


async def test_the_store_knows_who_asks(world: World, here: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Acting | None] = []
    users = world.directory.users

    async def noted(tenant: int) -> Any:
        seen.append(ACTING.get())
        return await users(tenant)

    monkeypatch.setattr(world.directory, "users", noted)
    boss = here.people[Role.ADMINISTRATOR]
    async with world.client() as client:
        assert (await client.get("/api/users", headers=boss.headers)).status_code == 200
    assert seen == [Acting(boss.user.user_id, "127.0.0.1")]
    assert ACTING.get() is None
