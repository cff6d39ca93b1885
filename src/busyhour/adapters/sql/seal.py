"""Secrets at rest: sealed with a key that lies in the data folder, not in the database (a dump alone opens nothing)."""

import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from busyhour.service.errors import Unavailable


class Seal:
    """`Seal.of(folder)` makes the key at first use, readable by us only."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(key)

    @classmethod
    def of(cls, folder: Path) -> "Seal":
        path = folder / "seal.key"
        folder.mkdir(parents=True, exist_ok=True)
        try:
            made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return cls(path.read_bytes())
        with os.fdopen(made, "wb") as file:
            key = Fernet.generate_key()
            file.write(key)
        return cls(key)

    def close(self, secret: str) -> bytes:
        return self._fernet.encrypt(secret.encode())

    def open(self, sealed: bytes) -> str:
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken as fault:
            raise Unavailable(
                "A stored secret cannot be opened: the data folder's seal.key is not the one it was closed with. "
                "Put the old key back, or enter the trunk's password again."
            ) from fault
