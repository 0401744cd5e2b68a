"""spatial/reference_distributions/__init__.py."""
