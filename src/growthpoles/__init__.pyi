__version__: str

from .data.boundaries import load_regions as load_regions
from .data.regions import match_regions as match_regions
from .inputs import load_indicators as load_indicators
from .inputs import load_published as load_published
from .inputs import study_regions as study_regions
from .maps.choropleth import plot_change as plot_change
from .maps.choropleth import plot_ksi as plot_ksi
from .maps.choropleth import plot_rating as plot_rating
from .maps.clusters import plot_clusters as plot_clusters
from .maps.charts import plot_moran as plot_moran
from .maps.export import save_figure as save_figure
from .ratings.classes import classify as classify
from .ratings.rate import rate as rate
from .report.build import build_report as build_report
from .spatial.local_tests import local_moran as local_moran
from .spatial.moran import moran as moran
from .spatial.weights import build_weights as build_weights
from .study import load_study as load_study
