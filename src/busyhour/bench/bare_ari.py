"""The baseline: the smallest program that places calls over ARI. No database, no rules, no records.

It originates at a held rate, hangs up when the call is answered (unless the callee was faster), and finds the highest
rate at which the PBX keeps up. What the whole product reaches is compared with this, on the same PBX and carrier.
"""

import asyncio
import contextlib
import json
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self

import aiohttp

APP: Final = "bare"
PLACED_SHARE_MIN: Final = 0.98
SETUP_P99_MAX_MS: Final = 250.0
TRIES_EACH: Final = 2
DRAIN_S: Final = 5.0
CALLS_OPEN_MAX: Final = 5_000


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of the values does not exceed; 0 when there are none."""
    if not values:
        return 0.0
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


@dataclass(kw_only=True)
class Step:
    """One rate, held for a while."""

    asked_cps: float
    seconds: float
    placed: int = 0
    refused: int = 0
    setup_ms: list[float] = field(default_factory=list)  # request sent to answered channel in our hands

    @property
    def cps(self) -> float:
        return len(self.setup_ms) / self.seconds

    @property
    def held(self) -> bool:
        enough = len(self.setup_ms) >= PLACED_SHARE_MIN * self.asked_cps * self.seconds
        return enough and percentile(self.setup_ms, 0.99) < SETUP_P99_MAX_MS

    def as_json(self) -> dict[str, Any]:
        return {
            "asked_cps": self.asked_cps,
            "cps": round(self.cps, 1),
            "setup_ms_p50": round(percentile(self.setup_ms, 0.50), 1),
            "setup_ms_p99": round(percentile(self.setup_ms, 0.99), 1),
            "refused": self.refused,
            "held": self.held,
        }


class BareAri:
    """Use as an async context. `endpoint` is a trunk that the PBX has; `ari_url` ends without a slash."""

    def __init__(self, ari_url: str, user: str, password: str, *, endpoint: str) -> None:
        self._ari_url = ari_url
        self._endpoint = endpoint
        self._auth = aiohttp.encode_basic_auth(user, password)
        self._sent_s: dict[str, float] = {}
        self._step = Step(asked_cps=0, seconds=1)
        self._through = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(
            headers={"Authorization": self._auth}, connector=aiohttp.TCPConnector(limit=0)
        )
        self._socket = await self._http.ws_connect(f"{self._ari_url}/events?app={APP}")
        self._spawn(self._listen())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        for task in list(self._tasks):
            task.cancel()
        await self._socket.close()
        await self._http.close()

    async def highest_held(self, numbers: Iterator[str], rates: Sequence[float], *, seconds: float) -> list[Step]:
        """Each rate in turn until one is not held, twice: the machine may have been busy with something else. The
        last held step is the baseline."""
        steps: list[Step] = []
        for rate in rates:
            for _ in range(TRIES_EACH):
                steps.append(await self.hold(numbers, rate, seconds=seconds))
                if steps[-1].held:
                    break
            else:
                break
        return steps

    async def hold(self, numbers: Iterator[str], rate: float, *, seconds: float) -> Step:
        """Place calls by the clock, whatever becomes of them; then wait until the open ones are through."""
        step = self._step = Step(asked_cps=rate, seconds=seconds)
        begin_s = time.monotonic()
        for n in range(round(rate * seconds)):
            await asyncio.sleep(max(0.0, begin_s + n / rate - time.monotonic()))
            if len(self._sent_s) < CALLS_OPEN_MAX:
                channel = f"bare-{uuid.uuid4().hex}"
                self._sent_s[channel] = time.monotonic()
                step.placed += 1
                self._spawn(self._place(channel, next(numbers)))
            if time.monotonic() - begin_s > seconds * 1.5:
                break  # far too late: not held
        await self._drain()
        return step

    async def _drain(self) -> None:
        """Wait until the open calls are through; those that hang are given up."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_S):
                while self._sent_s:
                    self._through.clear()
                    await self._through.wait()
        self._sent_s.clear()

    async def _place(self, channel: str, number: str) -> None:
        body = {"endpoint": f"PJSIP/{number.removeprefix('+')}@{self._endpoint}", "app": APP, "timeout": 30}
        async with self._http.post(f"{self._ari_url}/channels/{channel}", json=body) as reply:
            if reply.status >= 300:
                self._step.refused += 1
                self._sent_s.pop(channel, None)
                self._through.set()

    async def _listen(self) -> None:
        async for message in self._socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                event = json.loads(message.data)
                if event["type"] == "StasisStart":
                    self._answered(event["channel"]["id"])

    def _answered(self, channel: str) -> None:
        sent_s = self._sent_s.pop(channel, None)
        if sent_s is not None:
            self._step.setup_ms.append((time.monotonic() - sent_s) * 1000)
            self._through.set()
        self._spawn(self._hang_up(channel))

    async def _hang_up(self, channel: str) -> None:
        async with self._http.delete(f"{self._ari_url}/channels/{channel}") as reply:
            await reply.read()  # 404: the callee was faster

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
