"""Drawing on a terminal, with rich. What is drawn is worked out elsewhere (`_table`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TextIO

    from rich.console import ConsoleOptions, RenderResult

STYLES = {"": "", "title": "bold", "good": "green", "bad": "bold red", "open": "yellow"}
"""How each style of a piece looks."""
REFRESHES = 4
"""A second."""


def _text(line: Sequence[tuple[str, str]]) -> Text:
    # Text takes what it is given as it is: a "[/red]" in a symbol is no markup.
    return Text.assemble(*((piece, STYLES[style]) for piece, style in line), no_wrap=True, end="")


def _console(stream: TextIO, columns: int | None, *, is_colourful: bool) -> Console:
    return Console(
        file=stream,
        force_terminal=True,
        color_system="auto" if is_colourful else None,
        width=columns,
        highlight=False,
        markup=False,
        emoji=False,
    )


def draw(stream: TextIO, lines: Sequence[Sequence[tuple[str, str]]]) -> None:
    """Write lines with their colours."""
    console = _console(stream, None, is_colourful=True)
    for line in lines:
        console.print(_text(line), soft_wrap=True)


class _Picture:
    """What a live table shows at the moment, as wide and as high as the terminal is then."""

    def __init__(self, lines: Callable[[int, int], Sequence[Sequence[tuple[str, str]]]]) -> None:
        self._lines = lines

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        room = options.height or console.height
        for line in self._lines(options.max_width, room)[:room]:
            yield _text(line)
            yield Text()


def live(
    stream: TextIO, lines: Callable[[int, int], Sequence[Sequence[tuple[str, str]]]], *, is_colourful: bool
) -> Live:
    """A context manager in which what `lines` gives for a width and a height is shown, again and again."""
    # The other screen of the terminal: what was on the first is back at the end, and resizing leaves no mess.
    return Live(
        _Picture(lines),
        console=_console(stream, None, is_colourful=is_colourful),
        screen=True,
        refresh_per_second=REFRESHES,
        redirect_stdout=False,
        redirect_stderr=False,
    )


def counted(stream: TextIO, what: str, steps: Iterator[tuple[int, int]], *, is_colourful: bool) -> Iterator[None]:
    """A bar, for as long as `steps` gives how many are done, and of how many."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=_console(stream, None, is_colourful=is_colourful), transient=True) as progress:
        task = progress.add_task(what, total=None)
        for done, total in steps:
            progress.update(task, completed=done, total=total)
            yield
