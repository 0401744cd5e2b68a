"""Thematic maps, one module a kind."""
