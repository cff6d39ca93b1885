"""The HTTP API as the page sees it, with rows that never change and feeds that the test moves."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import WSMsgType, web

from busyhour.http.page import FOLDER, index
from busyhour.http.page import files as page_files
from tests.web import fake_queues as queues
from tests.web import fake_recordings as recordings
from tests.web import fake_rows as rows

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class FakeApi:
    """`role` is who is logged in (None = nobody); `asked` is what the page sent; `tell` moves the open feeds."""

    def __init__(self) -> None:
        self.role: str | None = "administrator"
        self.empty = False
        self.refuses = False  # no feed is opened
        self.asked: list[tuple[str, str, Any]] = []
        self.heard = asyncio.Event()
        self.feeds: dict[str, list[tuple[web.WebSocketResponse, list[int]]]] = {"live": [], "desk": []}
        self.desk_agent = rows.agent_view(rows.DESK_AGENT, "not_ready", name="Ann Ames", reason="login")
        self.desk_call: dict[str, Any] | None = None
        self.replaced: dict[str, Any] = {}  # rows of a test's own, by path
        self.parked: list[dict[str, Any]] = []  # what desks see of parked customers
        self.refusal: web.Response | None = None  # what a dial by hand is answered
        self.origin = ""

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/api/live", self.socket_of("live", rows.live_state))
        app.router.add_get("/api/desk/socket", self.socket_of("desk", self.desk_state))
        app.router.add_route("*", "/api/{path:.*}", self.answer)
        app.router.add_get("/{path:.*}", self.page)
        return app

    # The page

    async def page(self, request: web.Request) -> web.StreamResponse:
        found = page_files(FOLDER)
        assert found, "The page is not built: run `make web`"
        file = found.get(request.match_info["path"])
        if request.match_info["path"] == "sip":
            return web.Response(status=404)
        if file is None or file.path.name == "index.html":
            made = index(found["index.html"])
            return web.Response(body=made.body, headers=dict(made.headers.items()))
        return web.FileResponse(file.path)

    # The feeds

    def desk_state(self) -> dict[str, Any]:
        calls = {self.desk_call["call"]: self.desk_call} if self.desk_call else {}
        return {
            "agents": {str(rows.DESK_AGENT): self.desk_agent},
            "calls": calls,
            "runs": {},
            "queues": {},
            "system": {},
        }

    def socket_of(self, name: str, state: Callable[[], dict[str, Any]]) -> Handler:
        async def serve(request: web.Request) -> web.StreamResponse:
            if self.refuses:
                return web.Response(status=503)
            socket = web.WebSocketResponse()
            await socket.prepare(request)
            place = (socket, [1])
            await socket.send_json({"type": "snapshot", "seq": 1, "state": state()})
            self.feeds[name].append(place)
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await socket.send_json({"type": "pong"})
            self.feeds[name].remove(place)
            return socket

        return serve

    async def tell(self, name: str, *changes: tuple[str, str, Any], skip: int = 0) -> None:
        """Send changes to all open feeds of this name; `skip` leaves out numbers, as if messages were lost."""
        for socket, seq in list(self.feeds[name]):
            seq[0] += 1 + skip
            await socket.send_json({"type": "changes", "seq": seq[0], "changes": list(changes)})

    async def set_desk(self, state: str, call: dict[str, Any] | None = None, **more: Any) -> None:
        """The agent's new state, and their call, as the engine would tell."""
        before = self.desk_call
        self.desk_call = call
        key = call["call"] if call else None
        self.desk_agent = rows.agent_view(rows.DESK_AGENT, state, name="Ann Ames", call=key, **more)
        changes: list[tuple[str, str, Any]] = [("agents", str(rows.DESK_AGENT), self.desk_agent)]
        if before is not None and before["call"] != key:
            changes.insert(0, ("calls", before["call"], None))
        if call is not None:
            changes.insert(0, ("calls", call["call"], call))
        await self.tell("desk", *changes)

    async def cut(self, name: str) -> None:
        for socket, _ in list(self.feeds[name]):
            await socket.close()

    # The rest

    async def answer(self, request: web.Request) -> web.StreamResponse:
        method, path = request.method, request.path.removeprefix("/api/")
        body = await request.json() if request.content_type == "application/json" else None
        if method != "GET":
            assert path == "session" or request.headers.get("X-CSRF-Token") == "csrf"
            self.asked.append((method, path, body))
            self.heard.set()
        if path == "session" and method == "POST":
            if body["password"] != "right":
                return fault(401, "wrong_login", "Wrong login or password. Try again.")
            self.role = "administrator"
        if self.role is None:
            return fault(401, "unauthenticated", "Log in first.")
        if path == "desk/dial" and method == "POST" and self.refusal is not None:
            return self.refusal
        if path.endswith("/sound"):
            return piece_of(recordings.sound(), request.http_range)
        return web.json_response(self.found(method, path, body))

    def found(self, method: str, path: str, body: Any) -> Any:
        if path == "session":
            return rows.session_of(self.role or "")
        if path.startswith("desk"):
            return self.desk(path)
        if path == "imports/preview":
            faults = ["Line 3: the number has letters."]
            grid = [["Ann", "+41445550101"], ["Bob", "0445550102"], ["Cy", "04455x"]]
            form = {"format": "csv", "delimiter": ";", "encoding": "windows-1252", "columns": ["Name", "Number"]}
            return {**form, "rows": grid, "rows_total": 3, "faults": faults}
        if path.endswith("/imports") or path == "imports/7":
            job = {"import_id": 7, "list_id": 1, "file_name": "a.csv", "rows_read": 3, "rows_total": 3}
            job |= {"contacts_added": 2, "rows_rejected": 1, "error": None, "started_utc_s": 1, "ended_utc_s": 2}
            return {**job, "state": "done"}
        if path == "plan":
            return rows.plan_of(body)
        if method != "GET":
            return {"faults": []} | (body or {})
        return self.rows_of(path)

    def desk(self, path: str) -> Any:
        sip = {"user": "a1-1", "secret": "s", "realm": "busyhour", "url": "/sip", "expires_utc_s": rows.now_s() + 600}
        lists = {"pause_reasons": rows.PAUSE_REASONS, "dispositions": rows.DISPOSITIONS}
        if path == "desk":
            return {"agent": rows.AGENTS[0], "sip": sip, **lists}
        if path == "desk/sip":
            return sip
        if path == "desk/dial":
            return {"may_dial": True, "campaigns": [] if self.empty else [rows.DIAL_CAMPAIGN]}
        if path == "desk/tried":
            return rows.contact(8)
        if path == "desk/destinations":
            return queues.DESTINATIONS
        if path == "desk/parked":
            return self.parked
        if path == "desk/caller":
            earlier = [queues.caller(1), queues.caller(2)]
            contacts = [] if self.empty else [rows.contact(7)]
            attempts = [] if self.empty else [rows.attempt(0)]
            found = {"call": "", "earlier": [] if self.empty else earlier, "attempts": attempts, "contacts": contacts}
            return found | {"dispositions": rows.DISPOSITIONS}
        if path == "desk/contact":
            campaign = {"campaign_id": 1, "name": "Spring offer", "dial_mode": "progressive", "acw_max_s": 30}
            campaign |= {"skip_reasons": ["called already", "not now"], "preview_timeout_action": "dial"}
            history = [rows.attempt(0), rows.attempt(3)]
            return {"call": "", "contact": rows.contact(7), "history": history, "campaign": campaign} | lists
        return {}

    def rows_of(self, path: str) -> Any:
        if path in self.replaced:
            return self.replaced[path]
        plain: dict[str, Any] = {
            "lists": rows.LISTS, "campaigns": rows.CAMPAIGNS, "trunks": rows.TRUNKS, "prompts": rows.PROMPTS,
            "dispositions": rows.DISPOSITIONS, "pause-reasons": rows.PAUSE_REASONS, "users": rows.USERS,
            "compliance/presets": rows.PRESETS,
            "queues": queues.QUEUES, "dialed-numbers": queues.NUMBERS, "callbacks": queues.CALLBACKS,
            "agents": rows.AGENTS, "dnc": rows.DNC, "tokens": [], "prompts/languages": ["en-US", "de-DE"],
        }  # fmt: skip
        if path in plain:
            return [] if self.empty else plain[path]
        single: dict[str, Any] = {
            "lists/1": rows.LISTS[0], "campaigns/1": rows.CAMPAIGNS[0], "campaigns/2": rows.CAMPAIGNS[1],
            "inbound": {"ageing_s": 0.0, "acw_s": 0.0},
            "queues/1": queues.QUEUES[0], "queues/2": queues.QUEUES[1], "reports/queues": queues.report(),
            "queues/1/waiting": queues.OFFERS, "queues/2/waiting": queues.OFFERS,
            "callers": {"rows": [queues.caller(n) for n in range(20)], "cursor": "next"},
            "recordings": {"rows": [recordings.row(n) for n in range(12)], "cursor": None},
            "supervision/rule": {"listening_shown": True}, "recordings/rule": recordings.RULE,
            f"recordings/{recordings.NAME}/peaks": recordings.peaks(),
            "checklist": {"items": rows.CHECKLIST}, "reports/summary": rows.SUMMARY,
            "attempts": {"rows": [rows.attempt(n) for n in range(30)], "cursor": None},
            "audit": {"rows": [rows.audit(n) for n in range(20)], "cursor": "next"},
            "lists/1/contacts": {"rows": [rows.contact(n) for n in range(1, 30)], "cursor": "next"},
            "contacts/7": {"contact": rows.contact(7), "history": [rows.attempt(n) for n in range(4)]},
            "explain/contacts/7": {"sentences": ["Busy at 10:14; rule 1 says again after 5 minutes."], "runs": []},
            "imports/7/rejects": [{"line": 3, "reason": "The number has letters", "text": "Cy;04455x"}],
            "system": {"versions": {"busyhour": "0.1.0"}, "pbx_up": True, "store_up": True, "sockets_open": 2}
            | {"engine": {"events": 12}, "now_utc_s": rows.now_s()},
        }  # fmt: skip
        if self.empty and path == "reports/queues":
            return queues.report() | {"quarters": [], "totals": []}
        if self.empty and path in {"attempts", "audit", "callers", "recordings"}:
            return {"rows": [], "cursor": None}
        if self.empty and path == "reports/summary":
            return {**rows.SUMMARY, "attempts": 0, "outcomes": [], "trunks": []}
        return single[path]


def piece_of(sound: bytes, wanted: slice) -> web.Response:
    """All of it, or the piece that was asked for."""
    start, stop = wanted.start or 0, min(wanted.stop or len(sound), len(sound))
    headers = {"Accept-Ranges": "bytes"}
    if wanted.start is None:
        return web.Response(body=sound, content_type="audio/wav", headers=headers)
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(sound)}"
    return web.Response(status=206, body=sound[start:stop], content_type="audio/wav", headers=headers)


def fault(status: int, code: str, text: str) -> web.Response:
    return web.json_response({"error": {"code": code, "text": text, "field": None}}, status=status)
