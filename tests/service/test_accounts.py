"""Guessing, passwords and throttles, without http."""

from pathlib import Path

import pytest

from busyhour.core.model.values import Role
from busyhour.service.accounts import check_login, check_password
from busyhour.service.accounts_throttle import KEYS_MAX, Throttle
from busyhour.service.errors import Invalid, TooMany, Unauthenticated
from busyhour.service.secrets import new_api_token, new_password, new_session_token
from tests.http.http_fakes import FakeClock
from tests.http.http_world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


async def test_ten_thousand_guesses_in_an_hour_are_hardly_looked_at(world: World) -> None:
    """From 100 addresses on one login."""
    tenant = await world.directory.create_tenant(name="here", time_zone="UTC", country="IT")
    await world.accounts.create_user(
        tenant.tenant_id, login="ada", name="Ada", role=Role.SUPERVISOR, password="the one right passphrase"
    )
    looked_at = refused = 0
    for n in range(10_000):
        world.clock.pass_s(0.36)
        try:
            await world.accounts.log_in(login="ada", password="guess", address=f"10.0.0.{n % 100}", browser="")
        except TooMany:
            refused += 1
        except Unauthenticated:
            looked_at += 1
    assert looked_at + refused == 10_000
    assert 20 <= looked_at <= 50


def test_a_throttle_keeps_a_bounded_number_of_keys() -> None:
    clock = FakeClock()
    throttle = Throttle(tries_max=3, window_s=60)
    for n in range(KEYS_MAX + 10):
        throttle.count(f"key{n}", clock.mono_s)
    assert len(throttle.tries) == KEYS_MAX


def test_a_throttle_opens_when_its_time_is_over() -> None:
    throttle = Throttle(tries_max=2, window_s=60)
    throttle.count("a", 0)
    throttle.count("a", 10)
    assert throttle.wait_s("a", 20) == 40
    assert throttle.wait_s("b", 20) == 0
    assert throttle.wait_s("a", 60) == 0
    throttle.count("a", 60)
    assert throttle.wait_s("a", 61) == 9
    throttle.forgive("a")
    assert throttle.wait_s("a", 61) == 0


@pytest.mark.parametrize("login", ["", "a b", "a\nb", "ä", "x" * 101, "<b>", "a;b"])
def test_odd_logins_are_refused(login: str) -> None:
    with pytest.raises(Invalid):
        check_login(login)


def test_random_secrets_are_long_and_different() -> None:
    made = {new() for new in (new_session_token, new_api_token, new_password) for _ in range(100)}
    assert len(made) == 300
    assert min(len(secret) for secret in made) >= 16
    for _ in range(100):
        check_password(new_password(), "administrator")
