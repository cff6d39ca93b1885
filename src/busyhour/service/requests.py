"""What is asked of a floor, and waits for the core's answer."""

import asyncio
from collections.abc import Callable
from itertools import count

from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.service.errors import Conflict, Unavailable

ANSWER_WAIT_S = 5.0  # a request that the floor has not answered by then is given up

LASTING = (
    e.RunPauseAsked,
    e.RunUnpauseAsked,
    e.RunRemoveAsked,
    e.LogOffAsked,
    e.ReadyAsked,
    e.PauseAsked,
    e.DispositionChosen,
    e.WrapUpEndAsked,
    e.SkipAsked,
    e.CallbackAsked,
    e.CallbackCancelAsked,
)
"""The answer to one of these promises something that outlives us, so it waits until all before it is written (I33).
What concerns a call that is up (hang up, hold) is answered at once, also while the database is away."""


class Requests:
    """Those of one engine that are under way."""

    def __init__(self) -> None:
        self._answers: dict[str, asyncio.Future[None]] = {}
        self._lasting: set[str] = set()
        self._numbers = count(1)

    async def ask(self, make: Callable[[str], e.Event], tell: Callable[[e.Event], None]) -> None:
        """Tell the event that `make` builds around the request's name, and wait. Raises `Conflict` when refused,
        `Unavailable` when late."""
        request = f"q{next(self._numbers)}"
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._answers[request] = answer
        event = make(request)
        if isinstance(event, LASTING):
            self._lasting.add(request)
        late = asyncio.get_running_loop().call_later(ANSWER_WAIT_S, _give_up, answer)
        try:
            tell(event)
            await answer
        finally:
            late.cancel()
            self._answers.pop(request, None)
            self._lasting.discard(request)

    def is_lasting(self, request: str) -> bool:
        return request in self._lasting

    def answer(self, command: c.Accept | c.Refuse) -> None:
        answer = self._answers.get(command.request)
        if answer is None or answer.done():
            return
        if isinstance(command, c.Accept):
            answer.set_result(None)
        else:
            answer.set_exception(Conflict(command.text, code=command.code))


def _give_up(answer: "asyncio.Future[None]") -> None:
    if not answer.done():
        answer.set_exception(Unavailable("The engine did not answer in time; look whether it took effect."))
