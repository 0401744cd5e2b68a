"""Command-line application: global options, commands; its endings: exit codes, errors on one line, interrupts."""

from __future__ import annotations

import ast
import atexit
import codecs
import contextlib
import errno
import functools
import inspect
import os
import re
import shlex
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Collection, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer

from growthpoles.cli import analyse, produce, studies
from growthpoles.cli.shared_options import ForceOption, OutsideOption
from growthpoles.errors import (
    GrowthpolesError,
    Reason,
    StudyError,
    as_keys,
    message,
    nearest,
    option_of,
    options_in,
    reasked,
    reworded,
    shown,
    visible,
)
from growthpoles.file_reading import recorded

DONE, GONE, REFUSED, FAULT, INTERRUPTED = 0, 1, 2, 3, 130
_REPLACING = "growthpoles-replace"


class _Interrupted(KeyboardInterrupt):
    """An interrupt of a command.

    Python counts a plain KeyboardInterrupt that leaves an ``exec`` of text (named tuples and data classes are made so)
    and then ends by the signal itself, whatever became of the interrupt.
    """


class _Run:
    """What happens beside the command: signs that could not be printed, an interrupt, warnings told."""

    def __init__(self) -> None:
        self.replaced: set[str] = set()
        self.interrupted = False
        self.told: set[str] = set()

    def replace(self, error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeEncodeError)
        lost = error.object[error.start : error.end]
        self.replaced |= set(lost)
        return "?" * len(lost), error.end

    def interrupt(self, *_: object) -> None:
        self.interrupted = True
        raise _Interrupted

    def unraisable(self, fault: Any) -> None:
        """Hand on an interrupt that came while somebody tidied up; other faults there concern nobody."""
        if issubclass(fault.exc_type, KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)

    def warn(self, text: Warning | str, *_: Any, **__: Any) -> None:
        told = f"growthpoles: warning: {visible(str(text))}\n"
        if told not in self.told:
            self.told.add(told)
            sys.stderr.write(told)


def ended(command: Callable[[], Any], *, debug: Callable[[], bool]) -> int:
    """Run a command of the terminal and return its exit code; errors are one line on standard error.

    Parameters
    ----------
    command : callable
        Raises what goes wrong; returns the exit code, or None.
    debug : callable
        Whether an error is to be shown with its traceback.
    """
    run, main_thread = _Run(), threading.current_thread() is threading.main_thread()
    _open_streams()
    codecs.register_error(_REPLACING, run.replace)
    with contextlib.suppress(AttributeError, OSError, ValueError):
        sys.stdout.reconfigure(errors=_REPLACING)  # type: ignore[union-attr]
    before = signal.signal(signal.SIGINT, run.interrupt) if main_thread else None
    hooks = sys.unraisablehook, warnings.showwarning
    sys.unraisablehook, warnings.showwarning = run.unraisable, run.warn  # type: ignore[assignment]
    code: int = FAULT
    try:
        try:
            _refuse_blanks(sys.argv)
            with recorded():
                code = command() or DONE
                if run.interrupted:  # whoever parses the command line may end without a word
                    raise _Interrupted
            sys.stdout.flush()
        except BaseException as error:
            if main_thread:
                signal.signal(signal.SIGINT, signal.SIG_IGN)
            code, told = _told(error, interrupted=run.interrupted)
            if debug() and code in (REFUSED, FAULT):
                raise
            if told:
                sys.stderr.write(f"growthpoles: {visible(told)}\n")
            _give_up_output()
        if run.replaced:
            signs = "".join(sorted(run.replaced)[:20])
            told = f'signs that standard output ({sys.stdout.encoding}) cannot print were replaced by "?": {signs}'
            remedy = "PYTHONIOENCODING=utf-8, or --out with a file"
            sys.stderr.write(f"growthpoles: {message(told, allowed=remedy)}\n")
    finally:
        sys.unraisablehook, warnings.showwarning = hooks
        if main_thread and before is not None:
            signal.signal(signal.SIGINT, before)
            atexit.register(signal.signal, signal.SIGINT, signal.SIG_IGN)  # nothing is left to be stopped then
    return code


def _open_streams() -> None:
    """Put something in the place of closed standard streams, which the next file that is opened would take."""
    for number, flags in ((0, os.O_RDONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):  # writing to a closed output fails
        try:
            os.fstat(number)
        except OSError:
            handle = os.open(os.devnull, flags)
            if handle != number:
                os.dup2(handle, number)
                os.close(handle)
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def _give_up_output() -> None:
    """Throw away what standard output did not take; else Python would try again at its end, and complain."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        with contextlib.suppress(OSError, ValueError):
            handle = os.open(os.devnull, os.O_WRONLY)
            os.dup2(handle, sys.stdout.fileno())
            os.close(handle)


def _refuse_blanks(arguments: list[str]) -> None:
    """Refuse an empty argument, which stands for the current folder where a path is meant: a variable was not set."""
    for before, given in pairwise(arguments):
        if not given.strip() or (given.startswith("--") and given.endswith("=")):
            raise StudyError(message("an empty argument", where=shown(before if not given.strip() else given)))


def _told(error: BaseException, *, interrupted: bool) -> tuple[int, str]:
    """Return exit code and line for what a command raised."""
    if isinstance(error, SystemExit):
        return (error.code if isinstance(error.code, int) else DONE if error.code is None else FAULT), ""
    if interrupted or isinstance(error, KeyboardInterrupt):  # libraries turn it into other errors while they load
        return INTERRUPTED, "interrupted"
    if isinstance(error, GrowthpolesError):
        return REFUSED, str(error)
    if isinstance(error, MemoryError):
        return REFUSED, message("too little memory", allowed="a smaller table or layer, or more memory")
    if isinstance(error, RecursionError):
        return REFUSED, message("something is nested too deep", allowed="a flatter file")
    if isinstance(error, OSError) and error.errno == errno.EPIPE:
        return GONE, ""
    if isinstance(error, OSError):
        where = error.filename if isinstance(error.filename, str) else "standard output"
        return REFUSED, message(f"cannot be used ({error.strerror or error})", where=where)
    if hasattr(error, "format_message"):  # the parser of the command line
        return REFUSED, _usage(error)
    if type(error).__name__ == "Abort":
        return INTERRUPTED, "interrupted"
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    line = f", {os.path.basename(place.tb_frame.f_code.co_filename)} line {place.tb_lineno}" if place else ""  # noqa: PTH119
    text = f"a fault of growthpoles itself ({type(error).__name__}: {str(error)[:200]}{line})"
    return FAULT, message(text, allowed="--debug before the command shows more")


def in_its_words(told: Reason, options: Collection[str]) -> Reason:
    """Return a message whose remedies are parameters of Python (``repair="clean"``) as options of a command.

    A parameter that the command does not take is a key of study.toml, which a command without a study may propose, or
    one that only Python has.
    """
    remedies = options_in(told)
    if not remedies:
        return _plain_remedies(told, options)
    taken = {key: _as_option(each.name, each.value) for key, each in remedies.items() if each.name in options}
    where = " in study.toml" if "study" in options else " in a study.toml (growthpoles init)"
    others = {key: each for key, each in remedies.items() if key not in taken}
    keys = _study_keys() if others else set()
    python = {key: f"{each} in Python" for key, each in others.items() if each.name not in keys}
    return reworded(told, taken | python | as_keys({key: others[key] for key in others if key not in python}, where))


_PARAMETER = re.compile(
    r"""(?<![\w-])(?<!in Python )([a-z_]+)="""
    r"""("[^"]*"|'[^']*'|\[[^\]]*\]|\{[^}]*\}|(?:True|False|None|\.{3}|-?\d[\d.]*)(?!\w)|(?=[\s,;)]|$))"""
)


def _plain_remedies(told: Reason, options: Collection[str]) -> Reason:
    """Return a message with the parameters that stand in its remedy as mere text as options, or as those of Python."""
    own = told.places.get("allowed", "") if isinstance(told, Reason) else ""
    allowed = str(own)

    def say(hit: re.Match[str]) -> str:
        name = "weights" if hit[1] == "kind" and "weights" in options else hit[1]
        return _as_option(name, hit[2]) if name in options else f"{hit[0]} in Python"

    text = _PARAMETER.sub(say, allowed)
    if text == allowed:
        return told
    so = Reason(own.template, own.places, text) if isinstance(own, Reason) else text
    return Reason(told.template, {**told.places, "allowed": so}, told.replace(allowed, text))


def _as_option(name: str, value: str) -> str:
    return " ".join(f"--{name.replace('_', '-')} {word}".rstrip() for word in _in_shell(value))


def _study_keys() -> set[str]:
    """Return the keys that a study.toml may hold, at whatever place."""
    from pydantic import BaseModel

    from growthpoles.study import study_spec

    models = [each for each in vars(study_spec).values() if isinstance(each, type) and issubclass(each, BaseModel)]
    return {name for model in models for name in model.model_fields}


_QUOTES = "[]{}\"'"


def in_its_options(told: Reason, given: Mapping[str, Any], parameters: Mapping[str, inspect.Parameter]) -> Reason:
    """Return a message about a value that is not known with the option of the command that gave the value.

    The function that refuses it may call it otherwise: what is --weights here is its `kind`. A value that the command
    did not give comes from study.toml, which names it itself.
    """
    option = option_of(told)
    if option is None:
        return _with_values(told, given, parameters)
    refused = ast.literal_eval(option.value)
    names = [name for name, value in given.items() if _gave(value, refused)]
    name = option.name if option.name in names else next(iter(names), None)
    if name is None:
        return told
    if isinstance(given[name], Path):
        refused = given[name]
    values = refused if isinstance(refused, list | tuple) else [refused]
    spelled = _spelled(name, parameters)
    return reasked(told, " ".join(f"{spelled} {_word(str(value))}" for value in values))


def _spelled(name: str, parameters: Mapping[str, inspect.Parameter]) -> str:
    """Return the option by which a command takes a parameter; of an argument its name."""
    words: list[object] = [name]
    for each in getattr(parameters[name].annotation, "__metadata__", ()):
        words += [getattr(each, "default", None), *(getattr(each, "param_decls", None) or ())]
    return next((word for word in words if isinstance(word, str) and word[:2] == "--"), name)


def _with_values(told: Reason, given: Mapping[str, Any], parameters: Mapping[str, inspect.Parameter]) -> Reason:
    """Return a message with the values that the command gave (``k=0``, ``power=-1.0``) as its options have them."""
    problem = told.places.get("problem")
    if problem is None:
        return told
    text = str(problem)
    for name, value in given.items():
        if value is None or isinstance(value, bool) or name not in parameters:
            continue
        spelled, plain = _spelled(name, parameters), f"{value:g}" if isinstance(value, float) else str(value)
        if spelled == name:
            continue
        for own in (name, *(["kind"] if name == "weights" else [])):
            for form, said in ((f"{own}={value!r}", f"{spelled} {plain}"), (f"{own}={value}", f"{spelled} {plain}"),
                               (f"{own}=", spelled)):  # fmt: skip
                text = re.sub(rf"(?<!\S){re.escape(form)}(?![^\s,;)])", lambda _, said=said: said, text)  # type: ignore[misc]
    if text == str(problem):
        return told
    so = Reason(visible(text), {})
    return Reason(told.template, {**told.places, "problem": so}, told.replace(visible(str(problem)), so, 1))


def _gave(value: Any, refused: object) -> bool:
    """Tell whether a value of the command line is the one that is refused: itself, in a list, the ending of a file."""
    if isinstance(value, Path):
        return value.suffix.lower() == f".{refused}"
    return value == refused or (isinstance(value, list) and refused in (*value, value, tuple(value)))


def _in_shell(value: str) -> list[str]:
    """Write a value of Python in words that a shell takes, each as one; what is no value stands as it is."""
    try:
        given = ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return [value.strip(_QUOTES).replace(": ", "=")]
    if given is True:
        return [""]  # the option alone
    if isinstance(given, dict):
        given = ["=".join(pair) for pair in given.items()]
    return [_word(str(each)) for each in (given if isinstance(given, list) else [given])]


def _word(text: str) -> str:
    if re.fullmatch(r"[\w.,:/=+-]+", text):
        return text
    return shlex.quote(text) if re.search(r'["$`\\!%]', text) else f'"{text}"'


def _usage(error: Any) -> str:
    """Return what is wrong with the command line, and the nearest option or command."""
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return ""
    context = getattr(error, "ctx", None)
    where = context.command_path.removeprefix(context.find_root().command_path).strip() if context else ""
    told = str(error.format_message()).split(" Did you mean")[0].split(" (Possible")[0].rstrip(".")
    given, known, allowed = getattr(error, "option_name", None), [], None
    if context is not None:
        known = [name for param in context.command.params for name in getattr(param, "opts", ()) if name[:1] == "-"]
        if given is None and told.startswith("No such command"):
            given, known = told.partition("'")[2].rstrip("'"), list(getattr(context.command, "commands", ()))
            allowed = ", ".join(known)
        elif "unexpected extra argument" in told:
            allowed = f"options alone{', such as --study FOLDER' if '--study' in known else ''}"
    near = nearest(given, known, n=1) if given else []
    return message(told[:1].lower() + told[1:], where=where or None, allowed=allowed, near=near)


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
            told = in_its_options(told, options, signature.parameters)
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
