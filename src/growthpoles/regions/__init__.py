"""Regions: boundaries of any country, projection, enclaves, name matching, joins."""
