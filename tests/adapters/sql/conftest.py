"""The screens' side of the store on a fresh database, with one tenant."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from busyhour.adapters.sql.campaigns import SqlCampaigns
from busyhour.adapters.sql.database import Database
from busyhour.adapters.sql.directory import SqlDirectory
from busyhour.adapters.sql.seal import Seal


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url, connections_max=5)
    yield made
    await made.close()


@pytest.fixture
def directory(database: Database, tmp_path: Path) -> SqlDirectory:
    return SqlDirectory(database, Seal.of(tmp_path))


@pytest.fixture
def campaigns(database: Database) -> SqlCampaigns:
    return SqlCampaigns(database)


@pytest.fixture
async def tenant(directory: SqlDirectory) -> int:
    return (await directory.create_tenant(name="Acme", time_zone="Europe/Rome", country="IT")).tenant_id
