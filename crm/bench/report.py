"""Figures as they are measured, and the page that keeps them."""

from __future__ import annotations

import json
import platform
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

HEAD = """# Benchmarks

`make bench` measures on databases of its own and writes the sections that begin with the engine's name; the
others say by what they were measured. Ratios matter more than seconds. `python -m crm.bench --keep` leaves
the filled bases on the server, and the next time measures a copy of them.
"""


@dataclass(frozen=True)
class Figure:
    """One line: what was measured, the figure as it is read, what it should be.

    `value` is what ratios between bases are made of, in whatever unit the figure names.
    """

    what: str
    figure: str
    aim: str = ""
    value: float | None = None


@dataclass
class Report:
    """Figures, collected while measuring."""

    figures: list[Figure] = field(default_factory=list)

    def add(self, what: str, figure: str, aim: str = "", value: float | None = None) -> None:
        """Show a figure at once (standard output is for `print_json`) and keep it."""
        print(f"{what:<70} {figure:>18}  {aim}", flush=True, file=sys.stderr)
        self.figures.append(Figure(what, figure, aim, value))

    @contextmanager
    def timed(self, what: str, aim: str = "") -> Iterator[None]:
        """Time a block in seconds."""
        start = time.perf_counter()
        yield
        seconds = time.perf_counter() - start
        self.add(what, f"{seconds:.1f} s", aim, seconds)

    def print_json(self) -> None:
        """Print everything on one line, for the process that asked."""
        print(json.dumps([asdict(figure) for figure in self.figures]))

    @classmethod
    def from_json(cls, text: str) -> Report:
        """Read what `print_json` printed."""
        return cls([Figure(**values) for values in json.loads(text)])


def table_of(report: Report) -> list[str]:
    """Return the lines of a Markdown table."""
    rows = [f"| {row.what} | {row.figure} | {row.aim} |" for row in report.figures]
    return ["| what | measured | aim |", "|---|---|---|", *rows]


def compared(reports: Mapping[int, Report]) -> list[str]:
    """Return a table of what was measured at several sizes, with the ratio of the largest to the smallest."""
    sizes = sorted(reports)
    known = {size: {row.what: row for row in reports[size].figures} for size in sizes}
    lines = [
        f"| what | {' | '.join(f'{size:,} customers' for size in sizes)} | ratio | aim |",
        f"|---|{'---|' * len(sizes)}---|---|",
    ]
    for row in reports[sizes[-1]].figures:
        same = [known[size].get(row.what) for size in sizes]
        shown = " | ".join(other.figure if other else "" for other in same)
        low = same[0].value if same[0] else None
        ratio = f"{row.value / low:.1f}" if row.value and low and len(sizes) > 1 else ""
        lines.append(f"| {row.what} | {shown} | {ratio} | {row.aim} |")
    return lines


def write_section(output: Path, title: str, lines: list[str], *, on: date) -> None:
    """Replace the section of that title, or put it at the end; what else was measured stays."""
    found = output.read_text().split("\n## ")[1:] if output.exists() else []
    parts = {text.partition("\n")[0].rpartition(", ")[0]: text.rstrip() for text in found}
    machine = f"Python {platform.python_version()} on {platform.machine()}."
    parts[title] = "\n".join([f"{title}, {on.isoformat()}", "", machine, "", *lines])
    output.write_text(HEAD + "".join(f"\n## {text}\n" for text in parts.values()))
