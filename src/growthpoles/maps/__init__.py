"""Maps and charts: physical size first, every language, the same bytes from run to run."""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
