"""Charts: Moran scatter plot, ranks, heat maps, inference, specification curve."""
