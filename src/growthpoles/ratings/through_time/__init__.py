"""Ratings through time: change between two years, trends, ranks and classes from year to year."""
