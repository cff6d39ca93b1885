"""The product from outside: `busyhour up` as a process of its own with its own folder and ports, and its HTTP API.

Benchmarks and real tests use what a company would use; nothing here reaches into the product.
"""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import aiohttp
import aiohttp.abc
import psutil

START_MAX_S: Final = 180.0  # a first start may have to fetch the PBX
STOP_MAX_S: Final = 30.0
REQUEST_MAX_S: Final = 300.0  # the largest import
KEPT: Final = frozenset({"BUSYHOUR_PBX_CACHE", "BUSYHOUR_PBX_MIRROR", "BUSYHOUR_PBX_PROGRAM"})
SNAPSHOT_MAX_S: Final = 10.0
LOG_TAIL_CHARS: Final = 4000


class ProductFailed(Exception):
    """It did not start, or ended by itself. The text has the end of its output."""


class ApiError(Exception):
    """The product said no. `status`, `code` and `text` as in its answer."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(f"{status} {code}: {text}")
        self.status, self.code, self.text = status, code, text


@dataclass(frozen=True, kw_only=True)
class Ports:
    """All ports of one instance, apart from other instances' by `offset`."""

    offset: int

    def environment(self) -> dict[str, str]:
        rtp = 20_000 + self.offset * 5
        numbers = {"PORT": 8480, "PBX_SIP_PORT": 5160, "PBX_HTTP_PORT": 8488, "PBX_AMI_PORT": 5138}
        shifted = {f"BUSYHOUR_{name}": str(port + self.offset) for name, port in numbers.items()}
        return shifted | {"BUSYHOUR_PBX_RTP_FROM": str(rtp), "BUSYHOUR_PBX_RTP_UNTIL": str(rtp + 2000)}


class Api:
    """The HTTP API with a bearer token, or with a session after `log_in`."""

    def __init__(self, url: str, token: str | None = None, *, jar: aiohttp.abc.AbstractCookieJar | None = None) -> None:
        self.url = url
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        jar = jar or aiohttp.CookieJar(unsafe=True)  # the host is an address, not a name
        limit = aiohttp.ClientTimeout(total=REQUEST_MAX_S)
        self.http = aiohttp.ClientSession(url, headers=headers, cookie_jar=jar, timeout=limit)

    async def log_in(self, login: str, password: str) -> Any:
        answer = await self.post("/api/session", {"login": login, "password": password})
        self.http.headers["X-CSRF-Token"] = answer["csrf"]
        return answer

    def elsewhere(self, url: str) -> "Api":
        """The same session at another address of the product: sessions are in the database."""
        other = Api(url, jar=self.http.cookie_jar)
        other.http.headers.update(self.http.headers)
        return other

    async def get(self, path: str, **query: Any) -> Any:
        return await self.ask("GET", path, params={k: str(v) for k, v in query.items()})

    async def post(self, path: str, body: Any = None) -> Any:
        return await self.ask("POST", path, json=body if body is not None else {})

    async def put(self, path: str, body: Any) -> Any:
        return await self.ask("PUT", path, json=body)

    async def patch(self, path: str, body: Any) -> Any:
        return await self.ask("PATCH", path, json=body)

    async def ask(self, method: str, path: str, **arguments: Any) -> Any:
        async with self.http.request(method, path, **arguments) as reply:
            text = await reply.text()
            if reply.status >= 400:
                raise _error_of(reply.status, text)
            return json.loads(text) if text else None

    async def pages(self, path: str, **query: Any) -> AsyncIterator[Any]:
        """All rows of a paged answer."""
        cursor: str | None = None
        while True:
            page = await self.get(path, limit=500, **query, **({"cursor": cursor} if cursor else {}))
            for row in page["rows"]:
                yield row
            cursor = page["cursor"]
            if cursor is None:
                return

    async def close(self) -> None:
        await self.http.close()


def _error_of(status: int, text: str) -> ApiError:
    try:
        error = json.loads(text)["error"]
        return ApiError(status, error["code"], error["text"])
    except (ValueError, KeyError, TypeError):
        return ApiError(status, "not_ours", text[:500])


def _address_and_token(server: Path, token: Path) -> tuple[str, str]:
    return json.loads(server.read_text())["url"], token.read_text().strip()


@dataclass
class Product:
    """`busyhour up` on a data folder. Use as an async context, or `start`, `kill` and `stop` by hand."""

    folder: Path
    ports: Ports
    arguments: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None
    _api: Api | None = None

    @property
    def api(self) -> Api:
        assert self._api is not None, "not started"
        return self._api

    @property
    def url(self) -> str:
        return self.api.url

    def engine(self) -> psutil.Process | None:
        """The engine's process: the one child of `busyhour up`. None while there is none."""
        assert self._process is not None
        with contextlib.suppress(psutil.NoSuchProcess):
            children = psutil.Process(self._process.pid).children()
            living = [child for child in children if child.status() != psutil.STATUS_ZOMBIE]
            return living[0] if living else None
        return None

    @property
    def log(self) -> Path:
        return self.folder / "up.out"

    def ari(self) -> tuple[str, str, str]:
        """Address, user and password of the private PBX's ARI, for onlookers and baselines beside the product."""
        secrets = json.loads((self.folder / "pbx" / "secrets.json").read_text())
        port = self.ports.environment()["BUSYHOUR_PBX_HTTP_PORT"]
        return f"http://127.0.0.1:{port}/ari", "busyhour", secrets["ari"]

    async def start(self) -> float:
        """Answers after how many seconds it was ready."""
        begin_s = time.monotonic()
        self.spawn()
        await self.wait_ready()
        return time.monotonic() - begin_s

    def spawn(self) -> None:
        """Begin to start, and do not wait for it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(  # noqa: S603 our own program
                [sys.executable, "-m", "busyhour", "up", *self.arguments],
                env=self._whole_environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _whole_environment(self) -> dict[str, str]:
        """Ours, without what somebody has set for an instance of theirs: their database is not for our numbers."""
        kept = {name: value for name, value in os.environ.items() if name in KEPT or not name.startswith("BUSYHOUR_")}
        return kept | self.ports.environment() | {"BUSYHOUR_DATA": str(self.folder)} | self.environment

    async def stop(self) -> int:
        """As Ctrl-C would. Answers the exit code."""
        assert self._process is not None
        await self._close_api()
        self._process.send_signal(signal.SIGINT)
        try:
            return await asyncio.to_thread(self._process.wait, STOP_MAX_S)
        except subprocess.TimeoutExpired as late:
            raise ProductFailed(f"did not stop in {STOP_MAX_S:.0f} s\n{self.log_tail()}") from late

    async def restart(self) -> Any:
        """`busyhour restart`: its answer. Raises `ProductFailed` with what it said instead."""
        order = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "busyhour", "restart", "--json"),
            env=self._whole_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        said, trouble = await order.communicate()
        if order.returncode != 0:
            raise ProductFailed(f"restart ended with {order.returncode}: {trouble.decode()}\n{self.log_tail()}")
        return json.loads(said)

    async def kill(self) -> None:
        """kill -9 of `busyhour up`, which ends its engine with it. PBX and database are not told."""
        assert self._process is not None
        await self._close_api()
        engine = self.engine()
        self._process.kill()
        await asyncio.to_thread(self._process.wait)
        if engine is not None:
            await asyncio.to_thread(psutil.wait_procs, [engine], STOP_MAX_S)

    async def kill_engine(self) -> None:
        """kill -9 of the engine alone: `busyhour up` starts another one by itself. `wait_ready` waits for it."""
        deadline_s = time.monotonic() + STOP_MAX_S
        while (engine := self.engine()) is None:
            if time.monotonic() > deadline_s:
                raise ProductFailed(f"no engine to kill in {STOP_MAX_S:.0f} s\n{self.log_tail()}")
            await asyncio.sleep(0.001)
        await self._close_api()
        engine.kill()
        await asyncio.to_thread(psutil.wait_procs, [engine], STOP_MAX_S)

    async def snapshot(self) -> Any:
        """What the live page of an administrator would show now."""
        async with self.api.http.ws_connect("/api/live", headers={"Origin": self.url}) as socket:
            return (await socket.receive_json(timeout=SNAPSHOT_MAX_S))["state"]

    async def wait_ended(self, timeout_s: float) -> int | None:
        """Its exit code; None when it still runs after so long."""
        assert self._process is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = await asyncio.to_thread(self._process.wait, timeout_s)
            await self._close_api()
            return code
        return None

    def sweep(self) -> list[str]:
        """End everything that still runs on our folder; answers what that was. After a clean stop: nothing."""
        left = self.processes()
        names = []
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                names.append(f"{process.pid} {process.name()}")
                process.kill()
        psutil.wait_procs(left, timeout=STOP_MAX_S)
        return names

    def processes(self) -> list[psutil.Process]:
        """Processes that name our folder on their command line: ours and no other's."""
        mine = str(self.folder.resolve())
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                if any(mine in argument for argument in process.cmdline()):
                    found.append(process)
        if self._process is not None and self._process.poll() is None:
            found.append(psutil.Process(self._process.pid))
        return found

    def log_tail(self) -> str:
        return self.log.read_text(errors="replace")[-LOG_TAIL_CHARS:] if self.log.exists() else ""

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            self.sweep()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        try:
            if self._process is not None and self._process.poll() is None:
                await self.stop()
        finally:
            self.sweep()

    async def wait_ready(self) -> None:
        """Until the engine of now answers."""
        assert self._process is not None
        deadline_s = time.monotonic() + START_MAX_S
        server, token = self.folder / "server.json", self.folder / "cli-token"
        while time.monotonic() < deadline_s:
            if self._process.poll() is not None:
                raise ProductFailed(f"ended with {self._process.returncode}\n{self.log_tail()}")
            if self._is_new(server) and token.exists() and await self._try_connect(server, token):
                return
            await asyncio.sleep(0.05)
        raise ProductFailed(f"not ready in {START_MAX_S:.0f} s\n{self.log_tail()}")

    def _is_new(self, server: Path) -> bool:
        """Written by the engine that lives, not left behind by one that was killed."""
        engine = self.engine()
        try:
            return engine is not None and json.loads(server.read_text())["pid"] == engine.pid
        except (OSError, ValueError, KeyError):
            return False

    async def _try_connect(self, server: Path, token: Path) -> bool:
        try:
            api = Api(*_address_and_token(server, token))
        except ValueError:
            return False  # being written
        try:
            health = await api.get("/health")
        except (aiohttp.ClientError, ApiError, TimeoutError):
            health = {}
        if not health.get("ok"):
            await api.close()
            return False
        self._api = api
        return True

    async def _close_api(self) -> None:
        api, self._api = self._api, None
        if api is not None:
            await api.close()
