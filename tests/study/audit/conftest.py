from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from growthpoles.shipped_data import geodata_path
from growthpoles.study.audit import Audit, run_audit
from growthpoles.study.audit.printed_cells import Sources, make_sources
from growthpoles.study.load_study import load_study
from growthpoles.study.study_spec import Study

FORMULAS = pd.DataFrame(
    [
        ("productivity", "grp", "employed", 1000.0),
        ("asset_return", "grp", "fixed_assets", 1.0),
        ("eco_efficiency", "grp", "emissions", 1.0),
        ("rd_per_employed", "rd", "employed", 1e6),
        ("output_per_capita", "output", "population", 1e6),
    ],
    columns=["column", "numerator", "denominator", "factor"],
)
FIRST = ("grp", "productivity", "employed", "fixed_assets", "asset_return", "emissions", "eco_efficiency")
SECOND = ("rd", "employed", "output", "rd_per_employed", "output_per_capita")
# Middle and log standard deviation of the article's own columns.
SPREAD = {
    "grp": (1e6, 0.65),
    "employed": (4e5, 0.5),
    "fixed_assets": (1.5e6, 0.6),
    "emissions": (80.0, 1.0),
    "rd": (900.0, 1.5),
    "output": (9e3, 1.8),
    "population": (9e5, 0.5),
}


def show(value: float, digits: int, *, blanks: bool) -> str:
    text = f"{value:,.{digits}f}"
    return text.replace(",", " " if blanks else "").replace(".", ",")


def clean_study(rng: np.random.Generator, n: int) -> Sources:
    """Two years, four tables, every ratio right, everything rounded; half of them with several row orders."""
    regions = [f"R{at:03d}" for at in range(n)]
    noise = float(np.exp(rng.uniform(np.log(0.01), np.log(0.6))))
    digits = {name: int(rng.integers(0, 3)) for name in SPREAD} | {"emissions": int(rng.integers(1, 3))}
    base = {name: middle * np.exp(rng.normal(0, sd, n)) for name, (middle, sd) in SPREAD.items()}
    growth = {name: float(rng.uniform(-0.1, 1.2)) for name in SPREAD} | {"population": float(rng.uniform(0.01, 0.08))}
    scatter = dict.fromkeys(SPREAD, noise) | {"population": 0.02}
    from_rounded = bool(rng.integers(0, 2))
    several_orders = bool(rng.integers(0, 2))
    records: list[dict[str, object]] = []
    for year, tables in ((2010, (2, 3)), (2014, (4, 5))):
        values = dict(base)
        if year == 2014:
            values = {name: v * np.exp(growth[name] + rng.normal(0, scatter[name], n)) for name, v in base.items()}
        printed = {name: np.maximum(np.round(v, digits[name]), 10.0 ** -digits[name]) for name, v in values.items()}
        inputs = printed if from_rounded else {k: np.maximum(v, 10.0 ** -digits[k]) for k, v in values.items()}
        inputs["population"] = values["population"]
        for _, (name, above, below, factor) in FORMULAS.iterrows():
            printed[name] = factor * inputs[above] / inputs[below]
        for table, columns in zip(tables, (FIRST, SECOND), strict=True):
            order = rng.permutation(n) if several_orders and rng.integers(0, 2) else np.arange(n)
            for column in columns:
                places = digits.get(column, 2)
                for row, at in enumerate(order, start=1):
                    text = show(float(printed[column][at]), places, blanks=bool(table % 2))
                    records.append(
                        {"table": table, "row": row, "label": regions[at], "column": column, "printed": text}
                    )
    return make_sources(pd.DataFrame(records), FORMULAS, years={2: 2010, 3: 2010, 4: 2014, 5: 2014})


@pytest.fixture(scope="session")
def article(made_once: Callable[..., Audit]) -> Audit:
    return made_once("article", lambda folder: run_audit())


@pytest.fixture
def make_clean() -> Callable[[np.random.Generator, int], Sources]:
    return clean_study


Edit = Callable[[pd.DataFrame], pd.DataFrame]


@pytest.fixture
def edited_study(tmp_path: Path) -> Callable[[Mapping[int, Edit]], Study]:
    """Copy the built-in study and edit some of its tables."""

    def build(edits: Mapping[int, Edit]) -> Study:
        root = tmp_path / "copy"
        shutil.copytree(geodata_path("kazakhstan-it"), root / "kazakhstan-it")
        shutil.copytree(geodata_path("tables"), root / "tables")
        for number, edit in edits.items():
            path = root / "tables" / f"table{number}.csv"
            cells = pd.read_csv(path, dtype=str, keep_default_na=False)
            cells = cells.assign(table=cells["table"].astype(int), row=cells["row"].astype(int))
            changed = edit(cells)
            numbers = changed["printed"].str.replace(" ", "").str.replace(",", ".")
            is_number = numbers.str.fullmatch(r"\d+(\.\d+)?")
            changed.assign(value=numbers.where(is_number, "")).to_csv(path, index=False, lineterminator="\n")
        return load_study(root / "kazakhstan-it", outside=True)

    return build
