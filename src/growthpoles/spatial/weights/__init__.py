"""Spatial weights."""
