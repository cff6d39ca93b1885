"""The port `Directory` in memory. Rows are kept by tenant, as the store keeps them."""

import itertools
from collections.abc import Sequence
from typing import Any

import msgspec

from busyhour.core.model.values import Role
from busyhour.service import records as r
from busyhour.service.errors import Conflict, NotFound, StoreDown
from tests.http.http_fakes import FakeClock

replace = msgspec.structs.replace


class FakeDirectory:
    """`down` makes every method raise `StoreDown`."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.down = False
        self.ids = itertools.count(1)
        self.all_tenants: dict[int, r.Tenant] = {}
        self.all_users: dict[int, r.User] = {}
        self.hashes: dict[int, str] = {}
        self.sessions: dict[bytes, tuple[int, str, float, str]] = {}
        self.all_tokens: dict[bytes, tuple[int, r.ApiToken]] = {}
        self.failures: dict[str, list[float]] = {}
        self.log_ins: list[tuple[str, bool, str]] = []  # login, good, from where
        self.rows: dict[tuple[str, int], dict[Any, Any]] = {}
        self.secrets: dict[int, str] = {}

    def table(self, name: str, tenant: int) -> dict[Any, Any]:
        self.check()
        return self.rows.setdefault((name, tenant), {})

    def check(self) -> None:
        if self.down:
            raise StoreDown("the store is down")

    async def find_login(self, login: str) -> r.Credentials | None:
        self.check()
        for user in self.all_users.values():
            if user.login == login:
                return r.Credentials(user=user, password_hash=self.hashes[user.user_id])
        return None

    async def find_session(self, token_hash: bytes) -> r.Session | None:
        self.check()
        if token_hash in self.sessions:
            user_id, csrf, expires, kind = self.sessions[token_hash]
        elif token_hash in self.all_tokens:
            user_id, token = self.all_tokens[token_hash]
            csrf, expires, kind = "", token.expires_utc_s or 1e12, "token"
        else:
            return None
        user = self.all_users[user_id]
        return r.Session(
            user=user, tenant=self.all_tenants[user.tenant_id], csrf=csrf, expires_utc_s=expires, kind=kind
        )

    async def open_session(
        self, user: r.User, token_hash: bytes, csrf: str, expires_utc_s: float, address: str, browser: str
    ) -> None:
        self.check()
        self.sessions[token_hash] = (user.user_id, csrf, expires_utc_s, "session")

    async def close_session(self, token_hash: bytes) -> None:
        self.check()
        self.sessions.pop(token_hash, None)

    async def close_sessions_of(self, tenant: int, user_id: int) -> None:
        self.check()
        self.sessions = {key: value for key, value in self.sessions.items() if value[0] != user_id}

    async def count_failure(self, key: str, *, window_s: float) -> int:
        self.check()
        now = self.clock.utc_s
        kept = [at for at in self.failures.get(key, []) if at > now - window_s]
        self.failures[key] = [*kept, now]
        return len(self.failures[key])

    async def clear_failures(self, key: str) -> None:
        self.failures.pop(key, None)

    async def note_log_in(self, user: r.User, *, good: bool, address: str) -> None:
        self.check()
        self.log_ins.append((user.login, good, address))

    async def tenants(self) -> list[r.Tenant]:
        self.check()
        return list(self.all_tenants.values())

    async def create_tenant(self, *, name: str, time_zone: str, country: str) -> r.Tenant:
        tenant = r.Tenant(tenant_id=next(self.ids), name=name, time_zone=time_zone, country=country)
        self.all_tenants[tenant.tenant_id] = tenant
        return tenant

    async def users(self, tenant: int) -> list[r.User]:
        self.check()
        return [user for user in self.all_users.values() if user.tenant_id == tenant]

    async def create_user(
        self, tenant: int, *, login: str, name: str, role: Role, password_hash: str, must_change_password: bool = False
    ) -> r.User:
        self.check()
        if any(user.login == login for user in self.all_users.values()):
            raise Conflict("This login is taken.", field="login")
        user = r.User(
            user_id=next(self.ids),
            tenant_id=tenant,
            login=login,
            name=name,
            role=role,
            disabled=False,
            created_utc_s=self.clock.utc_s,
            must_change_password=must_change_password,
        )
        self.all_users[user.user_id] = user
        self.hashes[user.user_id] = password_hash
        return user

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
        self.check()
        user = self.all_users.get(user_id)
        if user is None or user.tenant_id != tenant:
            raise NotFound("There is no such user.")
        changes = {"name": name, "role": role, "disabled": disabled}
        user = replace(user, **{key: value for key, value in changes.items() if value is not None})
        if password_hash is not None:
            self.hashes[user_id] = password_hash
            user = replace(user, must_change_password=False)
        self.all_users[user_id] = user
        return user

    async def tokens(self, tenant: int, user_id: int) -> list[r.ApiToken]:
        self.check()
        return [token for owner, token in self.all_tokens.values() if owner == user_id]

    async def create_token(
        self, tenant: int, *, user_id: int, name: str, prefix: str, token_hash: bytes, expires_utc_s: float | None
    ) -> r.ApiToken:
        token = r.ApiToken(
            token_id=next(self.ids),
            name=name,
            prefix=prefix,
            user_id=user_id,
            created_utc_s=self.clock.utc_s,
            expires_utc_s=expires_utc_s,
            last_used_utc_s=None,
        )
        self.all_tokens[token_hash] = (user_id, token)
        return token

    async def revoke_token(self, tenant: int, token_id: int) -> None:
        self.all_tokens = {key: value for key, value in self.all_tokens.items() if value[1].token_id != token_id}

    async def agents(self, tenant: int) -> list[r.Agent]:
        return list(self.table("agent", tenant).values())

    async def create_agent(
        self, tenant: int, *, user_id: int, phone_kind: Any, sip_address: str, leg_mode: Any
    ) -> r.Agent:
        user = self.all_users[user_id]
        agent = r.Agent(
            agent_id=next(self.ids),
            user_id=user_id,
            name=user.name,
            login=user.login,
            phone_kind=phone_kind,
            sip_address=sip_address,
            leg_mode=leg_mode,
            disabled=False,
        )
        self.table("agent", tenant)[agent.agent_id] = agent
        self.all_users[user_id] = replace(user, agent_id=agent.agent_id)
        return agent

    async def edit_agent(self, tenant: int, agent_id: int, edit: r.AgentEdit) -> r.Agent:
        agent = self._one("agent", tenant, agent_id)
        changes = {k: v for k, v in msgspec.structs.asdict(edit).items() if v is not msgspec.UNSET}
        return self._keep("agent", tenant, agent_id, replace(agent, **changes))

    async def trunks(self, tenant: int) -> list[r.TrunkRow]:
        return list(self.table("trunk", tenant).values())

    async def trunk_secret(self, tenant: int, trunk_id: int) -> str | None:
        return self.secrets.get(trunk_id)

    async def save_trunk(self, tenant: int, trunk: r.TrunkRow, *, secret: str | None = None) -> r.TrunkRow:
        trunk_id = trunk.trunk_id or next(self.ids)
        if secret is not None:
            self.secrets[trunk_id] = secret
        kept = replace(
            trunk, trunk_id=trunk_id, endpoint=f"t{tenant}-{trunk_id}", has_password=trunk_id in self.secrets
        )
        return self._keep("trunk", tenant, trunk_id, kept)

    async def delete_trunk(self, tenant: int, trunk_id: int) -> None:
        self._drop("trunk", tenant, trunk_id)

    async def prompts(self, tenant: int) -> list[r.Prompt]:
        return list(self.table("prompt", tenant).values())

    async def save_prompt(self, tenant: int, prompt: r.Prompt) -> r.Prompt:
        prompt_id = prompt.prompt_id or next(self.ids)
        return self._keep("prompt", tenant, prompt_id, replace(prompt, prompt_id=prompt_id))

    async def delete_prompt(self, tenant: int, prompt_id: int) -> None:
        self._drop("prompt", tenant, prompt_id)

    async def pause_reasons(self, tenant: int) -> list[r.PauseReason]:
        return list(self.table("pause_reason", tenant).values())

    async def save_pause_reason(self, tenant: int, reason: r.PauseReason) -> r.PauseReason:
        id_ = next(self.ids)
        return self._keep("pause_reason", tenant, id_, replace(reason, pause_reason_id=id_))

    async def delete_pause_reason(self, tenant: int, pause_reason_id: int) -> None:
        self._drop("pause_reason", tenant, pause_reason_id)

    async def dispositions(self, tenant: int, campaign_id: int | None = None) -> list[r.Disposition]:
        every = self.table("disposition", tenant).values()
        return [one for one in every if campaign_id is None or one.campaign_id in {None, campaign_id}]

    async def save_disposition(self, tenant: int, disposition: r.Disposition) -> r.Disposition:
        id_ = next(self.ids)
        return self._keep("disposition", tenant, id_, replace(disposition, disposition_id=id_))

    async def delete_disposition(self, tenant: int, disposition_id: int) -> None:
        self._drop("disposition", tenant, disposition_id)

    async def supervision_rule(self, tenant: int) -> r.SupervisionRule:
        return self.table("supervision rule", tenant).get(0, r.SupervisionRule(listening_shown=True))

    async def set_supervision_rule(self, tenant: int, rule: r.SupervisionRule) -> None:
        self.table("supervision rule", tenant)[0] = rule

    async def dnc(self, tenant: int, *, number: str | None = None, limit: int = 100) -> list[r.DncEntry]:
        return [e for e in self.table("dnc", tenant).values() if number is None or e.number == number][:limit]

    async def add_dnc(self, tenant: int, numbers: Sequence[str], source: str) -> int:
        table = self.table("dnc", tenant)
        fresh = [number for number in numbers if number not in table]
        for number in fresh:
            table[number] = r.DncEntry(number=number, added_utc_s=self.clock.utc_s, source=source)
        return len(fresh)

    async def remove_dnc(self, tenant: int, number: str) -> None:
        self._drop("dnc", tenant, number)

    def _one(self, name: str, tenant: int, id_: Any) -> Any:
        try:
            return self.table(name, tenant)[id_]
        except KeyError:
            raise NotFound(f"There is no such {name}.") from None

    def _keep(self, name: str, tenant: int, id_: Any, row: Any) -> Any:
        self.table(name, tenant)[id_] = row
        return row

    def _drop(self, name: str, tenant: int, id_: Any) -> None:
        self._one(name, tenant, id_)
        del self.table(name, tenant)[id_]
