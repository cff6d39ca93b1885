"""Logging in and out: passwords, sessions, API tokens, and the end of everything that hangs on a session.

What an attacker can learn is the same for a login that exists and one that does not: same text, same work done.
"""

import asyncio
from typing import Final

import argon2

from busyhour.core.model.values import WITH_DESK, LegMode, PhoneKind, Role
from busyhour.service import records as r
from busyhour.service import secrets
from busyhour.service.accounts_links import Links
from busyhour.service.accounts_noted import Noted
from busyhour.service.accounts_throttle import Throttle
from busyhour.service.errors import Conflict, Invalid, NotFound, TooMany, Unauthenticated, Unavailable
from busyhour.service.ports import Clock, Directory

PASSWORD_LENGTH_MIN: Final = 12
PASSWORD_LENGTH_MAX: Final = 200
LOGIN_LENGTH_MAX: Final = 100
NAME_LENGTH_MAX: Final = 200

TRIES_PER_LOGIN_MAX: Final = 20
TRIES_PER_ADDRESS_MAX: Final = 100  # a whole call center may share one address
TRIES_WINDOW_S: Final = 1800.0

HASHES_AT_ONCE_MAX: Final = 2  # each takes a core and 64 MB for a quarter of a second
HASHES_WAITING_MAX: Final = 40

TOKENS_PER_USER_MAX: Final = 20

WRONG: Final = "The login or the password is wrong. Check both, and that Caps Lock is off."


class Accounts:
    def __init__(self, *, directory: Directory, clock: Clock, session_hours: float) -> None:
        self.directory = directory
        self.clock = clock
        self.session_s = session_hours * 3600.0
        self.links = Links()
        self.noted = Noted(directory)
        self.logins = Throttle(tries_max=TRIES_PER_LOGIN_MAX, window_s=TRIES_WINDOW_S)
        self.addresses = Throttle(tries_max=TRIES_PER_ADDRESS_MAX, window_s=TRIES_WINDOW_S)
        self.hasher = argon2.PasswordHasher()
        self.hashing = asyncio.Semaphore(HASHES_AT_ONCE_MAX)
        self.hashing_waiting = 0
        self.nobody_hash: str | None = None

    # Log in, log out

    async def log_in(self, *, login: str, password: str, address: str, browser: str) -> tuple[str, r.Session]:
        """Answers the session's token (for the cookie only) and the session."""
        login = login.strip().lower()
        credentials = await self._checked(login, password, address)
        user = credentials.user
        if user.role in WITH_DESK and user.agent_id is None:  # a supervisor from before they had desks
            user = await self._with_agent(user)
        token = secrets.new_session_token()
        hash_ = secrets.token_hash(token)
        await self.directory.open_session(
            user, hash_, secrets.new_csrf(), self._now_s() + self.session_s, address, browser[:200]
        )
        self.noted.log_in(user, good=True, address=address)
        session = await self.find(hash_)
        if session is None:
            raise Unavailable("The session could not be opened. Try again.")
        return token, session

    async def find(self, token_hash: bytes) -> r.Session | None:
        """The living session or API token of this hash."""
        session = await self.directory.find_session(token_hash)
        if session is None or session.user.disabled or session.expires_utc_s <= self._now_s():
            return None
        return session

    async def log_out(self, token_hash: bytes) -> None:
        await self.directory.close_session(token_hash)
        self.links.end_session(token_hash)

    async def change_password(
        self, session: r.Session, *, old: str, new: str, address: str, browser: str
    ) -> tuple[str, r.Session]:
        """All sessions of the user end; this browser gets a new one."""
        user = session.user
        await self._checked(user.login, old, address)
        check_password(new, user.login)
        if secrets.same(old, new):
            raise Invalid("The new password is the old one. Choose another.", field="new")
        await self.directory.edit_user(user.tenant_id, user.user_id, password_hash=await self.hash(new))
        await self.end_all_of(user.tenant_id, user.user_id)
        return await self.log_in(login=user.login, password=new, address=address, browser=browser)

    async def end_all_of(self, tenant: int, user_id: int) -> None:
        await self.directory.close_sessions_of(tenant, user_id)
        self.links.end_user(tenant, user_id)

    # Users

    async def create_user(
        self, tenant: int, *, login: str, name: str, role: Role, password: str | None = None
    ) -> tuple[r.User, str | None]:
        """Answers the user, and the password when it was made here: to be shown once."""
        login = check_login(login)
        name = check_name(name) if name.strip() else login
        made = secrets.new_password() if password is None else None
        if password is not None:
            check_password(password, login)
        user = await self.directory.create_user(
            tenant,
            login=login,
            name=name,
            role=role,
            password_hash=await self.hash(made or password or ""),
            must_change_password=made is not None,
        )
        if role in WITH_DESK:
            user = await self._with_agent(user)
        return user, made

    async def edit_user(
        self,
        tenant: int,
        user_id: int,
        *,
        editor_id: int,
        name: str | None = None,
        role: Role | None = None,
        disabled: bool | None = None,
        password: str | None = None,
    ) -> r.User:
        """A change of role or password, or disabling, ends every session of the user at once."""
        before = await self._user(tenant, user_id)
        if user_id == editor_id and (disabled or (role is not None and role is not before.role)):
            raise Conflict("You cannot disable yourself or change your own role: ask another administrator.")
        if password is not None:
            check_password(password, before.login)
        user = await self.directory.edit_user(
            tenant,
            user_id,
            name=check_name(name) if name is not None else None,
            role=role,
            disabled=disabled,
            password_hash=await self.hash(password) if password is not None else None,
        )
        if user.role in WITH_DESK and user.agent_id is None:
            user = await self._with_agent(user)
        if password is not None or user.role is not before.role or (user.disabled and not before.disabled):
            await self.end_all_of(tenant, user_id)
        return user

    # API tokens

    async def create_token(
        self, session: r.Session, *, name: str, expires_utc_s: float | None
    ) -> tuple[str, r.ApiToken]:
        if expires_utc_s is not None and expires_utc_s <= self._now_s():
            raise Invalid("The token would have expired already. Choose a later time.", field="expires_utc_s")
        tenant, user_id = session.tenant.tenant_id, session.user.user_id
        if len(await self.directory.tokens(tenant, user_id)) >= TOKENS_PER_USER_MAX:
            raise Conflict(f"You have {TOKENS_PER_USER_MAX} tokens already: delete one first.", code="too_many_tokens")
        token = secrets.new_api_token()
        kept = await self.directory.create_token(
            tenant,
            user_id=user_id,
            name=check_name(name),
            prefix=token[: secrets.PREFIX_SHOWN_LENGTH],
            token_hash=secrets.token_hash(token),
            expires_utc_s=expires_utc_s,
        )
        return token, kept

    async def revoke_token(self, session: r.Session, token_id: int) -> None:
        tenant, user_id = session.tenant.tenant_id, session.user.user_id
        if token_id not in {t.token_id for t in await self.directory.tokens(tenant, user_id)}:
            raise NotFound("There is no such token of yours.")
        await self.directory.revoke_token(tenant, token_id)
        self.links.end_user(tenant, user_id)  # which sockets the token opened is not known by its id

    # Passwords

    async def hash(self, password: str) -> str:
        async with self._turn():
            return await asyncio.to_thread(self.hasher.hash, password)

    async def _checked(self, login: str, password: str, address: str) -> r.Credentials:
        """The credentials, if the password is right; the same answer and the same work in every other case."""
        keys = ((self.logins, f"login:{login[:LOGIN_LENGTH_MAX]}"), (self.addresses, f"address:{address}"))
        self._refuse_if_throttled(keys)
        for throttle, key in keys:
            throttle.count(key, self._mono_s())
        credentials = await self.directory.find_login(login) if len(login) <= LOGIN_LENGTH_MAX else None
        hash_ = credentials.password_hash if credentials else await self._hash_of_nobody()
        right = await self._verify(hash_, password)
        if credentials is None or not right or credentials.user.disabled:
            await self._keep_failure(keys)
            if credentials is not None:
                self.noted.log_in(credentials.user, good=False, address=address)
            raise Unauthenticated(WRONG, code="wrong_password")
        self.logins.forgive(keys[0][1])
        self.addresses.forgive_one(keys[1][1])
        await self.directory.clear_failures(keys[0][1])
        return credentials

    def _refuse_if_throttled(self, keys: tuple[tuple[Throttle, str], ...]) -> None:
        wait_s = max(throttle.wait_s(key, self._mono_s()) for throttle, key in keys)
        if wait_s > 0:
            minutes = int(wait_s // 60) + 1
            raise TooMany(
                f"Too many wrong passwords. Wait {minutes} min, or ask an administrator for a new password.",
                retry_after_s=wait_s,
                code="too_many_passwords",
            )

    async def _keep_failure(self, keys: tuple[tuple[Throttle, str], ...]) -> None:
        """The store's count outlives a restart of ours and is shared with other processes."""
        for throttle, key in keys:
            if await self.directory.count_failure(key, window_s=throttle.window_s) >= throttle.tries_max:
                throttle.close(key, self._mono_s())

    async def _verify(self, hash_: str, password: str) -> bool:
        def verify() -> bool:
            try:
                return (
                    self.hasher.verify(hash_, password[:PASSWORD_LENGTH_MAX]) and len(password) <= PASSWORD_LENGTH_MAX
                )
            except argon2.exceptions.VerifyMismatchError:
                return False

        async with self._turn():
            return await asyncio.to_thread(verify)

    async def _hash_of_nobody(self) -> str:
        if self.nobody_hash is None:
            self.nobody_hash = await self.hash(secrets.new_password())
        return self.nobody_hash

    def _turn(self) -> "Turn":
        return Turn(self)

    async def _user(self, tenant: int, user_id: int) -> r.User:
        for user in await self.directory.users(tenant):
            if user.user_id == user_id:
                return user
        raise NotFound("There is no such user.")

    async def _with_agent(self, user: r.User) -> r.User:
        await self.directory.create_agent(
            user.tenant_id,
            user_id=user.user_id,
            phone_kind=PhoneKind.BROWSER,
            sip_address="",
            leg_mode=LegMode.PERSISTENT,
        )
        return await self._user(user.tenant_id, user.user_id)

    def _now_s(self) -> float:
        return self.clock.now().utc_s

    def _mono_s(self) -> float:
        return self.clock.now().mono_s


class Turn:
    """One of the few hashes that may be computed at once; too many waiting are turned away."""

    def __init__(self, accounts: Accounts) -> None:
        self.accounts = accounts

    async def __aenter__(self) -> None:
        if self.accounts.hashing_waiting >= HASHES_WAITING_MAX:
            raise TooMany("Too many people are logging in at this moment. Try again.", retry_after_s=5.0)
        self.accounts.hashing_waiting += 1
        try:
            await self.accounts.hashing.acquire()
        finally:
            self.accounts.hashing_waiting -= 1

    async def __aexit__(self, *_: object) -> None:
        self.accounts.hashing.release()


def check_login(login: str) -> str:
    login = login.strip().lower()
    good = 1 <= len(login) <= LOGIN_LENGTH_MAX and all(c.isalnum() or c in "._-@+" for c in login) and login.isascii()
    if not good:
        raise Invalid("A login has letters a-z, digits and . _ - @ + only, at most 100 of them.", field="login")
    return login


def check_name(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= NAME_LENGTH_MAX or not name.isprintable():
        raise Invalid(f"A name has 1 to {NAME_LENGTH_MAX} printable characters.", field="name")
    return name


def check_password(password: str, login: str) -> None:
    if len(password) < PASSWORD_LENGTH_MIN:
        raise Invalid(
            f"The password needs at least {PASSWORD_LENGTH_MIN} characters: a few words make a good one.",
            field="password",
            code="password_short",
        )
    if len(password) > PASSWORD_LENGTH_MAX:
        raise Invalid(f"The password may have at most {PASSWORD_LENGTH_MAX} characters.", field="password")
    if login.lower() in password.lower() and len(password) - len(login) < PASSWORD_LENGTH_MIN // 2:
        raise Invalid("The password is too close to the login. Choose another.", field="password")
    if len(set(password.lower())) < 5 or password.lower() in COMMON:
        raise Invalid("The password is too easy to guess. Choose another.", field="password", code="password_weak")


COMMON: Final = frozenset(
    {
        "123456789012",
        "1234567890123",
        "administrator",
        "adminadminadmin",
        "asteriskasterisk",
        "callcentercallcenter",
        "changemechangeme",
        "correcthorsebatterystaple",
        "iloveyouiloveyou",
        "letmeinletmein",
        "passwordpassword",
        "password1234",
        "password12345",
        "password123456",
        "qwertyuiop12",
        "qwertyuiop123",
        "qwertyuiopasdf",
        "welcomewelcome",
    }
)
"""Long enough to pass the length rule and still the first that are tried."""
