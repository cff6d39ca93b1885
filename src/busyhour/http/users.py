"""People who may log in. Making an agent user makes its agent too."""

from typing import TypeVar

from msgspec import UNSET, Struct, UnsetType

from busyhour.core.events import AgentRemoved
from busyhour.core.model.values import WITH_DESK, Role
from busyhour.http.agents import tell_agent
from busyhour.http.routes import Id, Routes
from busyhour.http.services import Caller, Services, Use, Who
from busyhour.service import records as r

routes = Routes("users")

T = TypeVar("T")


class NewUser(Struct, frozen=True, kw_only=True):
    """Without a password a random one is made, and shown once."""

    login: str
    role: Role
    name: str = ""
    password: str | None = None


class UserMade(Struct, frozen=True, kw_only=True):
    user: r.User
    password: str | None  # only when it was made here


class UserEdit(Struct, frozen=True, kw_only=True):
    """Only what is set is changed. A new role or password, or disabling, ends the user's sessions at once."""

    name: str | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    disabled: bool | UnsetType = UNSET
    password: str | UnsetType = UNSET


@routes.get("/api/users", permission="users:read")
async def list_users(who: Who, use: Use) -> list[r.User]:
    return await use.directory.users(who.tenant_id)


@routes.post("/api/users", permission="users:write", status=201)
async def create_user(who: Who, use: Use, body: NewUser) -> UserMade:
    user, made = await use.accounts.create_user(
        who.tenant_id, login=body.login, name=body.name, role=body.role, password=body.password
    )
    if user.agent_id is not None:
        await tell_agent(use, who.tenant_id, user.agent_id)
    return UserMade(user=user, password=made)


@routes.patch("/api/users/{user_id}", permission="users:write")
async def edit_user(who: Who, use: Use, user_id: Id, body: UserEdit) -> r.User:
    user = await use.accounts.edit_user(
        who.tenant_id,
        user_id,
        editor_id=who.user_id,
        name=set_or_none(body.name),
        role=set_or_none(body.role),
        disabled=set_or_none(body.disabled),
        password=set_or_none(body.password),
    )
    await follow_agent(use, who, user)
    return user


async def follow_agent(use: Services, who: Caller, user: r.User) -> None:
    """The floor and the PBX learn that the user is, or is no longer, an agent who may work."""
    if user.agent_id is None:
        return
    if user.disabled or user.role not in WITH_DESK:
        await use.phones.dismiss(who.tenant_id, user.agent_id)
        use.floors.tell(who.tenant_id, AgentRemoved(agent_id=user.agent_id))
    else:
        await tell_agent(use, who.tenant_id, user.agent_id)


def set_or_none(value: T | UnsetType) -> T | None:
    return None if isinstance(value, UnsetType) else value
