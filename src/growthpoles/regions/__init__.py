"""Source tables, boundaries, region names and the registry of shipped files."""
