"""Command-line application: global options, the commands, exit codes."""

from __future__ import annotations

import functools
import inspect
import sys
from typing import Annotated, Any

import typer

from growthpoles.cli import analyse, produce, studies
from growthpoles.cli.endings import ended, in_its_words
from growthpoles.cli.shared_options import ForceOption, OutsideOption
from growthpoles.errors import GrowthpolesError


def _with_permissions(command: Any) -> Any:
    """Give a command --outside where it takes a study, and --force where it writes; their callbacks keep them.

    What it raises names the options of the command, not the parameters of the functions that it calls.
    """
    signature = inspect.signature(command, eval_str=True)
    added = {name: kind for name, of, kind in _PERMISSIONS if of in signature.parameters}

    @functools.wraps(command)
    def call(**options: Any) -> Any:
        try:
            return command(**{name: value for name, value in options.items() if name not in added})
        except GrowthpolesError as error:
            told = in_its_words(error.args[0], signature.parameters)
            if told is error.args[0]:
                raise
            raise type(error)(told) from error

    call.__annotations__ = {name: each.annotation for name, each in signature.parameters.items()} | added
    more = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=kind)
            for name, kind in added.items()]  # fmt: skip
    call.__signature__ = signature.replace(parameters=[*signature.parameters.values(), *more])  # type: ignore[attr-defined]
    return call


_PERMISSIONS = (("outside", "study", OutsideOption), ("force", "out", ForceOption))
app = typer.Typer(
    name="growthpoles",
    help="Regional innovation ratings, specialisation, spatial tests of the growth-pole idea, and maps.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (produce, analyse, studies):
    module.register(app)
for each in app.registered_commands:
    each.callback = _with_permissions(each.callback)

_debug = False


def _show_version(wanted: bool) -> None:
    if wanted:
        from growthpoles import __version__

        typer.echo(f"growthpoles {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    global _debug
    _debug = debug


def main() -> None:
    """Run the command line; whatever goes wrong ends with one line on standard error and an exit code."""
    sys.exit(ended(lambda: app(standalone_mode=False), debug=lambda: _debug))
