"""maps/sheet/__init__.py."""
