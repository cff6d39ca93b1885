"""Several companies on one installation, put into its data folder before the first start.

A first start makes one tenant by itself, and the API makes no other; on a folder that has tenants already, all of them
begin. Each gets an administrator, who logs in as everybody does.
"""

from collections.abc import Sequence
from pathlib import Path

from busyhour.adapters.sql.database import Database
from busyhour.adapters.sql.directory import SqlDirectory
from busyhour.adapters.sql.migrate import migrate
from busyhour.adapters.sql.private import PrivateDatabase
from busyhour.adapters.sql.seal import Seal
from busyhour.bench.desks import PASSWORD
from busyhour.bench.product import Api
from busyhour.core.model.values import Role
from busyhour.service.accounts import Accounts
from busyhour.service.clock import SystemClock


def admin_of(name: str) -> str:
    """The login of a tenant's administrator."""
    return f"admin-{name}"


async def make_tenants(data: Path, names: Sequence[str]) -> dict[str, int]:
    """Tenants in a folder that has none, by name; answers their ids. The private database is stopped again."""
    private = PrivateDatabase(data / "db")
    await private.start()
    try:
        url = await private.url()
        await migrate(url)
        database = Database(url)
        try:
            return {name: await _make(SqlDirectory(database, Seal.of(data)), name) for name in names}
        finally:
            await database.close()
    finally:
        await private.stop()


async def _make(directory: SqlDirectory, name: str) -> int:
    tenant = await directory.create_tenant(name=name, time_zone="UTC", country="US")
    accounts = Accounts(directory=directory, clock=SystemClock(), session_hours=1.0)
    await accounts.create_user(
        tenant.tenant_id, login=admin_of(name), name=name, role=Role.ADMINISTRATOR, password=PASSWORD
    )
    return tenant.tenant_id


async def log_in(url: str, name: str) -> Api:
    """The API as this tenant's administrator has it. To be closed."""
    api = Api(url)
    try:
        await api.log_in(admin_of(name), PASSWORD)
    except BaseException:
        await api.close()
        raise
    return api
