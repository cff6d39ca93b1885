"""Work for the tests of `service/apart.py`, where another process can find it."""

from collections.abc import Iterator

import msgspec


def fill_memory(order: bytes) -> Iterator[bytes]:
    yield b"begun"
    yield b"x" * len(bytearray(msgspec.msgpack.decode(order, type=int)))


def fail(order: bytes) -> Iterator[bytes]:
    yield order
    raise RuntimeError("broken on purpose")


def print_between(order: bytes) -> Iterator[bytes]:
    print("noise")
    yield order
