"""`step`: the one way in which a state changes."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

State = TypeVar("State", bound=StrEnum)
Cause = TypeVar("Cause", bound=StrEnum)


class IllegalStep(AssertionError):
    """The core asked for a transition that its own table does not have. Nothing was changed."""


def step(life: Mapping[State, Mapping[Cause, State]], state: State, cause: Cause) -> State:
    """The state after `cause`. Raises `IllegalStep` for a pair that is not in the table: a bug of ours."""
    try:
        return life[state][cause]
    except KeyError:
        raise IllegalStep(f"{state!r} has no step for {cause!r}") from None
