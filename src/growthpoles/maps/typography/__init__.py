"""Typography: typefaces and text metrics."""
