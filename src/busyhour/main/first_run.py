"""The first run: one tenant, one administrator with a random password shown once, and the command line's token."""

from contextlib import AsyncExitStack
from pathlib import Path

from busyhour.cli.progress import Progress
from busyhour.core.dialer.hours import zone_known
from busyhour.core.model.values import Role
from busyhour.main.folder import DataFolder
from busyhour.main.product import Product, open_stores
from busyhour.service import records as r
from busyhour.service.accounts import Accounts
from busyhour.service.clock import SystemClock
from busyhour.service.errors import Conflict
from busyhour.service.secrets import PREFIX_SHOWN_LENGTH, new_api_token, token_hash
from busyhour.settings import Settings

TOKEN_FILE = "cli-token"  # noqa: S105 (a file's name)
PAUSE_REASONS = (("Break", 900), ("Lunch", 3600), ("Training", 0))
DISPOSITIONS = (
    ("sale", "Sale"),
    ("not_interested", "Not interested"),
    ("call_later", "Call later"),
    ("wrong_person", "Wrong person"),
    ("no_contact", "Could not talk"),
)


async def prepare(product: Product) -> tuple[r.Tenant, list[tuple[str, str]]]:
    """The tenant, and what the person at the terminal must be told once."""
    directory = product.stores.directory
    tenants = await directory.tenants()
    told: list[tuple[str, str]] = []
    if tenants:
        tenant = tenants[0]
    else:
        tenant = await directory.create_tenant(name="Main", time_zone=_zone_here(), country="US")
        _, password = await product.accounts.create_user(
            tenant.tenant_id, login="admin", name="Administrator", role=Role.ADMINISTRATOR
        )
        told.append(("Administrator", f"admin / {password}   (shown this once)"))
        await _usual_words(product, tenant.tenant_id)
    await _give_token(product, tenant.tenant_id)
    return tenant, told


def _zone_here() -> str:
    """This machine's zone by its IANA name, else UTC."""
    link = Path("/etc/localtime")
    parts = link.resolve().as_posix().split("/zoneinfo/") if link.is_symlink() else []
    named = len(parts) == 2 and parts[1] not in ("Etc/UTC", "UCT") and zone_known(parts[1])
    return parts[1] if named else "UTC"


async def _usual_words(product: Product, tenant: int) -> None:
    directory = product.stores.directory
    for name, limit_s in PAUSE_REASONS:
        await directory.save_pause_reason(tenant, r.PauseReason(pause_reason_id=0, name=name, time_max_s=limit_s))
    for position, (code, label) in enumerate(DISPOSITIONS, 1):
        await directory.save_disposition(
            tenant, r.Disposition(disposition_id=0, campaign_id=None, code=code, label=label, position=position)
        )


async def _give_token(product: Product, tenant: int) -> None:
    """The command line on this machine acts as an administrator; whoever may read the data folder may do so anyway."""
    file = product.folder.path / TOKEN_FILE
    if file.exists() and await product.accounts.find(token_hash(file.read_text().strip())) is not None:
        return
    directory = product.stores.directory
    admins = [u for u in await directory.users(tenant) if u.role is Role.ADMINISTRATOR and not u.disabled]
    if not admins:
        return  # `busyhour create-admin` is the way out, and says so
    user_id = admins[0].user_id
    for old in await directory.tokens(tenant, user_id):
        if old.name == "command line":
            await directory.revoke_token(tenant, old.token_id)
    token = new_api_token()
    await directory.create_token(
        tenant,
        user_id=user_id,
        name="command line",
        prefix=token[:PREFIX_SHOWN_LENGTH],
        token_hash=token_hash(token),
        expires_utc_s=None,
    )
    product.folder.write_private(TOKEN_FILE, token)


async def create_admin_alone(settings: Settings, progress: Progress, login: str) -> str:
    """Make an administrator while no server runs on this data folder."""
    async with AsyncExitStack() as ending:
        folder = DataFolder(settings.data)
        folder.take()
        ending.callback(folder.give_back)
        with progress.step("Database") as step:
            stores = await open_stores(settings, folder, ending, step)
        accounts = Accounts(directory=stores.directory, clock=SystemClock(), session_hours=settings.session_hours)
        tenants = await stores.directory.tenants()
        if not tenants:
            raise Conflict("There is no tenant yet: `busyhour up` makes it, with a first administrator.")
        _, password = await accounts.create_user(tenants[0].tenant_id, login=login, name=login, role=Role.ADMINISTRATOR)
        assert password is not None  # none was given, so one was made
        return password
