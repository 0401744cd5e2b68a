"""Maps and charts: physical size first, three languages, the same bytes from run to run."""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "captions": ["Caption", "write_captions"],
        "charts.heatmaps": ["plot_class_table", "plot_correlation", "plot_deviations", "plot_membership"],
        "charts.inference_charts": ["plot_power", "plot_reference"],
        "charts.moran_scatter": ["plot_moran"],
        "charts.rank_charts": ["plot_contributions", "plot_dumbbell", "plot_rank_intervals", "plot_slope"],
        "charts.specification_chart": ["plot_specifications"],
        "export": ["save_figure"],
        "presets": ["PRESETS", "Preset", "get_preset"],
        "proof_sheet": ["save_proof"],
        "sheet.canvas": ["new_figure"],
        "thematic.bivariate_map": ["plot_bivariate"],
        "thematic.class_change_map": ["plot_class_change", "plot_typology"],
        "thematic.cluster_map": ["plot_clusters", "plot_hotspots", "plot_significance"],
        "thematic.ksi_map": ["ksi_legend", "plot_ksi"],
        "thematic.map_panel": ["plot_panel"],
        "thematic.neighbour_map": ["plot_neighbours"],
        "thematic.rating_map": ["plot_categories", "plot_rating", "rating_legend"],
        "thematic.value_map": ["class_limits", "plot_change", "plot_values"],
        "typography.typefaces": ["typeface"],
    },
)
