"""Shows how `busyhour up` gets on: one line for each step, with a bar where the length is known.

On a terminal the current step moves; elsewhere (a log, a service) each step is one plain line when it has ended.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.progress import BarColumn, SpinnerColumn, TaskID, TaskProgressColumn, TextColumn
from rich.progress import Progress as Bars
from rich.table import Table


class Step:
    """A step under way. The work inside calls `advance` and `note` as it likes."""

    def __init__(self, title: str, bars: Bars | None) -> None:
        self.title = title
        self.noted = ""
        self._bars = bars
        self._task: TaskID | None = bars.add_task(escape(title), total=None) if bars else None

    def advance(self, done: float, total: float | None = None) -> None:
        """`done` of `total`, in any unit. Without a total the step only shows that it lives."""
        if self._bars is not None and self._task is not None:
            self._bars.update(self._task, completed=done, total=total)

    def note(self, text: str) -> None:
        """A few words that stay on the step's line, such as what was found."""
        self.noted = text
        if self._bars is not None and self._task is not None:
            self._bars.update(self._task, description=escape(f"{self.title}: {text}"))


class Progress:
    """Handed to the wiring: `with progress.step("database") as step: ...`, and at last `progress.ready(...)`."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        began_s = time.monotonic()
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
        bars = Bars(*columns, console=self._console, transient=True) if self._console.is_terminal else None
        step = Step(title, bars)
        try:
            if bars is not None:
                bars.start()
            yield step
        except BaseException:
            self._end(bars, step, "[red]failed[/]", began_s)
            raise
        self._end(bars, step, "[green]ok[/]", began_s)

    def say(self, text: str) -> None:
        """A line between the steps."""
        self._console.print(escape(text), highlight=False, soft_wrap=True)

    def ready(self, url: str, lines: Sequence[tuple[str, str]] = ()) -> None:
        """All is up. `lines` are what the reader needs now: log-ins, passwords shown once, how to stop."""
        table = Table.grid(padding=(0, 2))
        table.add_row("[bold]Open[/]", f"[bold cyan]{escape(url)}[/]")
        for name, value in lines:
            table.add_row(escape(name), escape(value))
        self._console.print(Panel(table, title="Busyhour is up", expand=False), highlight=False)

    def _end(self, bars: Bars | None, step: Step, mark: str, began_s: float) -> None:
        if bars is not None:
            bars.stop()
        note = f": {step.noted}" if step.noted else ""
        took = f"[dim]{time.monotonic() - began_s:.1f} s[/]"
        self._console.print(f"{mark} {escape(step.title + note)} {took}", highlight=False, soft_wrap=True)
