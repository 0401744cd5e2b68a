"""maps/charts/__init__.py."""
