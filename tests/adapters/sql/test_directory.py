"""People and settings, as an administrator changes them."""

import time

import pytest

from busyhour.adapters.sql.directory import SqlDirectory
from busyhour.core.model.values import LegMode, PhoneKind, Role
from busyhour.service import records as r
from busyhour.service.errors import Conflict, NotFound


async def make_user(
    directory: SqlDirectory, tenant: int, login: str = "Ann", role: Role = Role.ADMINISTRATOR
) -> r.User:
    return await directory.create_user(tenant, login=login, name=login.title(), role=role, password_hash="x$1")


async def test_a_login_is_found_whatever_its_case_and_is_unique_over_all_tenants(
    directory: SqlDirectory, tenant: int
) -> None:
    user = await make_user(directory, tenant)
    found = await directory.find_login("aNN")
    assert found == r.Credentials(user=user, password_hash="x$1")
    assert await directory.find_login("bob") is None
    other = await directory.create_tenant(name="Other", time_zone="UTC", country="GB")
    with pytest.raises(Conflict, match="taken"):
        await make_user(directory, other.tenant_id, "ANN")


async def test_a_session_lives_until_it_is_closed_expires_or_its_user_is_disabled(
    directory: SqlDirectory, tenant: int
) -> None:
    await make_user(directory, tenant)
    user = await make_user(directory, tenant, "bob", Role.AGENT)
    later = time.time() + 60
    for token in (b"one", b"two"):
        await directory.open_session(user, token, "csrf", later, "::1", "Firefox")
    await directory.open_session(user, b"old", "csrf", time.time() - 1, "::1", "Firefox")
    session = await directory.find_session(b"one")
    assert session is not None
    assert (session.user, session.csrf, session.kind, session.tenant.name) == (user, "csrf", "session", "Acme")
    assert await directory.find_session(b"old") is None
    await directory.close_session(b"one")
    assert await directory.find_session(b"one") is None
    await directory.edit_user(tenant, user.user_id, disabled=True)
    assert await directory.find_session(b"two") is None


async def test_a_token_works_until_revoked_and_notes_its_use(directory: SqlDirectory, tenant: int) -> None:
    user = await make_user(directory, tenant)
    token = await directory.create_token(
        tenant, user_id=user.user_id, name="ci", prefix="bh_a", token_hash=b"t", expires_utc_s=None
    )
    session = await directory.find_session(b"t")
    assert session is not None
    assert session.kind == "token"
    [seen] = await directory.tokens(tenant, user.user_id)
    assert seen.last_used_utc_s is not None
    await directory.revoke_token(tenant, token.token_id)
    assert await directory.find_session(b"t") is None
    with pytest.raises(NotFound):
        await directory.revoke_token(tenant, token.token_id)


async def test_failures_are_counted_per_key_and_cleared(directory: SqlDirectory, tenant: int) -> None:
    assert [await directory.count_failure("ann", window_s=60) for _ in range(3)] == [1, 2, 3]
    assert await directory.count_failure("bob", window_s=60) == 1
    await directory.clear_failures("ann")
    assert await directory.count_failure("ann", window_s=60) == 1


async def test_the_last_administrator_stays(directory: SqlDirectory, tenant: int) -> None:
    user = await make_user(directory, tenant)
    for change in ({"disabled": True}, {"role": Role.AGENT}):
        with pytest.raises(Conflict, match="last administrator"):
            await directory.edit_user(tenant, user.user_id, **change)  # type: ignore[arg-type]
    assert await directory.users(tenant) == [user]


async def test_an_agent_is_a_user_with_a_phone(directory: SqlDirectory, tenant: int) -> None:
    user = await make_user(directory, tenant, "bob", Role.AGENT)
    agent = await directory.create_agent(
        tenant, user_id=user.user_id, phone_kind=PhoneKind.BROWSER, sip_address="", leg_mode=LegMode.PERSISTENT
    )
    [seen] = [one for one in await directory.users(tenant) if one.user_id == user.user_id]
    assert seen.agent_id == agent.agent_id
    changed = await directory.edit_agent(tenant, agent.agent_id, r.AgentEdit(name="Robert", leg_mode=LegMode.PER_CALL))
    assert (changed.name, changed.leg_mode, changed.phone_kind) == ("Robert", LegMode.PER_CALL, PhoneKind.BROWSER)
    changed = await directory.edit_agent(tenant, agent.agent_id, r.AgentEdit(acw_s=12.0))
    assert (changed.name, changed.acw_s) == ("Robert", 12.0)
    assert await directory.agents(tenant) == [changed]


def trunk(name: str = "carrier") -> r.TrunkRow:
    return r.TrunkRow(
        trunk_id=0,
        name=name,
        host="sip.example.net:5061",
        login="us",
        has_password=False,
        prefix="00",
        strip_plus=True,
        capacity=30,
        calls_per_s_max=10,
        endpoint="",
        demo=False,
    )


async def test_a_trunks_secret_is_sealed_and_never_in_its_row(directory: SqlDirectory, tenant: int) -> None:
    saved = await directory.save_trunk(tenant, trunk(), secret="s3cret")
    assert saved.has_password
    assert saved.endpoint == f"t{tenant}-{saved.trunk_id}"
    assert await directory.trunk_secret(tenant, saved.trunk_id) == "s3cret"
    async with directory.database.tenant_transaction(tenant) as connection:
        stored = (await connection.exec_driver_sql("SELECT sealed FROM trunk_secret")).scalar_one()
    assert b"s3cret" not in stored
    assert (await directory.save_trunk(tenant, saved)).has_password  # None leaves it
    assert not (await directory.save_trunk(tenant, saved, secret="")).has_password
    with pytest.raises(Conflict, match="name"):
        await directory.save_trunk(tenant, trunk())
    await directory.delete_trunk(tenant, saved.trunk_id)
    assert await directory.trunks(tenant) == []


async def test_small_tables_create_change_and_delete(directory: SqlDirectory, tenant: int) -> None:
    reason = await directory.save_pause_reason(tenant, r.PauseReason(pause_reason_id=0, name="Lunch", time_max_s=0))
    longer = r.PauseReason(pause_reason_id=reason.pause_reason_id, name="Lunch", time_max_s=1800)
    await directory.save_pause_reason(tenant, longer)
    assert await directory.pause_reasons(tenant) == [longer]
    await directory.delete_pause_reason(tenant, reason.pause_reason_id)
    assert await directory.pause_reasons(tenant) == []
    sale = r.Disposition(disposition_id=0, campaign_id=None, code="SALE", label="Sold", position=1)
    await directory.save_disposition(tenant, sale)
    with pytest.raises(Conflict, match="code"):
        await directory.save_disposition(tenant, sale)
    words = r.Prompt(prompt_id=0, name="Hello", text="Good day", language="en-GB", media="p1-0-x", duration_s=1.5)
    prompt = await directory.save_prompt(tenant, words)
    assert await directory.prompts(tenant) == [prompt]


async def test_do_not_call_numbers_are_kept_once(directory: SqlDirectory, tenant: int) -> None:
    assert await directory.add_dnc(tenant, ["+390612345678", "+390612345679", "+390612345678"], "web") == 2
    assert await directory.add_dnc(tenant, ["+390612345678"], "again") == 0
    assert [one.number for one in await directory.dnc(tenant, number="5679")] == ["+390612345679"]
    await directory.remove_dnc(tenant, "+390612345679")
    assert [one.source for one in await directory.dnc(tenant)] == ["web"]
