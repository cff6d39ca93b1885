"""Commands that read and reset statistics (OC-093, OC-120)."""

from typing import Any, Final

from busyhour.http.compat.commands import OK, Commands, Given
from busyhour.http.compat.rpc import RpcFault
from busyhour.http.compat.statistics import ALL, Statistic, chosen, statistics_of
from busyhour.http.compat.talk import Talk

NOT_FOUND: Final = RpcFault(404, "Statistics Not Found")

commands = Commands()


async def _chosen(talk: Talk, given: Given) -> dict[str, Statistic]:
    asked = given.texts("statistics") if given else [ALL]
    found = chosen(asked, statistics_of(await talk.center.picture()))
    if not found:
        raise NOT_FOUND
    return found


@commands.add(
    "statistics:get", "get_statistics", help="prints the values of statistics, groups or all", sets=(("statistics",),)
)
async def get_statistics(talk: Talk, given: Given) -> Any:
    return {name: one.value for name, one in (await _chosen(talk, given)).items()}


@commands.add(
    "statistics:list",
    "list_statistics",
    help="prints the names of statistics, and whether each is a counter",
    sets=((), ("statistics",)),
)
async def list_statistics(talk: Talk, given: Given) -> Any:
    found = await _chosen(talk, given)
    return {name: "incremental" if one.counter else "non-incremental" for name, one in found.items()}


@commands.add("statistics:reset", "reset_statistics", help="resets these counters", sets=(("statistics",),))
async def reset_statistics(talk: Talk, given: Given) -> Any:
    counters = [one.counter for one in (await _chosen(talk, given)).values() if one.counter is not None]
    talk.center.reset_counters(counters)
    return OK


@commands.add("statistics:reset_all", "reset_all_statistics", help="resets all counters")
async def reset_all_statistics(talk: Talk, _: Given) -> Any:
    talk.center.reset_counters(None)
    return OK
