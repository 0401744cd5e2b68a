"""Spatial statistics: weights, global and local tests, growth-pole questions."""
