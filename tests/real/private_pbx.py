"""A private PBX for tests, and a bare ARI client to see what it does, knowing nothing of our own ARI code."""

import asyncio
import json
import socket
import time
import uuid
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from busyhour.adapters.asterisk.access import PbxAccess
from busyhour.settings import Settings


def settings_on_free_ports(data: Path) -> Settings:
    http, ami, sip = (_free_port() for _ in range(3))
    return Settings(data=data, pbx_http_port=http, pbx_ami_port=ami, pbx_sip_port=sip)


def _free_port() -> int:
    """Free for TCP and for UDP."""
    for _ in range(20):
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp, suppress(OSError):
            tcp.bind(("127.0.0.1", 0))
            udp.bind(("127.0.0.1", tcp.getsockname()[1]))
            return int(tcp.getsockname()[1])
    raise AssertionError("no port is free")


@dataclass
class Seen:
    """What became of one channel."""

    started_s: float | None = None  # into our application, that is: answered
    ended_s: float | None = None
    cause: int | None = None
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    started: asyncio.Event = field(default_factory=asyncio.Event)


class BareAri:
    def __init__(self, access: PbxAccess) -> None:
        self.access = access
        self.seen: dict[str, Seen] = defaultdict(Seen)
        self.events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def __aenter__(self) -> "BareAri":
        who = aiohttp.encode_basic_auth(self.access.ari_user, self.access.ari_password)
        self._session = aiohttp.ClientSession(headers={"Authorization": who})
        app = self.access.app
        self._socket = await self._session.ws_connect(f"{self.access.ari_url}/events?app={app}")
        # Not `subscribeAll`: its end can kill or hang Asterisk (`adapters/asterisk/ari.py`).
        subscription = {"eventSource": "channel:,bridge:"}
        status, reply = await self.ask("POST", f"applications/{app}/subscription", **subscription)
        assert status == 200, reply
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._reader.cancel()
        with suppress(asyncio.CancelledError):
            await self._reader
        await self._socket.close()
        await self._session.close()

    async def close_socket(self) -> None:
        """As a dying engine would: the application has nobody behind it any more."""
        self._reader.cancel()
        await self._socket.close()

    async def ask(self, method: str, path: str, body: object = None, **query: str) -> tuple[int, Any]:
        async with self._session.request(method, f"{self.access.ari_url}/{path}", params=query, json=body) as reply:
            text = await reply.text()
            return reply.status, json.loads(text) if text else None

    async def push_trunk(self, name: str) -> None:
        """The demo trunk, as any trunk is pushed."""
        auth = {"auth_type": "userpass", "username": self.access.demo_user, "password": self.access.demo_password}
        aor = {"contact": f"sip:{self.access.sip_host}:{self.access.sip_port}"}
        endpoint = {
            "context": "busyhour-reject",
            "aors": name,
            "outbound_auth": name,
            "identify_by": "ip",
            "disallow": "all",
            "allow": "ulaw",
            "direct_media": "no",
        }
        for kind, fields in (("auth", auth), ("aor", aor), ("endpoint", endpoint)):
            body = {"fields": [{"attribute": key, "value": value} for key, value in fields.items()]}
            status, reply = await self.ask("PUT", f"asterisk/config/dynamic/res_pjsip/{kind}/{name}", body)
            assert status == 200, reply

    async def dial(self, number: str, trunk: str, timeout_s: int = 20) -> Seen:
        channel = uuid.uuid4().hex
        seen = self.seen[channel]
        status, reply = await self.ask(
            "POST",
            f"channels/{channel}",
            {"endpoint": f"PJSIP/{number}@{trunk}", "context": "busyhour", "extension": "call", "priority": 1,
             "timeout": timeout_s, "callerId": "+12125550100", "variables": {"BUSYHOUR_CALL": channel}},
        )  # fmt: skip
        assert status == 200, reply
        return seen

    async def _read(self) -> None:
        async for message in self._socket:
            event = json.loads(message.data)
            seen = self.seen[event.get("channel", {}).get("id", "")]
            if event["type"] == "StasisStart":
                seen.started_s = time.monotonic()
                seen.started.set()
            elif event["type"] == "ChannelDestroyed":
                seen.ended_s, seen.cause = time.monotonic(), event["cause"]
                seen.ended.set()
            self.events.put_nowait(event)
