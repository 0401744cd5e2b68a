"""Result display: summary() in plain lines, and the table that notebooks show, for all result classes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from growthpoles.errors import listed
from growthpoles.language.number_format import P_COLUMN, format_count, format_p, format_percent, least_p

if TYPE_CHECKING:
    import pandas as pd
    from jinja2 import Template

_ROWS, _COLUMNS = 20, 12


def visible(text: str) -> str:
    """Show signs that do not print (controls, marks that turn the reading direction) escaped, lines kept."""
    return "".join(sign if sign.isprintable() or sign in "\n\xa0\u202f" else ascii(sign)[1:-1] for sign in text)


@cache
def _templates() -> dict[str, Template]:
    import tomllib
    from importlib import resources

    from jinja2 import Environment, StrictUndefined

    env = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    env.filters |= {
        "p": lambda p, least=0.0: format_p(p, relation=True, least=least),
        "least": least_p,
        "bound": format_p,
        "count": format_count,
        "percent": format_percent,
        "g": lambda x: "not defined" if x != x else f"{x:.4g}",
        "listed": listed,
    }
    text = resources.files("growthpoles").joinpath("result_summaries.toml").read_text(encoding="utf-8")
    return {name: env.from_string(template) for name, template in tomllib.loads(text).items()}


class SharedDict(dict[str, Any]):
    """A dict in the `attrs` of a frame that its columns and copies share: pandas copies `attrs` deeply each time."""

    def __deepcopy__(self, memo: object) -> SharedDict:
        return self


class SharedList(list[Any]):
    """A list that is shared so."""

    def __deepcopy__(self, memo: object) -> SharedList:
        return self


def say_tests(
    frame: pd.DataFrame,
    null: str | dict[Any, str],
    method: str | dict[Any, str],
    *,
    draws: int | dict[Any, int],
    alternative: str | dict[Any, str] = "two-sided",
    adjust: str = "none",
    **others: Any,
) -> pd.DataFrame:
    """Say in the `attrs` of a table what its p-values are, once or by row or column.

    Parameters
    ----------
    frame
        It is changed, and returned.
    null, method
        Null hypothesis, and how the p-values were found.
    draws
        Random draws behind them; 0 where nothing was drawn (exact, or a law).
    alternative, adjust
        Side, and adjustment for the number of tests.
    others
        Further facts.
    """
    frame.attrs |= {
        "null": null,
        "method": method,
        "draws": {row: int(count) for row, count in draws.items()} if isinstance(draws, dict) else int(draws),
        "alternative": alternative,
        "adjust": adjust,
        **others,
    }
    return frame


class ResultDisplay:
    """Adds `summary()` and the display of notebooks to a result; the words are in result_summaries.toml."""

    __slots__ = ()

    def summary(self) -> str:
        """Say in plain lines what was asked, how, of how many regions, and what came out."""
        text = _templates()[type(self).__name__].render(r=self)
        return "\n".join(visible(line.strip()) for line in text.split("\n") if line.strip())

    def _repr_html_(self) -> str:
        """Return the summary and the first rows of the table, everything escaped."""
        from html import escape

        lines = "<br>".join(escape(self.summary()).split("\n"))
        return f"<div><p>{lines}</p>{visible(_table(self.to_frame()))}</div>" if hasattr(self, "to_frame") else lines


def _table(frame: pd.DataFrame) -> str:
    columns: dict[Any, Any] = {name: format_p for name in frame.columns if P_COLUMN.fullmatch(str(name))}
    return frame.to_html(
        max_rows=_ROWS, max_cols=_COLUMNS, border=0, formatters=columns, float_format="{:.4g}".format, na_rep=""
    )
