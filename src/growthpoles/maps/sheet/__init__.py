"""The sheet of paper: layout, legend, scale bar, graticule, insets, text."""
