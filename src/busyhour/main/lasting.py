"""What `busyhour up` is: a parent that waits, and the engine's process, forked from it and forked anew when a signal
ends that (kill -9, out of memory, a crash in a library).

The parent has loaded the program already, so the engine is at work again after what connecting costs, while the calls
that are up go on in the PBX. It has no thread, no loop and no connection: there is nothing in it to fail. An engine
that ends by itself, well or not, ends the parent with the same code; a parent that is killed takes its engine with it,
so that a data folder never has two.
"""

import ctypes
import gc
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Final

AGAIN_AFTER_S: Final = (0.0, 0.0, 0.0, 0.5, 1.0, 2.0, 5.0, 10.0)
"""By how many lives in a row were short. The last one goes on for ever."""
SETTLED_AFTER_S: Final = 2.0
"""An engine that lived so long began well: what killed it does not end every start."""
PASSED_ON: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
WAITED_FOR: Final = frozenset({*PASSED_ON, signal.SIGCHLD})
DIES_WITH_PARENT: Final = 1  # PR_SET_PDEATHSIG of prctl(2)


def fork_engine(load_rest: Callable[[], None], *, in_haste: bool) -> int:
    """Returns in the engine's process only: how many were there before it. The parent leaves by `SystemExit`.

    `load_rest` loads what later engines should find loaded; `in_haste`: the first one does not wait for that."""
    signal.pthread_sigmask(signal.SIG_BLOCK, WAITED_FOR)
    if not in_haste:
        load_rest()
    deaths = short_lives = 0
    while True:
        begun_s = time.monotonic()
        if (pid := _fork()) == 0:
            return deaths
        if in_haste:
            load_rest()
            in_haste = False
        status, told = _wait(pid)
        if not os.WIFSIGNALED(status):
            sys.exit(os.WEXITSTATUS(status))
        deaths += 1
        short_lives = 0 if time.monotonic() - begun_s >= SETTLED_AFTER_S else short_lives + 1
        wait_s = AGAIN_AFTER_S[min(short_lives, len(AGAIN_AFTER_S) - 1)]
        if told or signal.sigtimedwait(PASSED_ON, wait_s) is not None:
            sys.exit(128 + os.WTERMSIG(status))
        sys.stderr.write(f"The engine was ended by {_name_of(os.WTERMSIG(status))}; it is started again.\n")


def _fork() -> int:
    gc.collect()
    gc.freeze()  # what is loaded is never garbage: its memory stays shared with the parent
    parent = os.getpid()
    if (pid := os.fork()) != 0:
        return pid
    os.setpgid(0, 0)  # Ctrl-C reaches the parent only, which passes it on: once
    ctypes.CDLL(None).prctl(DIES_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)  # it died before we could say so
    signal.pthread_sigmask(signal.SIG_UNBLOCK, WAITED_FOR)
    return 0


def _wait(pid: int) -> tuple[int, bool]:
    """How it ended, and whether we were told to stop meanwhile."""
    told = False
    while True:
        ended = -1
        while ended != 0:  # as process 1 of a container, we inherit what a killed engine leaves behind
            ended, status = os.waitpid(-1, os.WNOHANG)
            if ended == pid:
                return status, told
        sign = signal.sigwait(WAITED_FOR)
        if sign is not signal.SIGCHLD:
            told = True
            os.kill(pid, sign)


def _name_of(number: int) -> str:
    return signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
