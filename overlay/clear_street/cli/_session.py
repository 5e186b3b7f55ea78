"""One run of a command: its settings, the client, what is asked, and what is written.

A command reaches the service through `Session.client`, which is read-only, and `Session.change`. The latter alone can
change something, only for a command that says so, only once a person (or ``--yes``) has agreed, and never in a dry run.
"""

from __future__ import annotations

import io
import os
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from . import _time
from ._exit import Exit, Problem
from ._read import account_number, time_of_day
from ._table import layout, pack, table, wrap
from ._text import clean, compact_json, csv_lines, pretty_json
from ._world import NARROWEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date, time
    from pathlib import Path
    from typing import TextIO
    from zoneinfo import ZoneInfo

    from .._client import ClearStreet
    from .._option_symbol import OptionSymbol
    from ..market import Market
    from ..types.v1 import Position, PositionInstruction
    from ._table import Column, Table
    from ._world import World

T = TypeVar("T")
R = TypeVar("R")

WAIT = 300.0
"""Seconds to wait for an instruction, where nothing is said."""
ASIDE = 5.0
"""Seconds for what is good to know, and not needed."""
ENDLESS = 1_000_000
LABEL = 13
"""Columns before the value of a fact that is agreed to."""
ANSWER = 8
"""Columns for what is typed at a prompt."""
PASTED = "  clear-street "
"""How a line begins that is a command to be pasted."""


class _ShownOnly(Exception):
    """Stops a request of a dry run, once it is shown."""


class Session:
    """One run of a command."""

    def __init__(self, command: str, options: Mapping[str, Any], world: World, *, changes: bool = False) -> None:
        self.command = command
        self.changes = changes
        self.options = options
        self.world = world
        self.looks: tuple[str, ...] = ()
        """The words of the command that tells what came of a change whose outcome is unknown, where it has no keys."""
        self._client: ClearStreet | None = None
        self.cutoff: _time.Cutoff | None = None
        """The time past which nothing that changes something is to be sent."""
        self._time: _time.ServiceTime | None = None
        self._markets: dict[date, Market] = {}
        self.has_changed: bool = False
        """Whether something was changed: what goes wrong after that does not undo it."""
        self.unknown: tuple[str, ...] = ()
        """The keys of what was sent and is unknown: however the run ends, that is what it has to tell."""
        self.is_interrupted = False
        """Whether a person has stopped it in the middle, and it goes on to tell what is known."""
        self._has_agreed = False
        self._is_stdout_gone = False

    # --- Settings ---

    @property
    def account(self) -> int:
        """The account's number."""
        given = self.options.get("account")
        if given is not None:
            return int(given)
        text = os.environ.get("CLEAR_STREET_ACCOUNT")
        if not text:
            raise Problem("Which account? Give --account N, or set CLEAR_STREET_ACCOUNT.")
        try:
            return account_number(text)
        except ValueError as error:
            raise Problem(f"CLEAR_STREET_ACCOUNT: {error}") from None

    @property
    def is_dry_run(self) -> bool:
        """Whether nothing may be changed."""
        return bool(self.options.get("dry_run"))

    @property
    def wait_seconds(self) -> float:
        """How long to wait for an instruction."""
        return float(self.options.get("deadline") or WAIT)

    @property
    def format(self) -> str:
        """How results are written."""
        return str(self.options.get("output") or "table")

    @property
    def zone(self) -> ZoneInfo:
        """The zone that times are shown in."""
        return _time.zone("UTC") if self.options.get("utc") else _time.new_york()

    @property
    def journal(self) -> Path:
        """The file in which each request is written down before it is sent."""
        from pathlib import Path

        from . import _key

        given = self.options.get("journal")
        return Path(given) if given else _key.folder(os.environ, "STATE") / "journal.jsonl"

    def again(self, *words: str) -> str:
        """A command line that reaches the same account at the same address, to be pasted."""
        import shlex

        given: list[str] = []
        for name in ("account", "env", "base_url"):
            if self.options.get(name) is not None:
                given += [f"--{name.replace('_', '-')}", str(self.options[name])]
        return shlex.join(["clear-street", *words, *given])

    # --- The service ---

    def where(self) -> list[str]:
        """Which account it is about, and at which address; what a person has to see before he agrees."""
        from .._config.settings import ENVIRONMENTS

        url = self.client.base_url
        name = next((name for name, address in ENVIRONMENTS.items() if address == url), "")
        facts = [f"account      {self.account}   {clean(url)}{f'   {name.upper()}' if name else ''}"]
        if self.cutoff is not None:
            left = "passed" if self.cutoff.is_past else f"in {_time.span(self.cutoff.left)}"
            facts.append(f"not after    {self.cutoff} by the service's clock: {left}")
        return facts

    @property
    def market(self) -> Market:
        """The days of the market, with the cut-off that the environment says."""
        from ..market import Market

        text = os.environ.get(_time.CUTOFF)
        try:
            return Market(cutoff=time_of_day(text) if text else None)
        except ValueError as error:
            raise Problem(f"{_time.CUTOFF}: {error}") from None

    @property
    def today(self) -> date:
        """The day in New York, by the service's clock."""
        return self.market.today(self.service_now())

    def market_on(self, day: date) -> Market:
        """The market, with what the service's calendar says of a day and of those up to the next trading day.

        Where the calendar cannot be read, it says so and goes on: minutes before a cut-off nobody should wait for it.
        """
        from ..errors import ClearStreetError

        if day not in self._markets:
            market = self.market
            try:
                rows = self.aside.v1.calendar.get_market_hours_calendar(date=day, market="us_options").data
                self._markets[day] = market.with_hours(*(rows or ()))
            except ClearStreetError as error:
                self._markets[day] = market
                self.tell(f"The calendar could not be read, so an early close would not be known: {clean(error)}")
        return self._markets[day]

    @property
    def aside(self) -> ClearStreet:
        """The client, for what is good to know and not needed: it does not take long."""
        return self.client.with_options(max_retries=0, deadline=ASIDE)

    def cutoff_on(self, day: date, given: time | None) -> datetime | None:
        """The cut-off of a day: a time of it that was given, or else the environment's; None without either."""
        if given is not None:
            return datetime.combine(day, given, _time.new_york())
        return None if self.market.cutoff is None else self.market_on(day).cutoff_at(day)

    def keep_cutoff(self, contracts: Iterable[OptionSymbol | None] = ()) -> bool:
        """Take the time past which nothing is to be sent from ``--not-after`` or, for what expires today, from the
        environment. Whether the latter has passed, so that a person has to agree to be late.
        """
        given: time | None = self.options.get("not_after")
        if given is None and (self.market.cutoff is None or not contracts):
            return False
        now, today = self.service_now(), self.today
        if given is None and not any(
            each is not None and self.market_on(today).last_day(each) == today for each in contracts
        ):
            return False
        moment = self.cutoff_on(today, given)
        self.cutoff = None if moment is None else _time.Cutoff(moment, moment - now)
        return given is None and self.cutoff is not None and self.cutoff.is_past

    def not_after(self) -> datetime | None:
        """The cut-off by this machine's clock, for calls."""
        return None if self.cutoff is None else self.service_time.here(self.cutoff.moment)

    @property
    def client(self) -> ClearStreet:
        """The client, which can read and nothing else."""
        if self._client is not None:
            return self._client
        from . import _key

        return self.open(_key.find_key(os.environ).secret.reveal)

    def open(self, api_key: str | Callable[[], str]) -> ClearStreet:
        """Make the client, with another key than the one that is found."""
        arguments: dict[str, Any] = {"api_key": api_key, "read_only": True}
        for name, option in (
            ("environment", "env"),
            ("base_url", "base_url"),
            ("timeout", "timeout"),
            ("deadline", "deadline"),
            ("max_retries", "max_retries"),
        ):
            if self.options.get(option) is not None:
                arguments[name] = self.options[option]
        if level := int(self.options.get("verbose") or 0):
            from .._logging import log_to_stderr

            log_to_stderr("info" if level == 1 else "debug")
        self._client = self.world.connect(**arguments)
        return self._client

    def close(self) -> None:
        """Give up the connections."""
        if self._client is not None:
            self._client.close()

    def change(self, call: Callable[[ClearStreet], T]) -> T | None:
        """Make a changing call; None where it is a dry run, in which its request is shown and not sent."""
        from ._journal import shown, write_down

        url, for_people = self.client.base_url, self.format == "table"
        if self.is_dry_run:

            def stop(_: tuple[str, ...], request: Any) -> None:
                self._stop(shown(url, request, for_people=for_people))

            try:
                # Twice: the hook stops it before anything is sent, and what is read-only would not send it.
                return call(self.client.with_options(on_intent=stop))
            except _ShownOnly:
                return None
        if not (self.changes and self._has_agreed):
            raise AssertionError(f"{self.command} changes something that nobody has agreed to")

        def note(keys: tuple[str, ...], request: Any) -> None:
            write_down(self.journal, self.world.now(), url, keys, request)

        came = call(self.client.with_options(read_only=False, on_intent=note))
        self.has_changed = True
        return came

    def _stop(self, request: str) -> NoReturn:
        """Show a request, and let nothing of it be sent."""
        if self.format == "table":
            self.tell("DRY RUN: nothing is sent. The request would be:")
        self.write(request)
        raise _ShownOnly

    @property
    def service_time(self) -> _time.ServiceTime:
        """The service's clock. Asks for its version, once."""
        if self._time is None:
            before = self.world.now()
            raw = self.client.v1.version.with_raw_response.get_version()
            after = self.world.now()
            self._time = _time.service_time(raw.headers.get("date"), before, after)
        return self._time

    def service_now(self) -> datetime:
        """The moment by the service's clock, at the latest."""
        return self.service_time.at(self.world.now())

    def positions(self, **arguments: Any) -> list[Position]:
        """Every position of the account."""
        found: list[Position] = []
        pages = self.client.v1.positions.iter_positions(self.account, **arguments).pages()

        def steps() -> Iterator[tuple[int, int]]:
            for page in pages:
                found.extend(page.data or ())
                yield len(found), (page.metadata and page.metadata.total_items) or len(found)

        self.follow("positions", steps())
        return found

    def instructions(self) -> list[PositionInstruction]:
        """Every instruction of the account."""
        return list(self.client.v1.positions.get_position_instructions(self.account).data or ())

    # --- Asking ---

    def agree(self, facts: Sequence[str], question: str, *, typed: str | None = None, given: str | None = None) -> None:
        """Show what is about to be done and ask. `Problem` unless a person agrees, or ``--yes`` was given.

        With `typed` that word has to be typed, and ``--yes`` does not do; `given` stands for it where an option has it.
        """
        for fact in facts:
            label, value = fact[:LABEL], fact[LABEL:]
            for line in wrap(value, self._columns(sys.stderr) - LABEL - 2):
                sys.stderr.write(f"  {label}{line}\n")
                label = " " * LABEL
        if self.is_dry_run:
            return
        if given is not None and given != typed:
            raise Problem("That is not the account of these positions; nothing was sent.", Exit.USAGE)
        if given is None and (typed is not None or not self.options.get("yes")):
            if not self.world.is_terminal(sys.stdin):
                remedy = "" if typed is not None else ", and --yes was not given"
                raise Problem(f"There is no terminal to ask at{remedy}. Nothing was sent.")
            prompt = wrap(
                f"{question}:" if typed is not None else f"{question} [y/N]:", self._columns(sys.stderr) - ANSWER
            )
            sys.stderr.write("{} ".format("\n".join(prompt)))
            sys.stderr.flush()
            answer = sys.stdin.readline().strip()
            if answer.lower() not in (("y", "yes") if typed is None else (typed.lower(),)):
                raise Problem("Nothing was sent.", Exit.DECLINED)
        self._has_agreed = True

    def agree_in_time(self, contracts: Iterable[OptionSymbol | None], facts: Sequence[str], question: str) -> None:
        """Ask; where the cut-off of what expires today has passed, a person has to type that it is late."""
        is_late = self.keep_cutoff(list(contracts))
        facts = [*self.where(), *facts]
        if is_late:
            self.cutoff = None
            late = f"The cut-off has passed. Type {_time.LATE!r} to send it all the same"
            self.agree(facts, late, typed=_time.LATE)
        else:
            self.agree(facts, question)

    # --- Writing ---

    @property
    def _room(self) -> int | None:
        """How many columns there are for results; None for any number."""
        return self._columns(sys.stdout) if self.world.is_terminal(sys.stdout) else None

    def _columns(self, stream: TextIO) -> int:
        return max(NARROWEST, self.world.columns()) if self.world.is_terminal(stream) else ENDLESS

    @property
    def is_colourful(self) -> bool:
        """Whether results may have colours."""
        if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
            return False
        return bool(os.environ.get("FORCE_COLOR")) or self.world.is_terminal(sys.stdout)

    @property
    def can_redraw(self) -> bool:
        """Whether what stands on the terminal can be written over."""
        return self.world.is_terminal(sys.stdout) and os.environ.get("TERM") != "dumb"

    def write(self, text: str) -> None:
        """Write to standard output. A reader that went away is no failure: what was done is still to be told."""
        if self._is_stdout_gone:
            return
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except BrokenPipeError:
            self._is_stdout_gone = True
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def tell(self, line: str) -> None:
        """Write a line for people to standard error: over several on a terminal that is narrower.

        A command to be pasted stays in one piece, which the terminal itself wraps.
        """
        text = line.lstrip(" ")
        before = line[: len(line) - len(text)]
        lines = [text] if line.startswith(PASTED) else wrap(text, self._columns(sys.stderr) - 2 * len(before))
        # What is set in goes on further in.
        sys.stderr.write("".join(f"{before * (1 if each is lines[0] else 2)}{each}\n" for each in lines))

    def tell_error(self, error: BaseException, code: Exit) -> None:
        """Write an error to standard error: for programs, as a line of JSON."""
        if self.format == "table":
            self.tell(clean(error))
        else:
            sys.stderr.write(f"{compact_json(error_record(error, code))}\n")

    def say(self, pieces: Sequence[str], gap: str = "  ") -> None:
        """Write pieces to standard output, as many on a line as fit."""
        self.write("".join(f"{line}\n" for line in pack(pieces, gap, self._room)))

    def show(self, columns: Sequence[Column[R]], rows: Sequence[R], *, records: Iterable[Mapping[str, Any]]) -> None:
        """Write results: `rows` as a table, `records` as JSON or CSV."""
        if self.format == "table":
            if rows:
                self.draw(table(columns, rows))
            else:
                self.tell("There are none.")
            return
        listed = list(records)
        if self.format == "json":
            self.write(f"{pretty_json(listed)}\n")
        elif self.format == "jsonl":
            for record in listed:
                self.write(f"{compact_json(record)}\n")
        else:
            names = list(dict.fromkeys(name for record in listed for name in record))
            self.write(csv_lines([names, *([record.get(name) for name in names] for record in listed)]))

    def draw(self, shown: Table) -> None:
        """Write a table that fits."""
        laid = layout(shown, self._room)
        self.draw_lines(laid.lines)
        if laid.dropped:
            self.tell(not_shown(laid.dropped))

    def draw_lines(self, lines: Sequence[Sequence[tuple[str, str]]]) -> None:
        """Write lines, with colours where there may be any."""
        if self.is_colourful and not self._is_stdout_gone:
            from ._screen import draw

            with io.StringIO() as drawn:
                draw(drawn, lines)
                self.write(drawn.getvalue())
        else:
            self.write("".join(f"{''.join(text for text, _ in line)}\n" for line in lines))

    def follow(self, what: str, steps: Iterator[tuple[int, int]]) -> None:
        """Go through `steps`, which give how many are done of how many, with a bar from the second on."""
        done, total = next(steps, (0, 0))
        if done >= total or not self.world.is_terminal(sys.stderr) or os.environ.get("TERM") == "dumb":
            for _ in steps:
                pass
            return
        from ._screen import counted

        for _ in counted(sys.stderr, what, steps, is_colourful=self.is_colourful):
            pass


def not_shown(titles: Sequence[str]) -> str:
    """Say which columns of a table there was no room for."""
    return f"not shown: {', '.join(titles)} (-o csv has all)"


def candidate_ids(error: BaseException) -> list[str]:
    """The ids of rows that may be the effect of what is unknown."""
    return [clean(row.id) for row in getattr(error, "candidates", ())]


def error_record(error: BaseException, code: Exit) -> dict[str, Any]:
    """What is told of an error to a program."""
    return {
        "error": type(error).__name__,
        "message": clean(error),
        "exit_code": int(code),
        "outcome_unknown": bool(getattr(error, "outcome_unknown", False)),
        "outcomes": dict(getattr(error, "outcomes", {})),
        "candidates": candidate_ids(error),
        "request_id": getattr(error, "request_id", None),
    }
