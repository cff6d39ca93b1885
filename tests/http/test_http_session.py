"""Logging in and out: throttle, cookies, the end of sessions with everything that hangs on them."""

import asyncio
from statistics import median
from time import perf_counter

import argon2
import httpx
import pytest

from busyhour.core.model.values import Role
from busyhour.service.accounts import TRIES_PER_LOGIN_MAX, TRIES_WINDOW_S
from tests.http.http_world import ORIGIN, PASSWORD, Closed, Person, Socket, Tenant, World

LOGIN = "administrator@here"


async def log_in(world: World, login: str = LOGIN, password: str = PASSWORD) -> httpx.Response:
    async with world.client() as client:
        return await client.post("/api/session", json={"login": login, "password": password})


async def test_a_right_password_opens_a_session(world: World, here: Tenant) -> None:
    answer = await log_in(world)
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    token = answer.cookies["busyhour_session"]
    assert len(token) >= 43  # 256 bits
    assert token.encode() not in world.directory.sessions  # kept hashed only
    assert answer.json()["user"]["login"] == LOGIN
    assert "lists:write" in answer.json()["permissions"]
    async with world.client() as client:
        again = await client.get("/api/session", headers={"Cookie": f"busyhour_session={token}"})
    assert again.json() == answer.json()


async def test_the_cookie_is_secure_behind_tls(world: World, here: Tenant) -> None:
    transport = httpx.ASGITransport(world.app)
    async with httpx.AsyncClient(transport=transport, base_url="https://testserver") as client:
        answer = await client.post("/api/session", json={"login": LOGIN, "password": PASSWORD})
    assert "Secure" in answer.headers["set-cookie"]
    assert answer.headers["strict-transport-security"]


async def test_each_log_in_has_its_own_token(world: World, here: Tenant) -> None:
    first, second = await log_in(world), await log_in(world)
    assert first.cookies["busyhour_session"] != second.cookies["busyhour_session"]


async def test_nobody_learns_which_logins_exist(world: World, here: Tenant) -> None:
    wrong = await log_in(world, password="not the password")
    nobody = await log_in(world, login="nobody@nowhere")
    endless = await log_in(world, login="x" * 5000)
    assert wrong.status_code == nobody.status_code == endless.status_code == 401
    assert wrong.content == nobody.content == endless.content


async def test_log_ins_good_and_failed_are_noted_for_the_audit_log(world: World, here: Tenant) -> None:
    await log_in(world, password="not the password")
    await log_in(world)
    await log_in(world, login="nobody@nowhere")
    await asyncio.gather(*world.accounts.noted.writing)
    assert world.directory.log_ins == [(LOGIN, False, "127.0.0.1"), (LOGIN, True, "127.0.0.1")]


async def test_an_unknown_login_takes_as_long_as_a_known_one(world: World, here: Tenant) -> None:
    world.accounts.hasher = argon2.PasswordHasher(time_cost=1, memory_cost=4096, parallelism=1)
    user = here.people[Role.ADMINISTRATOR].user
    world.directory.hashes[user.user_id] = world.accounts.hasher.hash(PASSWORD)
    await log_in(world, login="warm-up")
    took: dict[str, list[float]] = {LOGIN: [], "nobody@nowhere": []}
    for _ in range(9):
        for login, times in took.items():
            began = perf_counter()
            await log_in(world, login, "not the password")
            times.append(perf_counter() - began)
    known, unknown = median(took[LOGIN]), median(took["nobody@nowhere"])
    assert known / 3 < unknown < known * 3


async def test_twenty_wrong_passwords_close_the_login_for_a_while(world: World, here: Tenant) -> None:
    for _ in range(TRIES_PER_LOGIN_MAX):
        assert (await log_in(world, password="wrong")).status_code == 401
    refused = await log_in(world)  # the right one, too: it is not even looked at
    assert refused.status_code == 429
    assert "Wait" in refused.json()["error"]["text"]
    wait_s = int(refused.headers["retry-after"])
    assert 0 < wait_s <= TRIES_WINDOW_S
    assert (await log_in(world, login="supervisor@here")).status_code == 200
    world.clock.pass_s(wait_s)
    assert (await log_in(world)).status_code == 200


async def test_many_guesses_at_once_are_no_way_around(world: World, here: Tenant) -> None:
    answers = await asyncio.gather(*(log_in(world, password="wrong") for _ in range(35)))
    assert sorted(answer.status_code for answer in answers) == [401] * TRIES_PER_LOGIN_MAX + [429] * 15


async def test_a_restart_does_not_forget_the_failures(world: World, here: Tenant) -> None:
    for _ in range(TRIES_PER_LOGIN_MAX):
        await log_in(world, password="wrong")
    world.accounts.logins.tries.clear()
    world.accounts.addresses.tries.clear()
    assert (await log_in(world, password="wrong")).status_code == 401
    assert (await log_in(world)).status_code == 429


async def test_a_right_password_forgives_the_wrong_ones(world: World, here: Tenant) -> None:
    for _ in range(3):
        for _ in range(TRIES_PER_LOGIN_MAX - 1):
            await log_in(world, password="wrong")
        assert (await log_in(world)).status_code == 200


def desk(world: World, person: Person) -> Socket:
    return Socket(world.app, "/api/desk/socket", person.cookie | {"Origin": ORIGIN}, query="tab=one")


async def closed_code(socket: Socket) -> int:
    try:
        while True:
            await socket.receive()
    except Closed as closed:
        return closed.code


@pytest.mark.covers("I40")
async def test_log_out_ends_session_sockets_and_phone(world: World, here: Tenant) -> None:
    person = here.people[Role.AGENT]
    async with world.client() as client, desk(world, person) as socket:
        await client.get("/api/desk", headers=person.headers)
        assert world.phones.admitted
        assert (await client.delete("/api/session", headers=person.headers)).status_code == 204
        assert await closed_code(socket) == 4401
        assert (await client.get("/api/session", headers=person.headers)).status_code == 401
    assert not world.phones.admitted
    assert not world.accounts.links.open


@pytest.mark.covers("I40")
@pytest.mark.parametrize("change", [{"disabled": True}, {"role": "supervisor"}, {"password": "a brand new password"}])
async def test_a_change_of_the_user_ends_all_that_is_theirs(
    world: World, here: Tenant, change: dict[str, object]
) -> None:
    person, admin = here.people[Role.AGENT], here.people[Role.ADMINISTRATOR]
    async with world.client() as client, desk(world, person) as socket:
        path = f"/api/users/{person.user.user_id}"
        assert (await client.patch(path, json=change, headers=admin.headers)).status_code == 200
        assert await closed_code(socket) == 4401
        assert (await client.get("/api/session", headers=person.headers)).status_code == 401
        assert (await client.get("/api/session", headers=admin.headers)).status_code == 200


async def test_a_socket_ends_when_its_session_expires(world: World, here: Tenant) -> None:
    person = here.people[Role.AGENT]
    world.clock.pass_s(3599.95)
    async with desk(world, person) as socket:
        world.clock.pass_s(1)
        assert await closed_code(socket) == 4401


async def test_a_new_password_ends_every_other_session(world: World, here: Tenant) -> None:
    person = here.people[Role.SUPERVISOR]
    other = await world.log_in(person.user)
    async with world.client() as client:
        change = {"old": PASSWORD, "new": "an even longer passphrase"}
        answer = await client.post("/api/session/password", json=change, headers=person.headers)
        assert answer.status_code == 200
        token = answer.cookies["busyhour_session"]
        client.cookies.clear()
        for dead in (person, other):
            assert (await client.get("/api/session", headers=dead.cookie)).status_code == 401
        fresh = {"Cookie": f"busyhour_session={token}"}
        assert (await client.get("/api/session", headers=fresh)).status_code == 200


@pytest.mark.parametrize("new", ["short", "supervisor@here1", "aaaaaaaaaaaaaaaa", "passwordpassword", PASSWORD])
async def test_bad_passwords_are_refused_with_a_reason(world: World, here: Tenant, new: str) -> None:
    person = here.people[Role.SUPERVISOR]
    async with world.client() as client:
        answer = await client.post("/api/session/password", json={"old": PASSWORD, "new": new}, headers=person.headers)
    assert answer.status_code == 422
    assert answer.json()["error"]["text"]


async def test_a_user_without_password_gets_a_random_one_once(world: World, here: Tenant) -> None:
    admin = here.people[Role.ADMINISTRATOR]
    async with world.client() as client:
        made = (await client.post("/api/users", json={"login": "Eve", "role": "agent"}, headers=admin.headers)).json()
        assert made["user"]["must_change_password"]
        assert made["user"]["agent_id"] is not None
        listed = await client.get("/api/users", headers=admin.headers)
    assert made["password"] not in listed.text
    assert (await log_in(world, "eve", made["password"])).status_code == 200


async def test_api_tokens_act_for_their_user_and_end_when_deleted(world: World, here: Tenant) -> None:
    person = here.people[Role.SUPERVISOR]
    async with world.client() as client:
        made = (await client.post("/api/tokens", json={"name": "robot"}, headers=person.headers)).json()
        assert made["token"].startswith("bh_")
        bearer = {"Authorization": f"Bearer {made['token']}"}
        assert (await client.get("/api/campaigns", headers=bearer)).status_code == 200
        assert (await client.post("/api/lists", json={"name": "x"}, headers=bearer)).status_code != 403  # needs no CSRF
        assert (await client.get("/api/users", headers=bearer)).status_code == 403
        assert (await client.post("/api/tokens", json={"name": "child"}, headers=bearer)).status_code == 403
        listed = await client.get("/api/tokens", headers=person.headers)
        assert made["token"] not in listed.text
        cookie = {"Cookie": f"busyhour_session={made['token']}"}
        assert (await client.get("/api/campaigns", headers=cookie)).status_code == 401  # a token is no session
        stolen = {"Authorization": f"Bearer {person.token}"}
        assert (await client.get("/api/campaigns", headers=stolen)).status_code == 401  # and a session is no token
        await client.delete(f"/api/tokens/{made['token_id']}", headers=person.headers)
        assert (await client.get("/api/campaigns", headers=bearer)).status_code == 401


async def test_administrators_cannot_lock_themselves_out(world: World, here: Tenant) -> None:
    admin = here.people[Role.ADMINISTRATOR]
    async with world.client() as client:
        for change in ({"disabled": True}, {"role": "agent"}):
            path = f"/api/users/{admin.user.user_id}"
            answer = await client.patch(path, json=change, headers=admin.headers)
            assert answer.status_code == 409


@pytest.mark.covers("I40")
async def test_an_api_token_ends_at_its_time(world: World, here: Tenant) -> None:
    person = here.people[Role.SUPERVISOR]
    async with world.client() as client:
        past = {"name": "late", "expires_utc_s": world.clock.utc_s - 1}
        assert (await client.post("/api/tokens", json=past, headers=person.headers)).status_code == 422
        body = {"name": "robot", "expires_utc_s": world.clock.utc_s + 60}
        made = (await client.post("/api/tokens", json=body, headers=person.headers)).json()
        bearer = {"Authorization": f"Bearer {made['token']}"}
        assert (await client.get("/api/campaigns", headers=bearer)).status_code == 200
        world.clock.pass_s(61)
        assert (await client.get("/api/campaigns", headers=bearer)).status_code == 401
