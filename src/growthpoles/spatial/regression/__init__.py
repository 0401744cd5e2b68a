"""Spatial regression: maximum likelihood of lag, error and Durbin models, diagnostics, impacts, panels."""
