"""Page cursors: where the next page begins, opaque to others, checked when it comes back."""

import base64
from typing import Any, TypeVar

import msgspec

from busyhour.service.errors import Invalid

LIMIT_MAX = 1000  # rows a page

T = TypeVar("T")


def encode(*place: Any) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def decode(cursor: str, kind: type[T]) -> T:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        return msgspec.json.decode(text, type=kind)
    except (ValueError, msgspec.MsgspecError) as fault:
        raise Invalid("This page's address is damaged. Begin with the first page again.", field="cursor") from fault


def bounded(limit: int) -> int:
    return max(1, min(limit, LIMIT_MAX))
