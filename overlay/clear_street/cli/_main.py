"""The commands as click's objects, and what becomes of an error: the one module that knows click."""

from __future__ import annotations

import contextlib
import io
import sys
from typing import TYPE_CHECKING, Any

import click

from ._command import Argument, Command, Option, function
from ._commands import CHANGING, COMMANDS, COMMON, GROUPS
from ._exit import Exit, Problem, of_error
from ._world import NARROWEST, World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from click.shell_completion import CompletionItem

    from ._session import Session


NAME = "clear-street"
COMPLETE_VARIABLE = "_CLEAR_STREET_COMPLETE"
ABOUT = """Look at an account at Clear Street and act on it.

Options of every command may stand before or after it. The exit status says what
came of a run: see `clear-street help exit-codes`.
"""
COMPLETION_SECONDS = 0.8
HELP_WIDTH = 100


class _Read(click.ParamType[Any]):
    """A value that a function of ours reads."""

    def __init__(self, name: str, read: Callable[[str], Any]) -> None:
        self.name = name
        self._read = read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The value of a text; a usage error where it has none."""
        try:
            return self._read(value) if isinstance(value, str) else value
        except ValueError as error:
            self.fail(str(error), param, ctx)


class _Common:
    """What groups and commands share: the options that may stand before and after a command's words."""

    params: list[click.Parameter]

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Its own, and the common ones."""
        own: list[click.Parameter] = super().get_params(ctx)  # type: ignore[misc]
        return [*own, *_COMMON]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Its own options first."""
        own: list[click.Parameter] = [*self.params, *filter(None, [self.get_help_option(ctx)])]  # type: ignore[attr-defined]
        for title, some in (("Options", own), ("Options of every command", _COMMON)):
            rows = [param.get_help_record(ctx) for param in some if isinstance(param, click.Option)]
            with formatter.section(title):
                formatter.write_dl([row for row in rows if row], col_max=30 if formatter.width > 60 else 12)
        if isinstance(self, click.Group):
            with formatter.section("Commands"):
                # click's own would cut these lines off.
                lines = [(name, each.get_short_help_str(HELP_WIDTH)) for name, each in sorted(self.commands.items())]
                formatter.write_dl(lines)


class _Leaf(_Common, click.Command):
    """A command. Its options are made when it is the one that is run or told of: it is one of many."""

    def __init__(self, name: str, command: Command) -> None:
        super().__init__(name, help=command.help, callback=_callback(command))
        self._command = command

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Its own, and the common ones."""
        if not self.params:
            command = self._command
            self.params = [_parameter(taken) for taken in (*command.takes, *(CHANGING if command.changes else ()))]
        return super().get_params(ctx)


class _Branch(_Common, click.Group):
    """A group of commands."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first word names; where it names none, those that are spelt nearly so."""
        if args[0] not in self.commands and not ctx.resilient_parsing:
            import difflib

            if near := difflib.get_close_matches(args[0], self.commands, 3):
                ctx.fail(f"No such command {args[0]!r}. Did you mean {' or '.join(near)}?")
        return super().resolve_command(ctx, args)


def _remember(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    """Keep a common option that was given; what stands further right wins."""
    name = str(param.name)
    if ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
        ctx.meta[f"{__name__}.{name}"] = value


def _parameter(taken: Argument | Option, *, is_common: bool = False) -> click.Parameter:
    shared: dict[str, Any] = {}
    if taken.read is not None:
        shared["type"] = _Read(taken.metavar or "", taken.read)
    if taken.completes:
        shared["shell_complete"] = _completer(taken.completes)
    if taken.choices:
        shared["type"] = click.Choice(taken.choices, case_sensitive=False)
        # click's own would offer them in small letters.
        shared["shell_complete"] = _chooser(taken.choices)
    if not isinstance(taken, Option):
        count = -1 if taken.is_many else 1
        return click.Argument([taken.name], metavar=taken.metavar, nargs=count, required=taken.is_required, **shared)
    if is_common:
        shared.update(expose_value=False, callback=_remember)
    return click.Option(
        taken.flags,
        help=taken.help,
        metavar="|".join(taken.choices) if 0 < len(taken.choices) < 5 else taken.metavar,
        is_flag=taken.metavar is None and not taken.is_count,
        count=taken.is_count,
        multiple=taken.is_many,
        default=taken.default,
        show_default=bool(taken.default),
        **shared,
    )


def _options(ctx: click.Context) -> dict[str, Any]:
    """The common options that were given, wherever they stood."""
    start = f"{__name__}."
    return {name.removeprefix(start): value for name, value in ctx.meta.items() if name.startswith(start)}


def _completer(
    completes: str,
) -> Callable[[click.Context, click.Parameter, str], list[str | CompletionItem]]:
    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str | CompletionItem]:
        from ._session import Session

        # A shell waits for this at each TAB: it is quick, or there is nothing to offer.
        options = {**_options(ctx), "timeout": COMPLETION_SECONDS, "deadline": COMPLETION_SECONDS, "max_retries": 0}
        with contextlib.suppress(Exception), contextlib.closing(Session("completion", options, _world(ctx))) as session:
            return _begun(function(completes)(session), incomplete)
        return []

    return complete


def _chooser(choices: Sequence[str]) -> Callable[[click.Context, click.Parameter, str], list[str | CompletionItem]]:
    return lambda ctx, param, incomplete: _begun(choices, incomplete)


def _begun(offered: Sequence[str], incomplete: str) -> list[str | CompletionItem]:
    return [text for text in offered if text.lower().startswith(incomplete.lower())]


def _world(ctx: click.Context) -> World:
    return ctx.find_object(World) or World()


def _callback(command: Command) -> Callable[..., Exit]:
    own = [taken.name for taken in command.takes]

    def callback(**values: Any) -> Exit:
        from ._session import Session

        ctx = click.get_current_context()
        # What a changing command takes besides is a setting of the session, too.
        settings = {name: value for name, value in values.items() if value is not None}
        options = {**settings, **_options(ctx)}
        with contextlib.closing(Session(command.name, options, _world(ctx), changes=command.changes)) as session:
            try:
                return Exit(function(command.run)(session, **{name: values[name] for name in own}))
            except (Exception, KeyboardInterrupt) as error:
                return _ended(session, error)

    return callback


def _ended(session: Session, error: BaseException) -> Exit:
    """Tell what a run ended in; its exit status."""
    from ..errors import ClearStreetError

    code = Exit.UNKNOWN if session.unknown else of_error(error)
    if session.has_changed and code in (Exit.DECLINED, Exit.USAGE, Exit.NOT_SENT):
        session.tell("What was asked for was sent, and the service has it. After that it went wrong:")
        code = Exit.UNSETTLED
    if session.format != "table":
        session.tell_error(error, code)
    else:
        for line in _lines(session, error, code):
            session.tell(line)
    is_bug = isinstance(error, Exception) and not isinstance(error, Problem | ClearStreetError)
    if is_bug and session.options.get("verbose"):
        import traceback

        traceback.print_exc(file=sys.stderr)
    return code


def _lines(session: Session, error: BaseException, code: Exit) -> Iterator[str]:
    from ..errors import ClearStreetError
    from ._session import candidate_ids
    from ._text import clean

    unknown = [key for key, what in getattr(error, "outcomes", {}).items() if what == "unknown"]
    unknown = unknown or list(getattr(error, "idempotency_keys", ())) or list(session.unknown)
    if code is Exit.UNKNOWN:
        # What follows in the error's own words is for programs that call the client; here it is a command to paste.
        what = clean(error).partition(". OUTCOME UNKNOWN: ")[0]
        yield f"OUTCOME UNKNOWN  {what or 'it was interrupted after it may have been sent'}"
        yield "It may have happened. Do not send it again before you have looked:"
        yield f"  {session.again(*(('instructions', 'find', *unknown) if unknown else session.looks))}"
        if candidates := candidate_ids(error):
            yield f"What may be its effect has appeared since: {', '.join(candidates)}"
    elif isinstance(error, KeyboardInterrupt):
        yield "Interrupted."
    elif code is Exit.NOT_SENT:
        yield f"Nothing was done: {clean(error)}"
    elif isinstance(error, Problem):
        yield from map(clean, error.message.split("\n"))
    elif not isinstance(error, ClearStreetError):
        yield f"A bug of this program: {type(error).__name__}: {clean(error)} (-v shows where)"
    elif code is Exit.REFUSED:
        yield f"Refused: {clean(error)}"
    else:
        yield clean(error)


_COMMON = [_parameter(option, is_common=True) for option in COMMON]


def completion(session: Session, shell: str) -> Exit:
    """Write what lets a shell complete this program's command lines."""
    from click.shell_completion import BashComplete, FishComplete, ZshComplete

    kind = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}[shell]
    session.write(f"{kind(build(), {}, NAME, COMPLETE_VARIABLE).source()}\n")
    return Exit.DONE


def build(columns: int = 80) -> click.Group:
    """All commands, with help for a terminal of so many columns."""
    width = min(max(columns, NARROWEST), HELP_WIDTH) - 1
    root = _Branch(NAME, help=ABOUT, context_settings={"help_option_names": ["-h", "--help"], "terminal_width": width})
    root.params.append(click.Option(["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_version,
                                    help="Show the version."))  # fmt: skip
    branches: dict[str, click.Group] = {}
    for command in COMMANDS:
        first, _, second = command.name.partition(" ")
        parent: click.Group = root
        if second:
            if first not in branches:
                branches[first] = _Branch(first, help=GROUPS[first])
                root.add_command(branches[first])
            parent = branches[first]
        parent.add_command(_leaf(second or first, command))
    return root


def _leaf(name: str, command: Command) -> click.Command:
    if command.is_passed_on:
        # Its options are another parser's: -h and --help among them.
        rest = click.Argument(["words"], nargs=-1, type=click.UNPROCESSED)
        settings: dict[str, Any] = {"ignore_unknown_options": True, "help_option_names": []}
        return click.Command(
            name, params=[rest], help=command.help, context_settings=settings, callback=_callback(command)
        )
    return _Leaf(name, command)


def _version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from .._version import __version__

        click.echo(f"{NAME} {__version__}")
        ctx.exit()


def run(arguments: Sequence[str], world: World | None = None) -> int:
    """Run a command line; its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Text that the terminal's encoding does not have must not end a run.
            stream.reconfigure(errors="backslashreplace")
    try:
        world = world or World()
        code = build(world.columns()).main(list(arguments), NAME, COMPLETE_VARIABLE, standalone_mode=False, obj=world)
    except click.ClickException as error:
        error.show()
        return int(Exit.USAGE)
    except (click.Abort, KeyboardInterrupt):
        return int(Exit.INTERRUPTED)
    return int(code or 0)


__all__ = ["build", "run"]
