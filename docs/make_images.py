"""Draw the pictures of docs/gallery.md and of the README through the public functions: ``python docs/make_images.py``.

Names of pictures as arguments draw those only. Pictures are small on purpose (110 dpi, 128 colours): a page shows them,
a reader draws his own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
from PIL import Image
from refresh import fewer_colours

import growthpoles as gp
from growthpoles import maps

IMAGES = Path(__file__).resolve().parent / "images"
DPI = 110
COLOURS = 128
EDITION = "realigned"


@cache
def data() -> dict[str, Any]:
    """Return everything the pictures show."""
    regions = gp.load_regions(2014)
    tables = {year: gp.load_indicators(year) for year in (2010, 2014)}
    ratings = {year: gp.rate(table) for year, table in tables.items()}
    graph = gp.build_weights(regions)
    index = ratings[2014]["index"]
    return {
        "regions": regions,
        "names": regions["short_en"],
        "tables": tables,
        "ratings": ratings,
        "graph": graph,
        "index": index,
        "published": gp.load_published(2014),
        "moran": gp.moran(index, graph),
        "local": gp.local_moran(index, graph, adjust="tarone"),
        "robust": gp.robustness(tables[2014], normalisations=("leader", "min-max"), drop="one"),
    }


def pictures() -> dict[str, Callable[[], Any]]:
    """Return name -> function that draws it on axes or a figure."""
    d = data()
    regions, names, ratings, published = d["regions"], d["names"], d["ratings"], d["published"]
    study = gp.load_study()
    common: dict[str, Any] = {"year": 2014, "edition": EDITION, "source": study.text("source")}
    spans: dict[str, Any] = {"years": (2010, 2014), "edition": EDITION, "source": study.text("source")}
    types = gp.typology(
        d["index"],
        published["ksi"],
        no_production=published.index[published["ksi_status"] == "no production"],
    )
    scores = ratings[2014].filter(like="score_").rename(columns=lambda name: name.removeprefix("score_"))
    editions = pd.DataFrame(
        {
            "published": published["index"],
            "realigned": d["index"],
        }
    )
    return {
        "rating_2014": lambda: gp.plot_rating(regions, ratings[2014], **common),
        "rating_kk": lambda: gp.plot_rating(
            regions, ratings[2014], year=2014, edition=EDITION, lang="kk", source=study.text("source", "kk")
        ),
        "ksi_2014": lambda: gp.plot_ksi(regions, published, **{**common, "edition": "published"}),
        "change": lambda: gp.plot_change(regions, d["index"] - ratings[2010]["index"], **spans),
        "class_change": lambda: maps.plot_class_change(
            regions, ratings[2010]["rating_class"], ratings[2014]["rating_class"], **spans
        ),
        "clusters": lambda: gp.plot_clusters(regions, d["local"], **common),
        "significance": lambda: maps.plot_significance(regions, d["local"], column="p_value", **common),
        "typology": lambda: maps.plot_typology(regions, types["type"], **common),
        "bivariate": lambda: maps.plot_bivariate(
            regions, ratings[2014]["ris"], ratings[2014]["ria"], x_name="Susceptibility", y_name="Activity", **common
        ),
        "neighbours": lambda: maps.plot_neighbours(regions, d["graph"], year=2014),
        "moran": lambda: gp.plot_moran(
            d["index"], d["graph"], names=names, result=d["moran"], variable="Index", **common
        ),
        "power": lambda: maps.plot_power(gp.moran_power(d["graph"])),
        "specifications": lambda: maps.plot_specifications(gp.verdict(study).curve),
        "rank_intervals": lambda: maps.plot_rank_intervals(d["robust"].to_frame(), names=names),
        "membership": lambda: maps.plot_membership(
            d["robust"].class_probability().drop(columns="no class"), names=names
        ),
        "correlation": lambda: maps.plot_correlation(scores.corr()),
        "editions": lambda: maps.plot_dumbbell(editions, names=names, variable="Index 2014, points"),
        "slope": lambda: maps.plot_slope(ratings[2010]["index"], d["index"], names=names, years=(2010, 2014)),
    }


def small_png(figure: Any) -> bytes:
    """Return a figure as a small picture."""
    figure.set_dpi(DPI)
    raw = BytesIO()
    folder = IMAGES / "drawing.png"
    gp.save_figure(figure, folder)
    try:
        with Image.open(folder) as image:
            fewer_colours(image, COLOURS).save(raw, "PNG", optimize=True)
    finally:
        folder.unlink()
    return raw.getvalue()


def main(wanted: list[str]) -> None:
    """Draw the pictures asked for, or all."""
    IMAGES.mkdir(exist_ok=True)
    for name, draw in pictures().items():
        if wanted and name not in wanted:
            continue
        drawn = draw()
        content = small_png(drawn.get_figure(root=True) if hasattr(drawn, "get_figure") else drawn)
        (IMAGES / f"{name}.png").write_bytes(content)
        print(f"{name}.png  {len(content) / 1000:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
