"""Talks to the running server over its own API, as anybody could. The address and the token lie in the data folder.

`httpx` is loaded when a client is made: it is slow to load, and `busyhour up` after a crash needs none.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from busyhour.cli.screen import Trouble
from busyhour.settings import Settings

if TYPE_CHECKING:
    import httpx

REPLY_MAX_S = 60.0
UPLOAD_MAX_S = 600.0
TEXT_SHOWN_MAX = 300  # characters of an answer that is not one of ours

START_IT = "Start it with `busyhour up`"


class Client:
    """One connection to the server. Answers are what the JSON says; refusals become `Trouble`."""

    def __init__(self, url: str, token: str, *, transport: "httpx.BaseTransport | None" = None) -> None:
        import httpx

        self.url = url.rstrip("/")
        self.token = token
        self._http = httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=REPLY_MAX_S,
            transport=transport,
            trust_env=False,  # the server is near: no proxy of the environment is asked
        )

    @classmethod
    def from_data(cls, folder: Path) -> "Client":
        """The client of the server that runs (or ran last) on this data folder."""
        try:
            url = json.loads((folder / "server.json").read_text(encoding="utf-8"))["url"]
            token = (folder / "cli-token").read_text(encoding="ascii").strip()
        except FileNotFoundError:
            raise Trouble(f"No Busyhour runs on {folder.resolve()}. {START_IT}, or name its folder: --data.") from None
        except PermissionError as fault:
            raise Trouble(
                f"{fault.filename} belongs to another user. Run this as the user who runs Busyhour."
            ) from None
        except (ValueError, KeyError, TypeError):
            raise Trouble(f"{folder / 'server.json'} cannot be read. {START_IT} again: it is written anew.") from None
        return cls(str(url), token)

    def get(self, path: str, **params: object) -> Any:
        wanted = {name: str(value) for name, value in params.items() if value is not None}
        return self._ask("GET", path, params=wanted)

    def post(self, path: str, body: object = None, *, reply_max_s: float | None = None) -> Any:
        """`reply_max_s`: for what takes the server longer than usual."""
        return self._ask("POST", path, json=body, **({"timeout": reply_max_s} if reply_max_s else {}))

    def put(self, path: str, body: object) -> Any:
        return self._ask("PUT", path, json=body)

    def patch(self, path: str, body: object) -> Any:
        return self._ask("PATCH", path, json=body)

    def delete(self, path: str) -> None:
        self._ask("DELETE", path)

    def upload(self, path: str, file: IO[bytes], name: str, fields: Mapping[str, str] | None = None) -> Any:
        """Send a file as a form. `file` is read as it is sent, so reads of it can be counted for a progress bar."""
        return self._ask("POST", path, files={"file": (name, file)}, data=dict(fields or {}), timeout=UPLOAD_MAX_S)

    @contextmanager
    def download(self, path: str, **params: object) -> Iterator[Iterator[bytes]]:
        """The body in pieces, for files of any size."""
        wanted = {name: str(value) for name, value in params.items() if value is not None}
        with self._troubles(), self._http.stream("GET", path, params=wanted) as reply:
            if reply.is_error:
                reply.read()
                raise Trouble(refusal(reply))
            yield reply.iter_bytes()

    def _ask(self, method: str, path: str, **more: Any) -> Any:
        with self._troubles():
            reply = self._http.request(method, path, **more)
        if reply.is_error:
            raise Trouble(refusal(reply))
        return reply.json() if reply.content else None

    @contextmanager
    def _troubles(self) -> Iterator[None]:
        import httpx

        try:
            yield
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise Trouble(
                f"Busyhour does not answer at {self.url}. {START_IT}; `busyhour doctor` tells more."
            ) from None
        except httpx.TransportError as fault:
            raise Trouble(f"The talk with {self.url} broke off ({type(fault).__name__}). Try again.") from None


def refusal(reply: "httpx.Response") -> str:
    """The server's own words where it has some; they say what to do next."""
    try:
        error = reply.json()["error"]
        field = f" ({error['field']})" if error.get("field") else ""
        return f"{error['text']}{field}"
    except (ValueError, KeyError, TypeError):
        return f"The server answered {reply.status_code}: {reply.text[:TEXT_SHOWN_MAX] or 'nothing more'}"


def connect() -> Client:
    """The client for the data folder of the settings in force."""
    return Client.from_data(Settings().data)
