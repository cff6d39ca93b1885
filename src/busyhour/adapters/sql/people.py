"""Directory, first half: log-ins, sessions, tenants, users, tokens and agents."""

import time
from collections.abc import Mapping
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from busyhour.adapters.sql import tables as t
from busyhour.adapters.sql.conflicts import conflicts, found
from busyhour.adapters.sql.database import Database
from busyhour.core.model.values import Audited, LegMode, PhoneKind, Role
from busyhour.service import records as r
from busyhour.service.errors import Conflict

FIND_LOGIN = sa.text("SELECT * FROM find_login(:login)")
FIND_SESSION = sa.text("SELECT * FROM find_session(:token_hash)")
CLOSE_SESSION = sa.text("SELECT close_session(:token_hash)")
COUNT_FAILURE = sa.text("SELECT count_failure(:key, :window_s)")
CLEAR_FAILURES = sa.text("SELECT clear_failures(:key)")
TENANTS = sa.text("SELECT * FROM tenants()")
CREATE_TENANT = sa.text("SELECT create_tenant(:name, :time_zone, :country)")

USERS = (
    sa.select(t.app_user, t.agent.c.agent_id)
    .outerjoin(t.agent, t.agent.c.user_id == t.app_user.c.user_id)
    .order_by(t.app_user.c.login)
)
SKILLS = (
    sa.select(sa.func.jsonb_object_agg(t.agent_skill.c.skill, t.agent_skill.c.level, type_=JSONB))
    .where(t.agent_skill.c.agent_id == t.agent.c.agent_id)
    .scalar_subquery()
)
AGENTS = (
    sa.select(
        t.agent.c.agent_id,
        t.agent.c.user_id,
        t.app_user.c.name,
        t.app_user.c.login,
        t.agent.c.phone_kind,
        t.agent.c.sip_address,
        t.agent.c.leg_mode,
        t.agent.c.may_dial,
        t.agent.c.acw_s,
        (t.agent.c.disabled | t.app_user.c.disabled).label("disabled"),
        SKILLS.label("skills"),
    )
    .join(t.app_user, t.agent.c.user_id == t.app_user.c.user_id)
    .order_by(t.app_user.c.name, t.agent.c.agent_id)
)


class People:
    def __init__(self, database: Database) -> None:
        self.database = database

    # Before a tenant is known

    async def find_login(self, login: str) -> r.Credentials | None:
        async with self.database.lookup() as connection:
            row = (await connection.execute(FIND_LOGIN, {"login": login})).mappings().first()
        return r.Credentials(user=user_of(row), password_hash=row["password_hash"]) if row else None

    async def find_session(self, token_hash: bytes) -> r.Session | None:
        async with self.database.lookup() as connection:
            row = (await connection.execute(FIND_SESSION, {"token_hash": token_hash})).mappings().first()
        if row is None:
            return None
        tenant = r.Tenant(
            tenant_id=row["tenant_id"], name=row["tenant_name"], time_zone=row["time_zone"], country=row["country"]
        )
        return r.Session(
            user=user_of(row), tenant=tenant, csrf=row["csrf"], expires_utc_s=row["expires_utc_s"], kind=row["kind"]
        )

    async def open_session(
        self, user: r.User, token_hash: bytes, csrf: str, expires_utc_s: float, address: str, browser: str
    ) -> None:
        async with self.database.tenant_transaction(user.tenant_id) as connection:
            await connection.execute(
                sa.insert(t.user_session).values(
                    token_hash=token_hash,
                    user_id=user.user_id,
                    csrf=csrf,
                    created_utc_s=time.time(),
                    expires_utc_s=expires_utc_s,
                    address=address[:100],
                    browser=browser[:500],
                )
            )

    async def close_session(self, token_hash: bytes) -> None:
        async with self.database.lookup() as connection:
            await connection.execute(CLOSE_SESSION, {"token_hash": token_hash})

    async def close_sessions_of(self, tenant: int, user_id: int) -> None:
        async with self.database.tenant_transaction(tenant) as connection:
            await connection.execute(sa.delete(t.user_session).where(t.user_session.c.user_id == user_id))

    async def count_failure(self, key: str, *, window_s: float) -> int:
        async with self.database.lookup() as connection:
            count = await connection.execute(COUNT_FAILURE, {"key": key, "window_s": window_s})
            return int(count.scalar_one())

    async def clear_failures(self, key: str) -> None:
        async with self.database.lookup() as connection:
            await connection.execute(CLEAR_FAILURES, {"key": key})

    async def note_log_in(self, user: r.User, *, good: bool, address: str) -> None:
        what = Audited.LOG_IN if good else Audited.LOG_IN_FAILED
        noted = sa.insert(t.audit_entry).values(
            at_utc_s=time.time(), user_id=user.user_id, address=address[:100], what=what, call="", number=""
        )
        async with self.database.tenant_transaction(user.tenant_id) as connection:
            await connection.execute(noted)

    async def tenants(self) -> list[r.Tenant]:
        async with self.database.lookup() as connection:
            return [r.Tenant(**row) for row in (await connection.execute(TENANTS)).mappings()]

    async def create_tenant(self, *, name: str, time_zone: str, country: str) -> r.Tenant:
        values = {"name": name, "time_zone": time_zone, "country": country}
        async with self.database.lookup() as connection:
            tenant_id = (await connection.execute(CREATE_TENANT, values)).scalar_one()
        return r.Tenant(tenant_id=tenant_id, name=name, time_zone=time_zone, country=country)

    # Users and tokens

    async def users(self, tenant: int) -> list[r.User]:
        async with self.database.tenant_transaction(tenant) as connection:
            return [user_of(row) for row in (await connection.execute(USERS)).mappings()]

    async def create_user(
        self, tenant: int, *, login: str, name: str, role: Role, password_hash: str, must_change_password: bool = False
    ) -> r.User:
        values = {
            "login": login,
            "name": name,
            "role": role,
            "password_hash": password_hash,
            "must_change_password": must_change_password,
            "disabled": False,
            "created_utc_s": time.time(),
        }
        async with self.database.tenant_transaction(tenant) as connection:
            with conflicts():
                made = await connection.execute(sa.insert(t.app_user).values(values).returning(t.app_user.c.user_id))
            return await read_user(connection, made.scalar_one())

    async def edit_user(
        self,
        tenant: int,
        user_id: int,
        *,
        name: str | None = None,
        role: Role | None = None,
        disabled: bool | None = None,
        password_hash: str | None = None,
    ) -> r.User:
        asked = {"name": name, "role": role, "disabled": disabled, "password_hash": password_hash}
        values: dict[str, Any] = {key: value for key, value in asked.items() if value is not None}
        if password_hash is not None:
            values["must_change_password"] = False
        async with self.database.tenant_transaction(tenant) as connection:
            if values:
                await connection.execute(sa.update(t.app_user).where(t.app_user.c.user_id == user_id).values(values))
            user = await read_user(connection, user_id)
            await keep_an_administrator(connection)
            if disabled:
                await connection.execute(sa.delete(t.user_session).where(t.user_session.c.user_id == user_id))
            return user

    async def tokens(self, tenant: int, user_id: int) -> list[r.ApiToken]:
        of_user = sa.select(*TOKEN).where(t.api_token.c.user_id == user_id).order_by(t.api_token.c.token_id)
        async with self.database.tenant_transaction(tenant) as connection:
            return [r.ApiToken(**row) for row in (await connection.execute(of_user)).mappings()]

    async def create_token(
        self, tenant: int, *, user_id: int, name: str, prefix: str, token_hash: bytes, expires_utc_s: float | None
    ) -> r.ApiToken:
        made = (
            sa.insert(t.api_token)
            .values(
                user_id=user_id,
                name=name,
                prefix=prefix,
                token_hash=token_hash,
                created_utc_s=time.time(),
                expires_utc_s=expires_utc_s,
            )
            .returning(*TOKEN)
        )
        async with self.database.tenant_transaction(tenant) as connection:
            await read_user(connection, user_id)
            return r.ApiToken(**(await connection.execute(made)).mappings().one())

    async def revoke_token(self, tenant: int, token_id: int) -> None:
        async with self.database.tenant_transaction(tenant) as connection:
            gone = sa.delete(t.api_token).where(t.api_token.c.token_id == token_id).returning(t.api_token.c.token_id)
            found((await connection.execute(gone)).first(), "token")

    # Agents

    async def agents(self, tenant: int) -> list[r.Agent]:
        async with self.database.tenant_transaction(tenant) as connection:
            return [agent_of(row) for row in (await connection.execute(AGENTS)).mappings()]

    async def create_agent(
        self, tenant: int, *, user_id: int, phone_kind: PhoneKind, sip_address: str, leg_mode: LegMode
    ) -> r.Agent:
        made = (
            sa.insert(t.agent)
            .values(user_id=user_id, phone_kind=phone_kind, sip_address=sip_address, leg_mode=leg_mode)
            .returning(t.agent.c.agent_id)
        )
        async with self.database.tenant_transaction(tenant) as connection:
            await read_user(connection, user_id)
            with conflicts():
                agent_id = (await connection.execute(made)).scalar_one()
            return await read_agent(connection, agent_id)

    async def edit_agent(self, tenant: int, agent_id: int, edit: r.AgentEdit) -> r.Agent:
        asked = {name: getattr(edit, name) for name in edit.__struct_fields__}
        values = {name: value for name, value in asked.items() if value is not msgspec.UNSET}
        async with self.database.tenant_transaction(tenant) as connection:
            agent = await read_agent(connection, agent_id)
            if "name" in values:
                renamed = sa.update(t.app_user).where(t.app_user.c.user_id == agent.user_id)
                await connection.execute(renamed.values(name=values.pop("name")))
            if values:
                await connection.execute(sa.update(t.agent).where(t.agent.c.agent_id == agent_id).values(values))
            return await read_agent(connection, agent_id)


TOKEN = [t.api_token.c[field] for field in r.ApiToken.__struct_fields__]


def user_of(row: Mapping[Any, Any]) -> r.User:
    fields = {name: row[name] for name in r.User.__struct_fields__}
    return r.User(**(fields | {"role": Role(row["role"])}))


def agent_of(row: Mapping[Any, Any]) -> r.Agent:
    words = {"phone_kind": PhoneKind(row["phone_kind"]), "leg_mode": LegMode(row["leg_mode"])}
    return r.Agent(**(dict(row) | words | {"skills": row["skills"] or {}}))


async def read_user(connection: AsyncConnection, user_id: int) -> r.User:
    row = (await connection.execute(USERS.where(t.app_user.c.user_id == user_id))).mappings().first()
    return user_of(found(row, "user"))


async def read_agent(connection: AsyncConnection, agent_id: int) -> r.Agent:
    row = (await connection.execute(AGENTS.where(t.agent.c.agent_id == agent_id))).mappings().first()
    return agent_of(found(row, "agent"))


async def keep_an_administrator(connection: AsyncConnection) -> None:
    """Nobody locks everybody out: checked in the transaction that would do it."""
    column = t.app_user.c
    left = sa.select(column.user_id).where(column.role == Role.ADMINISTRATOR, ~column.disabled).with_for_update()
    if not (await connection.execute(left)).first():
        raise Conflict("The last administrator cannot be disabled or changed. Make another administrator first.")
