"""Spatial weights and spatial tests, exact where the case is small."""
