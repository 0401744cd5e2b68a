"""Audit frames: the data of the audit's figures.

Three figures: published against another edition's index (a dumbbell per region), who changes class between
editions, and the deviation of every printed cell in the layout of its table.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from growthpoles.errors import StudyError, message, nearest
from growthpoles.study.audit.effects import SEVERITIES
from growthpoles.study.audit.ledger import Audit
from growthpoles.study.audit.readings import edition_table
from growthpoles.study.inputs import editions as known_editions
from growthpoles.study.inputs import load_published, study_catalogue, study_method, study_rating
from growthpoles.study.inputs.published import PUBLISHED
from growthpoles.study.load_study import load_study
from growthpoles.study.study_spec import Study


def _rating(study: Study, year: int, edition: str) -> pd.DataFrame:
    """Index, class and rank of an edition, by region."""
    if edition == PUBLISHED:
        printed = load_published(year, study=study)
        if not {"index", "rating_class"} <= set(printed.columns):
            raise StudyError(message(f"no index and class published for {year}", where=study.name))
        return printed.assign(rank=printed["index"].rank(ascending=False, method="min").astype("Int64"))[
            ["index", "rating_class", "rank"]
        ]
    known = (PUBLISHED, *known_editions(study))
    if edition not in known:
        problem = f"edition {edition!r} is not known"
        raise StudyError(
            message(problem, where=study.name, allowed=", ".join(known), near=nearest(edition, known, n=1))
        )
    catalogue = study_catalogue(study)
    rating = study_rating(study, edition_table(study, year, edition), catalogue)
    return rating[[catalogue.root, "rating_class", "rank"]].set_axis(["index", "rating_class", "rank"], axis=1)


def dumbbell_frame(study: Study | None = None, *, first: str = PUBLISHED, second: str | None = None) -> pd.DataFrame:
    """Return index, class and rank of every region in two editions.

    Parameters
    ----------
    study : Study, optional
        None is the built-in study.
    first, second : str
        Editions; `second` None is the study's default.

    Returns
    -------
    DataFrame
        One line per year and region: year, region, first, second (index, 0-100), difference (second - first),
        class_first, class_second, rank_first, rank_second, changed (True if the class differs; False where either
        is missing). NaN where an edition has no index. `attrs`: first, second.

    Raises
    ------
    StudyError
        If an edition is not known or nothing is published.
    """
    study = study or load_study()
    second = second or study.study.edition
    frames = []
    for year in study.years:
        one, two = _rating(study, year, first), _rating(study, year, second)
        two = two.reindex(one.index)
        letters = one["rating_class"].astype(object), two["rating_class"].astype(object)
        frames.append(
            pd.DataFrame(
                {
                    "year": year,
                    "region": one.index,
                    "first": one["index"].to_numpy(float),
                    "second": two["index"].to_numpy(float),
                    "difference": (two["index"] - one["index"]).to_numpy(float),
                    "class_first": letters[0].to_numpy(),
                    "class_second": letters[1].to_numpy(),
                    "rank_first": one["rank"].to_numpy(),
                    "rank_second": two["rank"].to_numpy(),
                    "changed": ((letters[0] != letters[1]) & letters[0].notna() & letters[1].notna()).to_numpy(),
                }
            )
        )
    frame = pd.concat(frames, ignore_index=True)
    frame.attrs = {"first": first, "second": second}
    return frame


def migration_frame(study: Study | None = None, *, editions: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the class of every region in every edition.

    Parameters
    ----------
    study : Study, optional
        None is the built-in study.
    editions : sequence of str, optional
        None is "published" and all editions of the study.

    Returns
    -------
    DataFrame
        One line per year, region and edition: year, region, edition, rating_class (None where there is no index),
        step (0 = worst class; NaN without one), from_published (steps above the first edition; NaN if either is
        missing).
    """
    study = study or load_study()
    names = tuple(editions) if editions is not None else (PUBLISHED, *known_editions(study))
    steps = {letter: float(at) for at, letter in enumerate(reversed(study_method(study).scale.letters))}
    frames = []
    for year in study.years:
        base: pd.Series | None = None
        for edition in names:
            letters = _rating(study, year, edition)["rating_class"].astype(object)
            step = letters.map(steps).astype(float)
            base = step if base is None else base
            frames.append(
                pd.DataFrame(
                    {
                        "year": year,
                        "region": letters.index,
                        "edition": edition,
                        "rating_class": pd.Series(
                            [None if pd.isna(letter) else letter for letter in letters], dtype=object
                        ),
                        "step": step.to_numpy(),
                        "from_published": (step - base.reindex(step.index)).to_numpy(),
                    }
                )
            )
    return pd.concat(frames, ignore_index=True)


def deviation_frame(result: Audit) -> pd.DataFrame:
    """Return every printed cell of the indicator tables with its deviation, in the layout of the tables.

    Parameters
    ----------
    result : Audit
        :func:`growthpoles.run_audit`.

    Returns
    -------
    DataFrame
        One line per cell: table, year, row, label, region, column, position (of the column, from 0), printed,
        expected, deviation (log10 of printed / expected: 0 = as expected, 1 = ten times too much; NaN where it is
        unknown what to expect), status ("clean" or "finding"), severity (empty for clean cells), id of the gravest
        finding (empty for clean cells).
    """
    sources = result.sources
    ledger = result.ledger[~result.ledger["id"].astype(str).str.startswith("claim-")]
    ledger = ledger.assign(_grave=ledger["severity"].map(SEVERITIES.index), _known=ledger["expected"].isna())
    worst = ledger.sort_values(["_grave", "_known"], kind="stable").drop_duplicates(["table", "row", "column"])
    cells = sources.cells[["table", "year", "row", "label", "region", "column", "printed", "value"]]
    cells = cells.assign(
        position=[
            sources.columns(table).index(column) for table, column in zip(cells["table"], cells["column"], strict=True)
        ]
    )
    joined = cells.merge(
        worst[["table", "row", "column", "expected", "severity", "id"]], on=["table", "row", "column"], how="left"
    )
    found = joined["id"].notna()
    with np.errstate(divide="ignore", invalid="ignore"):
        deviation = np.log10(joined["value"].to_numpy(float) / joined["expected"].to_numpy(float))
    joined = joined.assign(
        deviation=np.where(found, deviation, 0.0),
        status=np.where(found, "finding", "clean"),
        severity=joined["severity"].fillna(""),
        id=joined["id"].fillna(""),
    )
    columns = [
        "table",
        "year",
        "row",
        "label",
        "region",
        "column",
        "position",
        "printed",
        "expected",
        "deviation",
        "status",
        "severity",
        "id",
    ]
    return joined.sort_values(["table", "row", "position"], kind="stable")[columns].reset_index(drop=True)
