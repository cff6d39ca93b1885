"""`busyhour plan`: what other numbers of agents, dial modes or limits would do to a campaign."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from busyhour.cli import campaigns
from busyhour.cli.client import Client, connect
from busyhour.cli.progress import Progress
from busyhour.cli.screen import Trouble, err, out, print_json, print_table
from busyhour.cli.words import names, numbers
from busyhour.core.model.values import DialMode

AGENTS_MOST = 500  # as the server has it
REPLY_MAX_S = 90.0  # the server itself ends after a minute
MODES = (DialMode.PREDICTIVE, DialMode.RATIO, DialMode.PROGRESSIVE)
COLUMNS = (
    "agents",
    "mode",
    "limit %",
    "busy %",
    "wait s",
    "abandoned %",
    "agent in 2 s %",
    "calls/h",
    "dials/h",
)


def plan(
    campaign: Annotated[
        str | None, typer.Argument(metavar="[CAMPAIGN]", help="By name or number: what its calls have taught is taken.")
    ] = None,
    *,
    agents: Annotated[str, typer.Option(metavar="N,..", help="Else around what the campaign has.")] = "",
    modes: Annotated[str, typer.Option(metavar="MODE,..", help=f"Of: {', '.join(MODES)}.")] = "predictive,progressive",
    limits: Annotated[str, typer.Option(metavar="%,..", help="Abandoned calls at most; else the campaign's.")] = "",
    p: Annotated[
        float | None, typer.Option("--p", min=0.01, max=1, help="Share of dials answered by a person.")
    ] = None,
    talk: Annotated[float | None, typer.Option(help="Mean conversation, seconds.")] = None,
    wrap: Annotated[float | None, typer.Option(help="Mean wrap-up, seconds.")] = None,
    ring: Annotated[float | None, typer.Option(help="Mean ringing until an answer, seconds.")] = None,
    ratio: Annotated[float, typer.Option(help="Calls for each free agent, in mode ratio.")] = 2.0,
    lines: Annotated[int, typer.Option(min=0, help="Calls at once; 0 = no limit.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """What if: how busy agents would be, how long they wait, how many callees are abandoned."""
    chosen = names(modes, MODES, "mode")
    if campaign is None and p is None:
        raise Trouble("Name a campaign that has made calls, or give the share of dials that people answer, as --p 0.2.")
    client = connect()
    asked: dict[str, Any] = {
        "campaign_id": campaigns.find(client, campaign)["campaign"]["campaign_id"] if campaign else None,
        "answer_chance": p,
        "talk_s": talk,
        "wrap_s": wrap,
        "ring_s": ring,
        "modes": chosen,
        "limits": [each / 100 for each in numbers(limits, "--limits", float, 0.1, 20.0)],
        "ratio": ratio,
        "lines": lines,
    }
    found = _made(client, asked, numbers(agents, "--agents", int, 1, AGENTS_MOST))
    if json:
        print_json(found)
    else:
        _show(found)


def _made(client: Client, asked: dict[str, Any], agents: Sequence[int]) -> dict[str, Any]:
    """One question for each number of agents, so that it can be seen how far it is."""
    with Progress(err).step("plan") as step:
        if not agents:
            return dict(client.post("/api/plan", asked, reply_max_s=REPLY_MAX_S))
        plans = []
        for done, n in enumerate(agents):
            step.note(f"{n} agents")
            step.advance(done, len(agents))
            plans.append(client.post("/api/plan", asked | {"agents": [n]}, reply_max_s=REPLY_MAX_S))
        found: dict[str, Any] = plans[0]
        points = [point for plan in plans for point in plan["points"]]
        return found | {"points": points, "missing": sum(plan["missing"] for plan in plans)}


def _show(found: dict[str, Any]) -> None:
    means = found["means"]
    where = f"learned from “{found['name']}”" if found["learned"] else "as given"
    title = (
        f"{100 * means['answer_chance']:.0f} % answered after {means['ring_s']:.0f} s, {means['talk_s']:.0f} s talk, "
        f"{means['wrap_s']:.0f} s wrap-up ({where})"
    )
    print_table(title, COLUMNS, [_line(point) for point in found["points"]], spare=("dials/h", "agent in 2 s %"))
    out.print("Wait: an agent's for the next conversation. Calls and dials: of each agent, in an hour.", markup=False)
    if found["missing"]:
        out.print(f"{found['missing']} are missing: there was no time for them. Ask for fewer at once.", markup=False)


def _line(point: Any) -> tuple[object, ...]:
    return (
        point["agents"],
        point["mode"],
        f"{100 * point['limit']:g}",
        f"{100 * point['utilisation']:.1f}",
        f"{point['wait_s']:.0f}",
        f"{100 * point['abandonment']:.2f}",
        f"{100 * point['prompt']:.1f}",
        f"{point['calls_per_agent_hour']:.1f}",
        f"{point['dials_per_agent_hour']:.0f}",
    )
