"""Report tables as frames (outputs/tables/ is their golden record); column notes: meaning and unit of every column."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import pandas as pd

from growthpoles.file_writing import safe_name
from growthpoles.language.phrases import Words
from growthpoles.ratings.limits import rating_limits
from growthpoles.report import stages
from growthpoles.report.tables.table_formats import flat
from growthpoles.report.wording import method_sentences
from growthpoles.study.inputs import study_method
from growthpoles.study.inputs.indicators import assembly_rules

if TYPE_CHECKING:
    from growthpoles.report.results import Results


_ABOUT_CLASSES = re.compile(
    r"rating_class|next_class|points_needed|p_class|p_up|p_same|p_down|class_(?:(?:before|after)(?:_per_year)?|move|\d+)"
)


def report_tables(results: Results) -> dict[str, pd.DataFrame]:
    """Return every table of the report by file name (without ending)."""
    tables: dict[str, pd.DataFrame] = {"summary": summary_table(results)}
    for (edition, year), frame in results.ratings.items():
        tables[f"rating_{safe_name(edition)}_{year}"] = results.named(frame)
    for (edition, year), frame in results.indicators.items():
        tables[f"indicators_{safe_name(edition)}_{year}"] = frame
    tables |= {f"published_{year}": frame for year, frame in results.published.items()}
    if results.moran:
        tables["moran"] = moran_table(results)
    for (edition, year), local in results.local.items():
        tables[f"local_moran_{safe_name(edition)}_{year}"] = local.to_frame()
    tables |= limits_tables(results)
    tables |= weights_tables(results)
    if results.study.cells is not None:
        tables["editions"] = editions_table(results)
    tables["missing"] = missing_table(results)
    if results.study.rating.imputation is not None:
        tables["imputed"] = imputed_table(results)
    if not (remarks := results.remarks()).empty:
        tables["remarks"] = remarks
    tables["inputs"] = results.account
    tables["inputs_unused"] = results.unused
    if not (reproduction := reproduction_table(results)).empty:
        tables["reproduction"] = reproduction
    tables |= stage_tables(results)
    return tables if results.classed else {name: _without_classes(frame) for name, frame in tables.items()}


def _without_classes(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out the columns of a computed table that only classes could fill."""
    empty = [column for column in frame if _ABOUT_CLASSES.fullmatch(str(column)) and frame[column].isna().all()]
    return frame.drop(columns=empty)


def stage_tables(results: Results) -> dict[str, pd.DataFrame]:
    """Return the tables of the further analyses."""
    tables: dict[str, pd.DataFrame] = {}
    for stage in stages.STAGES:
        if (found := stage.found(results.stages)) is not None:
            tables |= stage.tables(found, results)
    tables["left_out"] = pd.DataFrame({"reason": results.stages.left_out}).rename_axis("analysis")
    return tables


def limits_tables(results: Results) -> dict[str, pd.DataFrame]:
    """Return the limits by which years are compared, which can be given back, and those of each year if others."""
    own = {year: results.rating(year) for year in results.years}
    if not results.common(results.years[-1]).attrs["limits"]:
        return {}  # scores hang on all values together, as ranks do
    tables = {"limits": rating_limits(results.common(results.years[-1]))}
    if results.study.rating.level_limits != results.study.rating.change_limits and len(own) > 1:
        by_year = {year: rating_limits(rating) for year, rating in own.items()}
        tables["limits_by_year"] = pd.concat(by_year, names=["year"]).drop(columns=["low_year", "high_year"])
    return tables


def weights_tables(results: Results) -> dict[str, pd.DataFrame]:
    """Return the weights by which years are compared, which can be given back, and those of each year if others."""

    def table(rating: pd.DataFrame) -> pd.DataFrame:
        rows = [
            (code, parent, weight) for parent, own in rating.attrs["weights"].items() for code, weight in own.items()
        ]
        return pd.DataFrame(rows, columns=["code", "parent", "weight"]).set_index("code")

    found = {"weights": table(results.common(results.years[-1]))}
    by_year = {year: table(results.rating(year)) for year in results.years}
    if any(not each.equals(found["weights"]) for each in by_year.values()):
        found["weights_by_year"] = pd.concat(by_year, names=["year"])
    return found


def editions_table(results: Results) -> pd.DataFrame:
    """Return where every column of every edition comes from: table, printed column, row order, and the choice made."""
    rules = assembly_rules(results.study)
    shown = rules.assign(missing=[" ".join(regions) for regions in rules["missing"]])
    return shown.set_index(["edition", "year", "column"])


def summary_table(results: Results) -> pd.DataFrame:
    """Return index, class and rank of every region in every year, in the edition of the report, by rank in the last."""
    last = results.rating(results.years[-1])
    columns: dict[str, pd.Series] = {}
    for year in results.years:
        rating = results.rating(year)
        columns[f"index_{year}"] = rating[results.root]
        columns[f"class_{year}"] = rating["rating_class"].astype(object)
        columns[f"rank_{year}"] = rating["rank"].astype("Int64")
    order = last.sort_values(by=["rank"], kind="stable").index
    return results.named(pd.DataFrame({name: column.reindex(order) for name, column in columns.items()}, index=order))


def moran_table(results: Results) -> pd.DataFrame:
    """Return the global tests: one row per edition, year and variable; `without_data` names the regions left out."""
    rows = [
        result.to_frame().assign(without_data=" ".join(results.without_data[key]))
        for key, result in results.moran.items()
    ]
    keys = pd.MultiIndex.from_tuples(results.moran, names=["edition", "year", "variable"])
    return pd.concat(rows).set_axis(keys)


def missing_table(results: Results) -> pd.DataFrame:
    """List every cell without data: edition, year, region, column, reason."""
    rows = [
        (edition, year, region, column, reason)
        for (edition, year), frame in results.indicators.items()
        for region, column, reason in frame.attrs["missing"]
    ]
    columns = ["edition", "year", "region", "column", "reason"]
    return pd.DataFrame(rows, columns=columns).set_index(["edition", "year", "region"])


def imputed_table(results: Results) -> pd.DataFrame:
    """List every cell that was filled: edition, year, region, column, value, how."""
    rows = [
        (edition, year, *cell)
        for (edition, year), frame in results.indicators.items()
        for cell in frame.attrs["imputed"]
    ]
    columns = ["edition", "year", "region", "column", "value", "how"]
    return pd.DataFrame(rows, columns=columns).set_index(["edition", "year", "region"])


def reproduction_table(results: Results, *, tolerance: float = 0.07) -> pd.DataFrame:
    """Set the published index beside the one computed from the printed ratios.

    Returns
    -------
    DataFrame
        Index (year, region): published, reproduced, difference (index points), finding ("" within `tolerance`).
    """
    parts = []
    for year, published in results.published.items():
        rating = results.ratings.get(("reproduced", year))
        if rating is None or "index" not in published:
            continue
        computed = rating[results.root].reindex(published.index)
        difference = computed - published["index"]
        parts.append(
            pd.DataFrame(
                {
                    "year": year,
                    "published": published["index"],
                    "reproduced": computed,
                    "difference": difference,
                    "finding": difference.abs().gt(tolerance).map({True: "not reproduced", False: ""}),
                }
            )
        )
    return pd.concat(parts).set_index("year", append=True).swaplevel() if parts else pd.DataFrame()


@cache
def _known() -> dict[str, tuple[str, str]]:
    path = resources.files("growthpoles.report.tables").joinpath("columns.csv")
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
        told = results.study.rating.sources
        self._own |= {
            code: (*self._own[code][:1], f"{self._own[code][1]} ({told[code]})") for code in told if code in self._own
        }
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
