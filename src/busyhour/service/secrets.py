"""Random secrets, and how they are kept: hashed, never as they are.

Tokens are random (256 bits), so SHA-256 is enough for them; passwords are chosen by people, so they get argon2id.
"""

import hashlib
import secrets
from typing import Final

TOKEN_PREFIX: Final = "bh_"  # noqa: S105 (a prefix, no secret)
TOKEN_BYTES: Final = 32
PREFIX_SHOWN_LENGTH: Final = 8

PASSWORD_ALPHABET: Final = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # noqa: S105
"""No characters that look alike: these passwords are read from a terminal once."""
PASSWORD_RANDOM_LENGTH: Final = 16


def new_session_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def new_api_token() -> str:
    return TOKEN_PREFIX + secrets.token_urlsafe(TOKEN_BYTES)


def new_csrf() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def new_password() -> str:
    """About 93 bits."""
    return "".join(secrets.choice(PASSWORD_ALPHABET) for _ in range(PASSWORD_RANDOM_LENGTH))


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def same(a: str, b: str) -> bool:
    """Compare without telling by the time taken how much was right."""
    return secrets.compare_digest(a.encode("utf-8", "surrogatepass"), b.encode("utf-8", "surrogatepass"))
