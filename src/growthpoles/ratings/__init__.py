"""Ratings: normalise, aggregate, classify; profiles, robustness and coherence.

Names load on first use: a study file is checked against the methods here without numpy or pandas.
"""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
