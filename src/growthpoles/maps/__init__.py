"""Maps and charts: physical size first, three languages, the same bytes from run to run."""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "bivariate": ["plot_bivariate"],
        "canvas": ["new_figure"],
        "captions": ["Caption", "write_captions"],
        "charts": ["plot_moran"],
        "choropleth": ["plot_categories", "plot_rating", "rating_legend"],
        "class_change": ["plot_class_change", "plot_typology"],
        "clusters": ["plot_clusters", "plot_hotspots", "plot_significance"],
        "distributions": ["plot_power", "plot_reference"],
        "export": ["save_figure"],
        "heatmaps": ["plot_class_table", "plot_correlation", "plot_deviations", "plot_membership"],
        "ksi": ["ksi_legend", "plot_ksi"],
        "network": ["plot_neighbours"],
        "numeric": ["plot_change", "plot_values"],
        "panel": ["plot_panel"],
        "presets": ["PRESETS", "Preset", "get_preset"],
        "proof": ["save_proof"],
        "rankings": ["plot_contributions", "plot_dumbbell", "plot_rank_intervals"],
        "schemes": ["class_limits"],
        "slope": ["plot_slope"],
        "specifications": ["plot_specifications"],
        "typefaces": ["typeface"],
    },
)
