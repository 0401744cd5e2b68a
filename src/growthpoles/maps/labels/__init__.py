"""maps/labels/__init__.py."""
