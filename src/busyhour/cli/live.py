"""`busyhour live`: what is going on now, as a table that follows the server's live feed.

The feed is a snapshot and then numbered changes (`service/views.py`). A missing number, or a link that broke, is
mended by connecting again: the server then begins with a new snapshot.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import aiohttp
from rich.console import Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from busyhour.cli.client import Client
from busyhour.cli.screen import Trouble, clock_time, out, shown

SILENT_MAX_S = 30.0  # the server pings more often than this
AGAIN_S = (0.5, 1.0, 2.0, 5.0)  # waits between tries to connect; the last one for ever
MESSAGE_BYTES_MAX = 64 * 1024 * 1024
ROWS_MAX = 30  # of each table; a terminal shows no more

Views = dict[str, dict[str, Any]]


class Picture:
    """The state as the feed tells it: kind -> id -> view."""

    def __init__(self) -> None:
        self.seq: int | None = None
        self.state: dict[str, Views] = {}

    def apply(self, message: dict[str, Any]) -> bool:
        """True when the picture is whole; False when a message was missed and a new snapshot is needed."""
        if message["type"] == "snapshot":
            self.seq, self.state = message["seq"], message["state"]
            return True
        if message["type"] != "changes":
            return True
        if self.seq is None or message["seq"] != self.seq + 1:
            return False
        self.seq = message["seq"]
        for kind, key, view in message["changes"]:
            views = self.state.setdefault(kind, {})
            if view is None:
                views.pop(key, None)
            else:
                views[key] = view
        return True

    def views(self, kind: str) -> list[dict[str, Any]]:
        return list(self.state.get(kind, {}).values())


async def follow(client: Client, picture: Picture, changed: Callable[[str | None], None]) -> None:
    """Keep the picture up to date for ever. `changed` is told a trouble in words, or None when all is well."""
    tries = 0
    while True:
        try:
            async with (
                aiohttp.ClientSession(headers={"Authorization": f"Bearer {client.token}"}) as http,
                http.ws_connect(
                    f"{client.url}/api/live", heartbeat=SILENT_MAX_S, max_msg_size=MESSAGE_BYTES_MAX
                ) as socket,
            ):
                async for message in socket:
                    tries = 0
                    if not picture.apply(message.json()):
                        break
                    changed(None)
        except aiohttp.WSServerHandshakeError as refused:
            if refused.status in {401, 403}:
                raise Trouble("The server no longer knows our token: it was started anew. Run this again.") from None
            changed(f"the server answered {refused.status}; trying again")
        except (aiohttp.ClientError, OSError, TimeoutError):
            changed("the server does not answer; trying again")
        await asyncio.sleep(AGAIN_S[min(tries, len(AGAIN_S) - 1)])
        tries += 1


def watch(client: Client) -> None:
    """Show the picture until Ctrl-C."""
    picture = Picture()
    client.get("/api/session")  # one clear error at once when nobody answers
    with Live(draw(picture, None, time.time()), console=out, auto_refresh=False, screen=out.is_terminal) as live:

        def changed(trouble: str | None) -> None:
            live.update(draw(picture, trouble, time.time()), refresh=True)

        try:
            asyncio.run(_with_clock(client, picture, changed))
        except KeyboardInterrupt:
            return


async def _with_clock(client: Client, picture: Picture, changed: Callable[[str | None], None]) -> None:
    """The times shown move also while nothing happens."""
    trouble: str | None = None

    def heard(text: str | None) -> None:
        nonlocal trouble
        trouble = text
        changed(text)

    async def tick() -> None:
        while True:
            await asyncio.sleep(1.0)
            changed(trouble)

    await asyncio.gather(follow(client, picture, heard), tick())


def draw(picture: Picture, trouble: str | None, now_utc_s: float) -> RenderableType:
    parts: list[RenderableType] = [_system(picture, trouble)]
    if picture.seq is not None:
        parts += [*_queues(picture, now_utc_s), _runs(picture), _agents(picture, now_utc_s), _calls(picture, now_utc_s)]
    parts.append(Text("Ctrl-C ends", style="dim"))
    return Group(*parts)


def _system(picture: Picture, trouble: str | None) -> Text:
    if trouble is not None:
        return Text(trouble, style="red")
    system = next(iter(picture.views("system")), None)
    if system is None:
        return Text("waiting for the first snapshot", style="dim")
    trunks = ", ".join(f"{name} {up}/{capacity}" for name, (up, capacity) in system["trunks"].items())
    pbx, store = ("up" if system[key] else "DOWN" for key in ("pbx_up", "store_up"))
    style = "" if system["pbx_up"] and system["store_up"] else "red"
    return Text(
        f"PBX {pbx} · database {store} · calls up {system['calls_up']} · trunks {trunks or 'none'}", style=style
    )


def _queues(picture: Picture, now_utc_s: float) -> list[RenderableType]:
    """Nothing where there are none."""
    queues = sorted(picture.views("queues"), key=lambda q: (-q["waiting_count"], q["name"]))[:ROWS_MAX]
    if not queues:
        return []
    table = _table("Queues", "name", "waiting", "longest", "level", "free", "there", "came", "answered", "gave up")
    for queue in queues:
        name = f"{queue['name']} (closed: {queue['closed']})" if queue["closed"] else queue["name"]
        since = queue["longest_since_utc_s"]
        longest = clock_time(max(0.0, now_utc_s - since)) if since is not None else None
        level = f"{queue['levels'][0] * 100:.0f} %" if queue["levels"][0] is not None else None
        counts = (queue[key] for key in ("agents_free", "agents_logged", "entered", "answered", "abandoned"))
        table.add_row(*(shown(cell) for cell in (name, queue["waiting_count"], longest, level, *counts)))
    return [table]


def _runs(picture: Picture) -> RenderableType:
    """The reasons stand below the table: in a column they would be broken into pieces."""
    table = _table("Runs", "campaign", "state", "placed", "answered", "dialing", "waiting", "talking")
    reasons: list[RenderableType] = []
    for run in sorted(picture.views("runs"), key=lambda r: (r["priority"], r["run_id"]))[:ROWS_MAX]:
        columns = ("name", "state", "placed", "answered", "dialing", "waiting", "talking")
        table.add_row(*(shown(run[column]) for column in columns))
        if run["why"]:
            reasons.append(Text(f"{run['name']}: {run['why']}", style="dim"))
    return Group(table, *reasons)


def _agents(picture: Picture, now_utc_s: float) -> Table:
    table = _table("Agents", "name", "state", "for", "phone", "handled", "talked")
    for agent in sorted(picture.views("agents"), key=lambda a: (a["state"] == "offline", a["name"]))[:ROWS_MAX]:
        state = f"{agent['state']} ({agent['reason']})" if agent["reason"] else agent["state"]
        since = clock_time(max(0.0, now_utc_s - agent["since_utc_s"]))
        talked = clock_time(agent["talk_s"])
        table.add_row(shown(agent["name"]), shown(state), since, agent["phone"], str(agent["handled"]), talked)
    return table


def _calls(picture: Picture, now_utc_s: float) -> Table:
    table = _table("Calls", "number", "name", "state", "for", "attempt", "agent")
    names = {agent["agent_id"]: agent["name"] for agent in picture.views("agents")}
    calls = sorted(picture.views("calls"), key=lambda c: c["placed_utc_s"])
    for call in calls[:ROWS_MAX]:
        since = clock_time(max(0.0, now_utc_s - (call["answered_utc_s"] or call["placed_utc_s"])))
        agent = names.get(call["agent_id"])
        name = call["caller"]["shown"] if call.get("caller") else call["contact_name"]
        cells = (call["number"], name, call["state"], since, call["attempt_no"], agent)
        table.add_row(*(shown(cell) for cell in cells))
    if len(calls) > ROWS_MAX:
        table.caption = f"and {len(calls) - ROWS_MAX} more"
    return table


def _table(title: str, *headings: str) -> Table:
    return Table(*headings, title=title, title_justify="left", expand=True)
