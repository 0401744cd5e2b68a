"""Command-line application: global options, the commands, exit codes."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from growthpoles.cli import analyse, produce, studies
from growthpoles.errors import GrowthpolesError

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
    """Run the command line; a bad input ends with one line on standard error and exit code 2."""
    try:
        app()
    except GrowthpolesError as error:
        if _debug:
            raise
        sys.stderr.write(f"growthpoles: {' '.join(str(error).split())}\n")
        sys.exit(2)
