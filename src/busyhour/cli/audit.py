"""`busyhour audit`: who did what, of what is kept for good."""

from typing import Annotated, Any

import typer

from busyhour.cli import words
from busyhour.cli.client import connect
from busyhour.cli.report import parse_time
from busyhour.cli.screen import out, print_json, print_table, short_time
from busyhour.core.model.values import Audited

KINDS = [str(one) for one in Audited]


def audit(
    *,
    what: Annotated[str | None, typer.Option(help="Only this kind, as it is shown: 'run paused'.")] = None,
    since: Annotated[str | None, typer.Option("--from", help="Only from then on: 2026-03-01T09:00.")] = None,
    until: Annotated[str | None, typer.Option(help="Only before then.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Entries shown; the newest first.")] = 50,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Who did what: log-ins, changes of settings, runs that were started or paused. Nothing here is ever changed."""
    if what is not None:
        words.one_of(what, KINDS, "kind")
    filters = {"what": what, "from_utc_s": parse_time(since), "until_utc_s": parse_time(until)}
    page = connect().get("/api/audit", limit=limit, **filters)
    if json:
        print_json({"entries": page["rows"], "cursor": page["cursor"]})
        return
    headings = ("when", "who", "from", "what", "of what", "number", "campaign")
    print_table("Audit log, newest first", headings, [_line(row) for row in page["rows"]], spare=("from", "number"))
    if page["cursor"]:
        out.print("There are more: --limit shows more of them.", markup=False)


def _line(row: Any) -> tuple[object, ...]:
    return (
        short_time(row["at_utc_s"]),
        row["user_name"] or row["agent_name"] or "deleted user",
        row["address"],
        row["what"],
        _subject(row),
        row["number"] or None,
        row["campaign_name"],
    )


def _subject(row: Any) -> str | None:
    """Of a change also what it was and is; of many rows how many."""
    subject, detail = row["subject"], row["detail"]
    if subject is None or detail is None:
        return subject if subject is None else str(subject)
    if detail["rows"] is not None:
        return f"{subject}: {detail['rows']} rows"
    if row["what"] != Audited.CHANGED:
        return str(subject)
    changed = [f"{name}: {value} → {detail['after'].get(name)}" for name, value in detail["before"].items()]
    return "; ".join([str(subject), *changed])
