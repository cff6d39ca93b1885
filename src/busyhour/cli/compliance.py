"""`busyhour compliance`: how the law on abandoned calls was kept, day by day, and as a file that proves it."""

from pathlib import Path
from typing import Annotated, Any

import typer

from busyhour.cli.client import connect
from busyhour.cli.report import Json, filters_of, write_csv
from busyhour.cli.screen import out, print_json, print_table

COLUMNS = (
    "day",
    "campaign",
    "law",
    "dials",
    "answered",
    "abandoned",
    "machines",
    "%",
    "message",
    "95 % met",
    "longest",
    "short rings",
    "opted out",
)


def compliance(
    *,
    campaign: Annotated[str | None, typer.Option(help="Only this campaign, by name or number.")] = None,
    since: Annotated[
        str | None, typer.Option("--from", help="From then on: 2026-03-01. Else the last 31 days.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Before then.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write all columns to this CSV file; - is the screen.")] = None,
    json: Json = False,
) -> None:
    """How the law on abandoned calls was kept: one line for each campaign and day."""
    client = connect()
    filters = filters_of(client, campaign, since, until)
    if csv is not None:
        write_csv(client, csv, filters, path_of_export="/api/compliance/export")
        return
    days = client.get("/api/compliance/days", **filters)
    if json:
        print_json(days)
        return
    print_table("Days, newest first", COLUMNS, [_line(day) for day in days], spare=("law", "message", "95 % met"))
    if any(day["still_open"] for day in days):
        out.print("Calls that are still up are not counted as answered yet.", markup=False)


def _line(day: Any) -> tuple[object, ...]:
    return (
        day["day"],
        day["campaign_name"],
        day["preset"],
        day["dials"],
        day["answered"],
        day["abandoned"],
        day["machines"],
        f"{day['abandoned_share'] * 100:.2f}",
        day["messages"],
        _seconds(day["met_p95_ms"]),
        _seconds(day["met_max_ms"]),
        day["rang_short"],
        day["opted_out"],
    )


def _seconds(ms: int | None) -> str | None:
    return None if ms is None else f"{ms / 1000:.2f} s"
