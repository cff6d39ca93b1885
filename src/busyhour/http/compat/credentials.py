"""The API token of a client that can send no bearer token: as the password of HTTP basic, or in the address as
`?token=bh_...`. Addresses end in logs and histories, so that is the last resort; ours logs no query."""

import base64
import binascii
from typing import Final

from starlette.requests import HTTPConnection

from busyhour.service.secrets import TOKEN_PREFIX

BASIC_LENGTH_MAX: Final = 600


def token_anyhow(connection: HTTPConnection) -> str | None:
    scheme, _, rest = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        return token_of_basic(rest.strip())
    return connection.query_params.get("token") if not scheme else None


def token_of_basic(said: str) -> str | None:
    """The password, or the user when it is a token: some clients have room for one word only."""
    if len(said) > BASIC_LENGTH_MAX:
        return None
    try:
        user, _, password = base64.b64decode(said, validate=True).decode("ascii").partition(":")
    except (binascii.Error, ValueError):
        return None
    return user if user.startswith(TOKEN_PREFIX) else password or None
