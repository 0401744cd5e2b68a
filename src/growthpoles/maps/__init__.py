"""Maps and charts: physical size first, three languages, the same bytes from run to run."""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "thematic.bivariate_map": ["plot_bivariate"],
        "sheet.canvas": ["new_figure"],
        "captions": ["Caption", "write_captions"],
        "charts.moran_scatter": ["plot_moran"],
        "thematic.rating_map": ["plot_categories", "plot_rating", "rating_legend"],
        "thematic.class_change_map": ["plot_class_change", "plot_typology"],
        "thematic.cluster_map": ["plot_clusters", "plot_hotspots", "plot_significance"],
        "charts.inference_charts": ["plot_power", "plot_reference"],
        "export": ["save_figure"],
        "charts.heatmaps": ["plot_class_table", "plot_correlation", "plot_deviations", "plot_membership"],
        "thematic.ksi_map": ["ksi_legend", "plot_ksi"],
        "thematic.neighbour_map": ["plot_neighbours"],
        "thematic.value_map": ["plot_change", "plot_values"],
        "thematic.map_panel": ["plot_panel"],
        "presets": ["PRESETS", "Preset", "get_preset"],
        "proof_sheet": ["save_proof"],
        "charts.rank_charts": ["plot_contributions", "plot_dumbbell", "plot_rank_intervals"],
        "thematic.schemes": ["class_limits"],
        "charts.slope": ["plot_slope"],
        "charts.specification_chart": ["plot_specifications"],
        "typography.typefaces": ["typeface"],
    },
)
