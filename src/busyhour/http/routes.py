"""How a route is declared: method, path, permission, and a function.

    routes = Routes("lists")

    @routes.get("/api/lists/{list_id}", permission="lists:read")
    async def get_list(who: Who, use: Use, list_id: Id) -> r.ContactList:
        return await use.lists.list_(who.tenant_id, list_id)

The function returns a record (or a list of them): it is encoded by msgspec, and its annotation is the answer's schema
in OpenAPI. `None` answers 204; a Starlette `Response` goes out as it is. A parameter annotated with a bare `Struct`
class is the JSON body. The function's name is the operation's id. `create_app` is the only one who hands these to
FastAPI, and `guard.py` lets nothing through that was not declared here.
"""

import functools
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from fastapi import Depends, Path, Request
from starlette.responses import Response

from busyhour.service.errors import Invalid

ID_MAX = 2**53 - 1
"""The largest that JSON keeps exactly everywhere; the store has room for more."""

Id = Annotated[int, Path(ge=1, le=ID_MAX)]

Endpoint = Callable[..., Awaitable[Any]]

JSON_BYTES_MAX = 1024 * 1024
"""No JSON body of this API is near this size."""

encoder = msgspec.json.Encoder()


@dataclass(frozen=True, kw_only=True)
class Declared:
    """One declared route. `answer` and `body` are types for the schema; None = nothing, or not JSON."""

    method: str  # or SOCKET
    path: str
    permission: str
    endpoint: Endpoint
    tag: str
    status: int = 200
    answer: Any = None
    body: Any = None
    media: tuple[str, ...] = ()  # media types of an answer that is not JSON
    form: dict[str, Any] | None = None  # schema of a multipart body
    upload: bool = False  # the body may be as large as `Settings.upload_bytes_max`
    token_anyhow: bool = False  # for clients that can send no bearer token (`compat/credentials.py`)

    @property
    def key(self) -> str:
        return f"{self.method} {self.path}"


SOCKET = "SOCKET"


class Routes:
    """The routes of one noun, in order."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.declared: list[Declared] = []

    def get(self, path: str, *, permission: str, **more: Any) -> Callable[[Endpoint], Endpoint]:
        return self._add("GET", path, permission, more)

    def post(self, path: str, *, permission: str, **more: Any) -> Callable[[Endpoint], Endpoint]:
        return self._add("POST", path, permission, more)

    def put(self, path: str, *, permission: str, **more: Any) -> Callable[[Endpoint], Endpoint]:
        return self._add("PUT", path, permission, more)

    def patch(self, path: str, *, permission: str, **more: Any) -> Callable[[Endpoint], Endpoint]:
        return self._add("PATCH", path, permission, more)

    def delete(self, path: str, *, permission: str, **more: Any) -> Callable[[Endpoint], Endpoint]:
        return self._add("DELETE", path, permission, more)

    def socket(self, path: str, *, permission: str) -> Callable[[Endpoint], Endpoint]:
        def declare(endpoint: Endpoint) -> Endpoint:
            self.declared.append(
                Declared(method=SOCKET, path=path, permission=permission, endpoint=endpoint, tag=self.tag)
            )
            return endpoint

        return declare

    def _add(self, method: str, path: str, permission: str, more: dict[str, Any]) -> Callable[[Endpoint], Endpoint]:
        def declare(endpoint: Endpoint) -> Endpoint:
            returns = inspect.signature(endpoint).return_annotation
            nothing = returns is None or (isinstance(returns, type) and issubclass(returns, Response))
            more.setdefault("answer", None if nothing else returns)
            if returns is None:
                more.setdefault("status", 204)
            self.declared.append(
                Declared(
                    method=method,
                    path=path,
                    permission=permission,
                    endpoint=endpoint,
                    tag=self.tag,
                    body=body_of(endpoint),
                    **more,
                )
            )
            return endpoint

        return declare


def body_of(endpoint: Endpoint) -> type[msgspec.Struct] | None:
    """The record that the JSON body is to be, if the function asks for one."""
    found = [p.annotation for p in inspect.signature(endpoint).parameters.values() if is_record(p.annotation)]
    assert len(found) <= 1, f"{endpoint.__name__} asks for two bodies"
    return found[0] if found else None


def is_record(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, msgspec.Struct)


def answering(declared: Declared) -> Endpoint:
    """The function as FastAPI is to see it: its body decoded, its answer encoded."""
    endpoint = declared.endpoint

    @functools.wraps(endpoint)
    async def answer(**named: Any) -> Response:
        result = await endpoint(**named)
        if isinstance(result, Response):
            return result
        if result is None:
            return Response(status_code=declared.status)
        return json_response(result, status=declared.status)

    answer.__signature__ = fastapi_signature(endpoint)  # type: ignore[attr-defined]
    return answer


def json_response(value: Any, *, status: int = 200) -> Response:
    return Response(encoder.encode(value), status_code=status, media_type="application/json")


def fastapi_signature(endpoint: Endpoint) -> inspect.Signature:
    signature = inspect.signature(endpoint)
    parameters = [
        p.replace(annotation=Annotated[Any, Depends(decoded(p.annotation))]) if is_record(p.annotation) else p
        for p in signature.parameters.values()
    ]
    keyword_only = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in parameters]
    return signature.replace(parameters=keyword_only, return_annotation=Any)


def decoded(record: type[msgspec.Struct]) -> Callable[[Request], Awaitable[Any]]:
    """A dependency that reads the body as this record; a fault names the field."""
    decoder = msgspec.json.Decoder(record)

    async def read(request: Request) -> Any:
        if not request.headers.get("content-type", "").startswith("application/json"):
            # A form of another site can send any text, but not under this type without our consent.
            raise Invalid("Send the body as application/json.", code="not_json")
        raw = await request.body()
        try:
            return decoder.decode(raw)
        except msgspec.ValidationError as fault:
            text, _, path = str(fault).partition(" - at ")
            raise Invalid(text, field=path.strip("`").removeprefix("$.") or None) from None
        except msgspec.DecodeError as fault:
            raise Invalid(f"The body is not JSON: {fault}", code="not_json") from None

    return read
