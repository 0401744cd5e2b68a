"""Column notes: meaning and unit of every table column; the first sheet of the workbook."""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import pandas as pd

from growthpoles.language.phrases import Words
from growthpoles.report.table_formats import flat
from growthpoles.report.wording import method_sentences
from growthpoles.study.inputs import study_method

if TYPE_CHECKING:
    from growthpoles.report.results import Results


@cache
def _known() -> dict[str, tuple[str, str]]:
    path = resources.files("growthpoles.report").joinpath("columns.csv")
    frame = pd.read_csv(io.StringIO(path.read_text(encoding="utf-8")), keep_default_na=False)
    return {row["column"]: (row["unit"], row["meaning"]) for row in frame.to_dict("records")}


class Notes:
    """Units and meanings of the columns of one study."""

    def __init__(self, results: Results) -> None:
        catalogue = results.catalogue
        method = study_method(results.study, catalogue)
        unit = method.normalisation.unit
        names, units = catalogue.names("en"), catalogue.units()
        self._own = {code: (units.get(code, ""), names.get(code) or code) for code in catalogue.codes}
        self._own |= {f"score_{code}": (unit, f"score of: {names.get(code) or code}") for code in catalogue.codes}
        lists = results.study.growth_poles.recommended
        self._own |= dict.fromkeys(lists, ("", "whether the region is in this recommended list"))
        self._own |= {name: ("0-1", f"probability of class {name}") for name in (*method.scale.letters, "no class")}

    def __call__(self, column: str) -> tuple[str, str]:
        """Return unit and meaning of a column; both empty if it is not known."""
        known = _known()
        if column in self._own:
            return self._own[column]
        if column in known:
            return known[column]
        stem, _, year = column.rpartition("_")
        if year.isdigit() and stem in known:
            unit, meaning = known[stem]
            return unit, f"{meaning}, {year}"
        return "", ""


def notes(tables: Mapping[str, pd.DataFrame], results: Results) -> pd.DataFrame:
    """Return one line per column of every table, after some lines about the study.

    Returns
    -------
    DataFrame
        sheet, column, unit, meaning.
    """
    study, note = results.study, Notes(results)
    head = [
        ("", "study", "", study.text("title", "en") or study.name),
        ("", "source", "", study.text("source", "en")),
        ("", "edition of the report", "", results.edition),
        ("", "years", "", ", ".join(map(str, results.years))),
        ("", "boundaries", "", str(results.regions.attrs.get("vintage", ""))),
        ("", "rating", "", " ".join(method_sentences(results, Words("en")))),
        ("", "seed", "", str(study.study.seed)),
        ("", "empty cells", "", "no data"),
    ]
    rows = [(name, column, *note(column)) for name, frame in tables.items() for column in flat(frame).columns]
    return pd.DataFrame(head + rows, columns=["sheet", "column", "unit", "meaning"])
