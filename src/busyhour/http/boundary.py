"""The outermost layer: each request gets an id, limits and safe headers; each fault becomes an answer.

One of the two places where everything is caught (the other is the engine loop): what nobody foresaw is logged with the
request's id, and the answer carries the id and no detail.
"""

import secrets
from collections.abc import MutableMapping
from typing import Any, Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from busyhour.http.answers import TooLarge, fault_response, response_to, store_down_response
from busyhour.http.routes import JSON_BYTES_MAX
from busyhour.service.errors import StoreDown, UserError

log = structlog.get_logger()


def content_policy(style_nonce: str | None = None) -> str:
    """The page's build needs no inline script; the styles that it makes at run time carry the nonce."""
    nonce = f" 'nonce-{style_nonce}'" if style_nonce else ""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self'{nonce}",
            f"style-src 'self'{nonce}",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "media-src 'self' blob:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


HEADERS: Final = {
    "Content-Security-Policy": content_policy(),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Boundary:
    def __init__(self, app: ASGIApp, *, upload_bytes_max: int, upload_paths: "UploadPaths") -> None:
        self.app = app
        self.upload_bytes_max = upload_bytes_max
        self.upload_paths = upload_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        answer = Answer(scope, send, request_id)
        try:
            await self.app(scope, self._limited(scope, receive), answer.send)
        except UserError as fault:
            await answer.finish(response_to(fault), receive)
        except StoreDown:
            log.warning("store_down", request=request_id, method=scope["method"], path=scope["path"])
            await answer.finish(store_down_response(), receive)
        except Exception:
            log.exception("request_failed", request=request_id, method=scope["method"], path=scope["path"])
            text = f"Something went wrong on our side. The log of the server says what, under {request_id}."
            await answer.finish(fault_response(500, "internal", text), receive)

    def _limited(self, scope: Scope, receive: Receive) -> Receive:
        """`receive` that gives up at a body larger than this route may have."""
        limit = self.upload_bytes_max if self.upload_paths.has(scope) else JSON_BYTES_MAX
        declared = Headers(scope=scope).get("content-length", "")
        too_large = TooLarge(f"The body is larger than {limit} bytes. Split a file, and send its parts one by one.")
        too_large_declared = declared.isascii() and declared.isdigit() and int(declared[:20]) > limit
        got = 0

        async def limited() -> Message:
            nonlocal got
            if too_large_declared:
                raise too_large
            message = await receive()
            got += len(message.get("body", b""))
            if got > limit:
                raise too_large
            return message

        return limited


class UploadPaths:
    """Which requests may have large bodies; filled by `create_app`."""

    def __init__(self) -> None:
        self.routes: list[Any] = []

    def has(self, scope: Scope) -> bool:
        return any(route.matches(scope)[0].value == 2 for route in self.routes)


class Answer:
    """The answer on its way out: headers are put on, and it is known whether it has begun."""

    def __init__(self, scope: Scope, send: Send, request_id: str) -> None:
        self.scope = scope
        self.out = send
        self.request_id = request_id
        self.begun = False

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers["X-Request-Id"] = self.request_id
            if self.scope["path"].startswith("/api/") or self.scope["path"] == "/health":
                headers.setdefault("Cache-Control", "no-store")
            if self.scope["scheme"] == "https":
                headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        await self.out(message)

    async def finish(self, response: Response, receive: Receive) -> None:
        """Answer with a fault, unless the answer has begun: then the connection is cut by the server."""
        if self.begun:
            raise ConnectionAbortedError(f"request {self.request_id} failed after its answer had begun")
        await response(self.scope, receive, self.send)
