"""language/__init__.py."""
