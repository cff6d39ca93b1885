"""Lines to the outside. The PBX gets a trunk when it is saved; its password goes in and never comes out."""

import re
from typing import Final

import msgspec
from msgspec import UNSET, Struct, UnsetType

from busyhour.core.events import TrunkChanged
from busyhour.core.model.campaign import Trunk
from busyhour.http.routes import Id, Routes
from busyhour.http.services import Services, Use, Who
from busyhour.service import records as r
from busyhour.service.accounts import check_name
from busyhour.service.errors import Invalid, NotFound

routes = Routes("trunks")

HOST: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252})(:[0-9]{1,5})?")
LOGIN: Final = re.compile(r"[A-Za-z0-9._+@-]{0,64}")
PREFIX: Final = re.compile(r"[0-9]{0,10}")
PASSWORD: Final = re.compile(r"[\x21-\x7e]{0,128}")
CAPACITY_MAX: Final = 10_000
CALLS_PER_S_MAX: Final = 1000


class NewTrunk(Struct, frozen=True, kw_only=True):
    """`host` is host[:port] of the carrier. `calls_per_s_max` 0 = no limit."""

    name: str
    host: str
    capacity: int
    login: str = ""
    password: str | None = None
    prefix: str = ""
    strip_plus: bool = True
    calls_per_s_max: int = 0


class TrunkEdit(Struct, frozen=True, kw_only=True):
    """Only what is set is changed."""

    name: str | UnsetType = UNSET
    host: str | UnsetType = UNSET
    capacity: int | UnsetType = UNSET
    login: str | UnsetType = UNSET
    password: str | UnsetType = UNSET
    prefix: str | UnsetType = UNSET
    strip_plus: bool | UnsetType = UNSET
    calls_per_s_max: int | UnsetType = UNSET


@routes.get("/api/trunks", permission="trunks:read")
async def list_trunks(who: Who, use: Use) -> list[r.TrunkRow]:
    return await use.directory.trunks(who.tenant_id)


@routes.post("/api/trunks", permission="trunks:write", status=201)
async def create_trunk(who: Who, use: Use, body: NewTrunk) -> r.TrunkRow:
    wanted = r.TrunkRow(
        trunk_id=0,
        name=body.name,
        host=body.host,
        login=body.login,
        has_password=body.password is not None,
        prefix=body.prefix,
        strip_plus=body.strip_plus,
        capacity=body.capacity,
        calls_per_s_max=body.calls_per_s_max,
        endpoint="",
        demo=False,
    )
    return await save(use, who.tenant_id, wanted, body.password)


@routes.patch("/api/trunks/{trunk_id}", permission="trunks:write")
async def edit_trunk(who: Who, use: Use, trunk_id: Id, body: TrunkEdit) -> r.TrunkRow:
    before = await trunk_of(use, who.tenant_id, trunk_id)
    changes = {name: value for name, value in msgspec.structs.asdict(body).items() if value is not UNSET}
    password = changes.pop("password", None)
    return await save(use, who.tenant_id, msgspec.structs.replace(before, **changes), password)


@routes.delete("/api/trunks/{trunk_id}", permission="trunks:write")
async def delete_trunk(who: Who, use: Use, trunk_id: Id) -> None:
    await trunk_of(use, who.tenant_id, trunk_id)
    await use.directory.delete_trunk(who.tenant_id, trunk_id)
    await use.phones.drop_trunk(who.tenant_id, trunk_id)


async def save(use: Services, tenant: int, wanted: r.TrunkRow, password: str | None) -> r.TrunkRow:
    """The store first: what the PBX has is made from the store again at every start."""
    check_trunk(wanted, password)
    trunk = await use.directory.save_trunk(tenant, wanted, secret=password)
    secret = password if password is not None else await use.directory.trunk_secret(tenant, trunk.trunk_id)
    await use.phones.set_trunk(tenant, trunk, secret)
    use.floors.tell(tenant, TrunkChanged(trunk=trunk_for_floor(trunk)))
    return trunk


def check_trunk(trunk: r.TrunkRow, password: str | None) -> None:
    check_name(trunk.name)
    if not trunk.demo and not HOST.fullmatch(trunk.host):
        raise Invalid(
            "The host is a name or an address, with a port if need be: sip.carrier.example:5060", field="host"
        )
    if not LOGIN.fullmatch(trunk.login):
        raise Invalid("The login may have letters, digits and . _ + @ - only.", field="login")
    if not PREFIX.fullmatch(trunk.prefix):
        raise Invalid("The prefix is up to 10 digits that are put before the number.", field="prefix")
    if not 1 <= trunk.capacity <= CAPACITY_MAX:
        raise Invalid(f"The capacity is 1 to {CAPACITY_MAX} calls at once.", field="capacity")
    if not 0 <= trunk.calls_per_s_max <= CALLS_PER_S_MAX:
        raise Invalid(f"Calls per second are 0 (no limit) to {CALLS_PER_S_MAX}.", field="calls_per_s_max")
    if password is not None and not PASSWORD.fullmatch(password):
        raise Invalid("The password has up to 128 printable ASCII characters without spaces.", field="password")


async def trunk_of(use: Services, tenant: int, trunk_id: int) -> r.TrunkRow:
    for trunk in await use.directory.trunks(tenant):
        if trunk.trunk_id == trunk_id:
            return trunk
    raise NotFound("There is no such trunk.")


def trunk_for_floor(trunk: r.TrunkRow) -> Trunk:
    return Trunk(
        trunk_id=trunk.trunk_id,
        name=trunk.name,
        endpoint=trunk.endpoint,
        prefix=trunk.prefix,
        strip_plus=trunk.strip_plus,
        capacity=trunk.capacity,
        calls_per_s_max=trunk.calls_per_s_max,
    )
