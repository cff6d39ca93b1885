"""Commands about the program itself (OC-119, OC-121)."""

import os
import time
from typing import Any

from busyhour import __version__
from busyhour.http.compat.commands import Commands, Given
from busyhour.http.compat.rpc import RpcFault
from busyhour.http.compat.talk import Talk

commands = Commands()


@commands.add("which", help="lists all commands, or the parameters of one", sets=((), ("command",)))
async def which(talk: Talk, given: Given) -> Any:
    """Both names of each: clients refuse what is not listed."""
    if not given:
        return sorted(talk.commands.by_name)
    command = talk.commands.by_name.get(given.text("command"))
    if command is None:
        raise RpcFault(404, "unknown MI command")
    return [list(names) for names in command.sets]


@commands.add("help", help="says what a command does", sets=((), ("mi_cmd",)))
async def help_(talk: Talk, given: Given) -> Any:
    name = given.text("mi_cmd") if given else "help"
    command = talk.commands.by_name.get(name)
    if command is None:
        raise RpcFault(404, "unknown MI command")
    return {"Help": command.help, "Exported by": name.rpartition(":")[0] or "core"}


@commands.add("uptime", help="says when this began, and how long ago")
async def uptime(talk: Talk, _: Given) -> Any:
    now_utc_s = talk.clock.now().utc_s
    return {
        "Now": time.ctime(now_utc_s),
        "Up since": time.ctime(talk.began_utc_s),
        "Up time": f"{max(0, int(now_utc_s - talk.began_utc_s))} [sec]",
    }


@commands.add("version", help="says which program this is")
async def version(_: Talk, __: Given) -> Any:
    return {"Server": f"Busyhour ({__version__})"}


@commands.add("ps", help="lists the processes")
async def ps(_: Talk, __: Given) -> Any:
    return {"Processes": [{"ID": 0, "PID": os.getpid(), "Type": "engine and management interface"}]}
