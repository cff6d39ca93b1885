"""A small HTTP server for the commands' tests: real sockets, answers made from the product's own records."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

TOKEN = "bh_test"


class Server:
    """`answers`: (method, path) -> (status, body). `asked`: what came, as (method, path, query, body)."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answers: dict[tuple[str, str], tuple[int, Any]] = {}
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []

    def answer(self, method: str, path: str, body: Any, status: int = 200) -> None:
        self.answers[method, path] = status, body

    def refuse(self, method: str, path: str, status: int, text: str, field: str | None = None) -> None:
        self.answer(method, path, {"error": {"code": "x", "text": text, "field": field}}, status)

    def body_of(self, method: str, path: str) -> Any:
        return next(body for m, p, _, body in reversed(self.asked) if (m, p) == (method, path))

    def query_of(self, method: str, path: str) -> dict[str, str]:
        return next(query for m, p, query, _ in reversed(self.asked) if (m, p) == (method, path))


class Answering(BaseHTTPRequestHandler):
    """One request."""

    server: "Listening"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name in the base class
        """Quiet."""

    def do(self) -> None:
        known = self.server.known
        target = urlsplit(self.path)
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = json.loads(content) if self.headers.get("Content-Type") == "application/json" else content
        known.asked.append((self.command, target.path, dict(parse_qsl(target.query)), body))
        status, answer = known.answers.get((self.command, target.path), (404, {"error": {"text": "no such thing"}}))
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            status, answer = 401, {"error": {"code": "unauthenticated", "text": "Log in."}}
        encoded = answer if isinstance(answer, bytes) else msgspec.json.encode(answer)
        self.send_response(status)
        self.send_header("Content-Length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do  # noqa: N815 -- the base class looks for these names


class Listening(ThreadingHTTPServer):
    """The server and what it knows."""

    known: Server


@contextmanager
def serving(data: Path) -> Iterator[Server]:
    """Serve on a free port, with the files of a data folder that a running Busyhour writes."""
    listening = Listening(("127.0.0.1", 0), Answering)
    known = listening.known = Server(f"http://127.0.0.1:{listening.server_port}")
    (data / "server.json").write_text(json.dumps({"url": known.url}))
    (data / "cli-token").write_text(TOKEN + "\n")
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield known
    finally:
        listening.shutdown()
        thread.join()
        listening.server_close()
