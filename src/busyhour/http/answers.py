"""How a fault is told: `{"error": {"code", "text", "field"}}` with its status, and nothing of our insides."""

from typing import Any

from msgspec import Struct
from starlette.responses import Response

from busyhour.http.routes import json_response
from busyhour.service.errors import TooMany, UserError


class Fault(Struct, frozen=True, kw_only=True):
    code: str
    text: str
    field: str | None = None


class FaultAnswer(Struct, frozen=True, kw_only=True):
    error: Fault


class TooLarge(UserError):
    status, code = 413, "too_large"


def fault_response(
    status: int, code: str, text: str, *, field: str | None = None, headers: dict[str, str] | None = None
) -> Response:
    response = json_response(FaultAnswer(error=Fault(code=code, text=text, field=field)), status=status)
    response.headers.update(headers or {})
    return response


def response_to(fault: UserError) -> Response:
    headers = {}
    if isinstance(fault, TooMany):
        headers["Retry-After"] = str(max(1, int(fault.retry_after_s + 0.999)))
    if fault.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return fault_response(fault.status, fault.code, fault.text, field=fault.field, headers=headers)


STORE_DOWN_TEXT = (
    "The database cannot be reached, so nothing was changed for certain. Calls that are up go on. "
    "Try again in a moment; if it lasts, see `busyhour doctor`."
)


def store_down_response() -> Response:
    return fault_response(503, "store_down", STORE_DOWN_TEXT, headers={"Retry-After": "3"})


def place_of(location: Any) -> str | None:
    """The field of a pydantic fault: `("query", "limit")` is `limit`."""
    parts = [str(part) for part in location if part not in {"query", "path", "body", "header"}]
    return ".".join(parts) or None
