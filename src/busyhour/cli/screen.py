"""What the command line shows: tables, JSON for programs, and one red line when something is wrong."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table
from typer.core import TyperGroup

from busyhour.service.errors import UserError

out = Console()
err = Console(stderr=True)

WIDE = 10_000  # columns; more than any table needs


class Trouble(Exception):
    """A command cannot be carried out. `text` says what is wrong and what to do next."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class Commands(TyperGroup):
    """The one place where a command's trouble becomes a line and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (Trouble, UserError) as trouble:
            fail(trouble.text)
        except ValidationError as fault:
            fail(settings_trouble(fault))
        raise typer.Exit(1)


def fail(text: str) -> None:
    err.print(f"[red]{escape(text)}[/]", highlight=False, soft_wrap=True)


def settings_trouble(fault: ValidationError) -> str:
    """One line for all wrong settings, under the names that they are set by."""
    faults = [f"{'.'.join(str(part) for part in e['loc']) or 'settings'}: {e['msg']}" for e in fault.errors()]
    return f"A setting is wrong ({'; '.join(faults)}). Change it in the environment (BUSYHOUR_...) or in busyhour.toml."


def print_json(answer: object) -> None:
    """For programs: never wrapped, never colored."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(answer), indent=2).decode() + "\n")


def print_table(
    title: str, headings: Sequence[str], rows: Iterable[Sequence[object]], *, spare: Sequence[str] = ()
) -> None:
    """On a narrow screen, `spare` columns are left out, the first first, until words need not be broken."""
    cells = [[shown(cell) for cell in row] for row in rows]
    if not cells:
        out.print(f"{title}: none yet", highlight=False)
        return
    left_out: list[str] = []
    table = table_of(title, headings, cells, left_out)
    for heading in spare:
        if Measurement.get(out, out.options.update(max_width=WIDE), table).maximum <= out.width:
            break
        left_out.append(heading)
        table = table_of(title, headings, cells, left_out)
    if left_out:
        table.caption = f"Too narrow for: {', '.join(left_out)}. --json has all."
        table.caption_justify = "left"
    out.print(table, highlight=False)


def table_of(title: str, headings: Sequence[str], cells: list[list[str]], left_out: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left")
    columns = [n for n, heading in enumerate(headings) if heading not in left_out]
    for n in columns:
        table.add_column(headings[n], overflow="fold")
    for row in cells:
        table.add_row(*(row[n] for n in columns))
    return table


def shown(cell: object) -> str:
    """A cell as text. What people typed is never read as markup."""
    if cell is None:
        return "-"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return escape(str(cell))


def local_time(utc_s: float | None) -> str:
    if utc_s is None:
        return "-"
    return datetime.fromtimestamp(utc_s, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def short_time(utc_s: float | None) -> str:
    """Only the time for today."""
    if utc_s is None:
        return "-"
    at, now = datetime.fromtimestamp(utc_s, UTC).astimezone(), datetime.now(UTC).astimezone()
    return at.strftime("%H:%M:%S" if at.date() == now.date() else "%Y-%m-%d %H:%M")


def clock_time(length_s: float) -> str:
    minutes, seconds = divmod(int(length_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def print_figures(title: str, figures: Mapping[str, object], *, json: bool) -> None:
    if json:
        print_json(figures)
    else:
        print_table(title, ("what", "figure"), figures.items())
