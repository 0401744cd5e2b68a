"""Kazakhstan, the built-in country: divisions by year, region names, division changes."""
