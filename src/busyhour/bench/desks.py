"""Agents at their desks, as programs: logged in over HTTP, the desk's socket open, ready; their phones are elsewhere.

A desk does what the page does: it holds the socket, follows its own feed, and sends what the agent presses.
"""

import asyncio
import contextlib
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Self

import aiohttp

from busyhour.bench.product import Api, ApiError

PING_S: Final = 5.0
PASSWORD: Final = "a long enough password, for tests only"  # noqa: S105 of agents that live for one run


class Shown:
    """What a desk shows by its feed: `agent` is the agent's own view, `call` the call in hand."""

    def __init__(self) -> None:
        self.state: dict[str, dict[str, Any]] = {}

    @property
    def agent(self) -> dict[str, Any]:
        return next(iter(self.state.get("agents", {}).values()), {})

    @property
    def call(self) -> dict[str, Any] | None:
        return next(iter(self.state.get("calls", {}).values()), None)

    @property
    def call_id(self) -> str | None:
        """Of the call in hand."""
        return next(iter(self.state.get("calls", {})), None)

    def take(self, message: dict[str, Any]) -> None:
        if message["type"] == "snapshot":
            self.state = message["state"]
        elif message["type"] == "changes":
            for kind, key, view in message["changes"]:
                if view is None:
                    self.state.get(kind, {}).pop(key, None)
                else:
                    self.state.setdefault(kind, {})[key] = view


async def ping(socket: aiohttp.ClientWebSocketResponse) -> None:
    with contextlib.suppress(ConnectionError, aiohttp.ClientError):
        while not socket.closed:
            await socket.send_json({"type": "ping"})
            await asyncio.sleep(PING_S)


class Desk(Shown):
    """One agent's open desk."""

    def __init__(self, url: str, login: str, *, tab: str) -> None:
        super().__init__()
        self._api = Api(url)
        self._login, self._tab = login, tab
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._changed = asyncio.Condition()

    async def open(self) -> Self:
        await self._api.log_in(self._login, PASSWORD)
        headers = {"Origin": self._api.url}
        self._socket = await self._api.http.ws_connect(f"/api/desk/socket?tab={self._tab}", headers=headers)
        self._tasks = [asyncio.create_task(self._follow()), asyncio.create_task(ping(self._socket))]
        return self

    async def press(self, button: str, **body: Any) -> Any:
        """`ready`, `pause`, `hangup`, `hold`, ... as the desk's routes name them."""
        return await self._api.post(f"/api/desk/{button}", body)

    async def post(self, path: str, **body: Any) -> Any:
        """What this person asks beside the desk."""
        return await self._api.post(f"/api/{path}", body)

    async def read(self, what: str) -> Any:
        return await self._api.get(f"/api/desk/{what}")

    async def wait(self, condition: Callable[["Desk"], bool], timeout_s: float) -> None:
        """Until the condition holds; TimeoutError names what the desk shows."""
        try:
            async with asyncio.timeout(timeout_s), self._changed:
                await self._changed.wait_for(lambda: condition(self))
        except TimeoutError:
            raise TimeoutError(f"{self._login}: {self.agent} {self.call}") from None

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._socket is not None:
            await self._socket.close()
        await self._api.close()

    async def _follow(self) -> None:
        assert self._socket is not None
        async for message in self._socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                self.take(message.json())
                async with self._changed:
                    self._changed.notify_all()


class Desks:
    """Several agents: `make` creates them once in the product, `open` sits them down and makes them ready."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.agents: list[dict[str, Any]] = []
        self.desks: list[Desk] = []

    async def make(self, sip_addresses: list[str], *, prefix: str) -> list[int]:
        """Agents with SIP phones and persistent legs. Answers their ids. Known logins are taken as they are."""
        for n, address in enumerate(sip_addresses):
            login = f"{prefix}{n}"
            await self._make_user(login, f"Agent {n}")
            agent = next(a for a in await self._all() if a["login"] == login)
            edit = {"phone_kind": "sip", "sip_address": address, "leg_mode": "persistent"}
            self.agents.append(await self._api.patch(f"/api/agents/{agent['agent_id']}", edit))
        return [agent["agent_id"] for agent in self.agents]

    async def _make_user(self, login: str, name: str) -> None:
        body = {"login": login, "name": name, "role": "agent", "password": PASSWORD}
        try:
            await self._api.post("/api/users", body)
        except ApiError as refused:
            if refused.status != 409:  # 409: exists from an earlier run on the same folder
                raise

    async def open(self, *, ready_within_s: float = 30.0) -> None:
        """All sit down and press ready; returns when each is available (or already in a call)."""
        for agent in self.agents:
            self.desks.append(await Desk(self._api.url, agent["login"], tab=f"tab-{agent['login']}").open())
        await asyncio.gather(*(desk.press("ready") for desk in self.desks))
        await self.wait_all(lambda desk: desk.agent.get("state") in {"available", "on_contact"}, ready_within_s)

    async def wait_all(self, condition: Callable[[Desk], bool], timeout_s: float) -> None:
        await asyncio.gather(*(desk.wait(condition, timeout_s) for desk in self.desks))

    async def _all(self) -> list[dict[str, Any]]:
        answer: list[dict[str, Any]] = await self._api.get("/api/agents")
        return answer

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await asyncio.gather(*(desk.close() for desk in self.desks), return_exceptions=True)
