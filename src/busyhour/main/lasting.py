"""What `busyhour up` is: a parent that waits, and the engine's process, forked from it and forked anew when a signal
ends that (kill -9, out of memory, a crash in a library).

The parent has loaded the program already, so the engine is at work again after what connecting costs, while the calls
that are up go on in the PBX. It has no thread, no loop and no connection: there is nothing in it to fail. An engine
that ends by itself, well or not, ends the parent with the same code; a parent that is killed takes its engine with it,
so that a data folder never has two.

Told to (`RENEW`), it becomes the program that is on the disk now, with the calls up (A16): that is tried first, in a
process of its own; then the parent's process begins it anew, keeps its number, and loads it while the engine of before
works on. That one is asked to leave when all is loaded, and the next is forked when it has left.
"""

import ctypes
import gc
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final, NoReturn

AGAIN_AFTER_S: Final = (0.0, 0.0, 0.0, 0.5, 1.0, 2.0, 5.0, 10.0)
"""By how many lives in a row were short. The last one goes on for ever."""
SETTLED_AFTER_S: Final = 2.0
"""An engine that lived so long began well: what killed it does not end every start."""
RENEW: Final = signal.SIGUSR2
"""To the parent: become the program of now. From the parent to the engine: leave, for the next one."""
TO_STOP: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
WAITED_FOR: Final = frozenset({*TO_STOP, RENEW, signal.SIGCHLD})
DIES_WITH_PARENT: Final = 1  # PR_SET_PDEATHSIG of prctl(2)
LEAVES_MAX_S: Final = 20.0
"""An engine that has not left by then (requests in flight, 5 s; its last orders, 3 s; its last records, 3 s) is killed:
the next one finds what it leaves as after any kill."""
LOADED_UTC_S: Final = time.time()
"""Tells one program from the next in the same process."""
TRIAL: Final = "BUSYHOUR_TRIAL"
"""In the environment of a program that is tried only: it is to load, to look whether it could take over, and to end."""
ENGINE_BEFORE: Final = "BUSYHOUR_ENGINE_BEFORE"
"""In that of a program which takes over: the number of the engine's process of before."""


def fork_engine(load_rest: Callable[[], None], *, in_haste: bool) -> int:
    """Returns in the engine's process only: how many were killed before it. The parent leaves by `SystemExit`.

    `load_rest` loads what later engines should find loaded; `in_haste`: the first one does not wait for that."""
    signal.pthread_sigmask(signal.SIG_BLOCK, WAITED_FOR)
    before = os.environ.pop(ENGINE_BEFORE, None)
    if before is not None or not in_haste:
        load_rest()
        in_haste = False
    if before is not None:
        _settle()
        _make_leave(int(before))
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
        if told or signal.sigtimedwait(TO_STOP, wait_s) is not None:
            sys.exit(128 + os.WTERMSIG(status))
        sys.stderr.write(f"The engine was ended by {_name_of(os.WTERMSIG(status))}; it is started again.\n")


def _settle() -> None:
    """What is loaded is never garbage: its memory stays shared with the parent. Cheap when done before."""
    gc.collect()
    gc.freeze()


def _fork() -> int:
    _settle()
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
    """How it ended, and whether we were told to stop meanwhile. Does not return when a new program takes over."""
    told, trial = False, 0
    while True:
        ended = _ended()
        if pid in ended:
            return ended[pid], told
        if trial in ended:
            if ended[trial] == 0 and not told:
                _become_new(pid)
            trial = 0
            sys.stderr.write("The new program is not taken; the one of before works on.\n")
        sign = signal.sigwait(WAITED_FOR)
        if sign is RENEW:
            trial = trial or _try_new()
        elif sign is not signal.SIGCHLD:
            told = True
            os.kill(pid, sign)


def _ended() -> dict[int, int]:
    """Children and how they ended. As process 1 of a container, we inherit what a killed engine leaves behind."""
    found = {}
    with suppress(ChildProcessError):
        while (one := os.waitpid(-1, os.WNOHANG))[0] != 0:
            found[one[0]] = one[1]
    return found


# A new program


def _try_new() -> int:
    """The number of a process that tries what is on the disk now, with our words and our environment; 0: there is
    nothing to try."""
    try:
        return os.posix_spawn(sys.executable, _words(), os.environ | {TRIAL: "1"}, setsigmask=())
    except OSError as fault:
        sys.stderr.write(f"There is no new program: {fault}. The one of before works on.\n")
        return 0


def _become_new(pid: int) -> NoReturn:
    """Same process, other program. The signals that we block stay blocked, and those that come are kept for it."""
    sys.stderr.flush()
    os.execve(sys.executable, _words(), os.environ | {ENGINE_BEFORE: str(pid)})  # noqa: S606 (our own program)


def _words() -> list[str]:
    return [sys.executable, *sys.orig_argv[1:]]


def _make_leave(pid: int) -> None:
    """The engine of before has left when this returns. Told to stop meanwhile, all of us stop."""
    os.kill(pid, RENEW)  # it is our child, dead or alive
    until_s, told = time.monotonic() + LEAVES_MAX_S, False
    while True:
        ended = _ended()
        if pid in ended:
            if told:
                code = os.waitstatus_to_exitcode(ended[pid])
                sys.exit(code if code >= 0 else 128 - code)
            return
        found = signal.sigtimedwait(WAITED_FOR, max(0.0, until_s - time.monotonic()))
        if found is None:
            os.kill(pid, signal.SIGKILL)
            until_s += LEAVES_MAX_S
        elif found.si_signo in TO_STOP:
            told = True
            os.kill(pid, found.si_signo)


def _name_of(number: int) -> str:
    return signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
