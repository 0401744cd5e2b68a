"""maps/thematic/__init__.py."""
