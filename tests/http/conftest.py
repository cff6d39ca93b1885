"""The world of the tests of http: two tenants, so that every test can try to reach over."""

from pathlib import Path

import pytest

from tests.http.http_world import Tenant, World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
async def here(world: World) -> Tenant:
    return await world.add_tenant("here")


@pytest.fixture
async def there(world: World) -> Tenant:
    return await world.add_tenant("there")
