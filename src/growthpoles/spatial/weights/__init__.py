"""spatial/weights/__init__.py."""
