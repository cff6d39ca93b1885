"""Options with several values, as people type them: `5,10` or `predictive,ratio`."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from busyhour.cli.screen import Trouble

Number = TypeVar("Number", int, float)


def parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def names(text: str, known: Sequence[str], what: str) -> list[str]:
    found = parts(text)
    for name in found:
        one_of(name, known, what)
    return found


def one_of(name: str, known: Sequence[str], what: str) -> None:
    if name not in known:
        raise Trouble(f"There is no {what} {name!r}. Use one of: {', '.join(known)}.")


def numbers(text: str, option: str, kind: Callable[[str], Number], least: Number, most: Number) -> Sequence[Number]:
    try:
        found = [kind(part) for part in parts(text)]
    except ValueError:
        raise Trouble(f"{option} {text!r} is not understood. Give numbers with commas between, as in 5,10.") from None
    if any(not least <= each <= most for each in found):
        raise Trouble(f"{option} {text!r} is out of range. Each must be from {least} to {most}.")
    return found
