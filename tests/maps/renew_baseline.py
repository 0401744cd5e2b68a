"""Draw the pinned pictures of tests/baseline/maps anew; run it by hand, then look at each of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

FOLDER = Path(__file__).parent / "baseline"
NAMES = (
    "rating", "cities", "ksi", "change", "clusters", "significance", "hotspots", "class_change", "typology",
    "bivariate", "neighbours", "panel", "moran", "reference", "power", "specifications", "ranks", "dumbbell",
    "contributions", "slope", "membership", "correlation", "deviations",
)  # fmt: skip
DPI = 80.0


def pixels(figure: Any) -> np.ndarray:
    """Pixels of a figure at the resolution of the pinned pictures."""
    from growthpoles.maps.export import pixels as draw

    return draw(getattr(figure, "figure", figure), DPI)


def gallery() -> dict[str, Any]:
    """One figure of each kind, all on the built-in regions with fixed numbers."""
    from libpysal.graph import Graph

    import growthpoles as gp
    from growthpoles import maps
    from growthpoles.ratings.classes import classify

    regions = gp.load_regions(2014)
    first, last = gp.load_published(2010), gp.load_published(2014)
    n, index = len(regions), regions.index
    graph = Graph.build_contiguity(regions[["geometry"]], rook=False)
    keys = ["High-High", "Low-Low", "High-Low", "Low-High", "not significant", "untestable", "isolate"]
    labels = pd.DataFrame({"label": np.resize(keys, n)}, index=index)
    steady = np.linspace(0.0, 1.0, n)
    p = pd.DataFrame({"p_value": steady**3}, index=index)
    rank = last["index"].rank(ascending=False)
    ranks = pd.DataFrame({"rank": rank, "rank_low": rank - 1, "rank_high": rank + 2})
    parts = pd.DataFrame({f"part {i}": 2 + np.cos(i + 7 * steady) for i in range(4)}, index=index)
    parts.attrs = {"to": "index", "scale": "points"}
    letters = ["A++", "A+", "A", "B++", "B+", "B", "C++", "C+", "C", "D"]
    likely = np.exp(-((np.arange(10) - 9 * steady[:, None]) ** 2))
    member = pd.DataFrame(likely / likely.sum(axis=1, keepdims=True), index=index, columns=letters)
    rho = np.linspace(-0.9, 0.9, 19)
    curve = pd.DataFrame({"queen": 0.05 + 0.9 * rho**2, "knn": 0.05 + 0.6 * rho**2}, index=rho)
    specs = pd.DataFrame(
        {"year": ["2010", "2014"] * 4, "weights": ["queen", "rook", "knn", "band"] * 2, "z": np.linspace(-2.5, 2.5, 8)}
    )
    specs["significant"] = specs["z"].abs() > 2
    kinds = pd.Series(np.resize(["growth pole", "innovative, not specialised", "periphery"], n), index=index)
    small: dict[str, Any] = {"preset": "nature-single"}
    figures = {
        "rating": maps.plot_rating(regions, last, year=2014, edition="published", lang="kk"),
        "cities": maps.plot_rating(regions, last, year=2014, edition="published", lang="kk", cities=True, locator=True),
        "ksi": maps.plot_ksi(regions, last, year=2014, lang="ru"),
        "change": maps.plot_change(regions, last["index"] - first["index"], years=(2010, 2014)),
        "clusters": maps.plot_clusters(regions, labels, **small),
        "significance": maps.plot_significance(regions, p, **small),
        "hotspots": maps.plot_hotspots(regions, labels, lang="ru", **small),
        "class_change": maps.plot_class_change(regions, classify(first["index"]), classify(last["index"]), **small),
        "typology": maps.plot_typology(regions, kinds, lang="kk", **small),
        "bivariate": maps.plot_bivariate(
            regions, last["index"], pd.Series(steady, index=index), x_name="Index", y_name="Share", **small
        ),
        "neighbours": maps.plot_neighbours(regions, graph, preset="nature-double"),
        "panel": maps.plot_panel(
            regions, {"2010": first, "2014": last}, maps.plot_rating, maps.rating_legend("en"), title="Two years"
        ),
        "moran": maps.plot_moran(last["index"], graph, names=regions["short_en"], **small),
        "reference": maps.plot_reference(np.sin(np.arange(400.0)), -0.9, expected=0.0, p_value=0.04, **small),
        "power": maps.plot_power(curve, alpha=0.05, target=0.8, **small),
        "specifications": maps.plot_specifications(specs, **small),
        "ranks": maps.plot_rank_intervals(ranks, names=regions["short_en"], **small),
        "dumbbell": maps.plot_dumbbell(
            pd.DataFrame({"published": last["index"], "realigned": last["index"] + 5 * steady}), lang="ru", **small
        ),
        "contributions": maps.plot_contributions(parts, names=regions["short_kk"], lang="kk", **small),
        "slope": maps.plot_slope(first["index"], last["index"], years=(2010, 2014), **small),
        "membership": maps.plot_membership(member, **small),
        "correlation": maps.plot_correlation(parts.corr(), **small),
        "deviations": maps.plot_deviations(parts - 2, digits=1, **small),
    }
    assert tuple(figures) == NAMES
    return figures


if __name__ == "__main__":
    from growthpoles.maps.export import Facts, png_bytes

    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, figure in gallery().items():
        (FOLDER / f"{name}.png").write_bytes(png_bytes(pixels(figure), DPI, Facts()))
