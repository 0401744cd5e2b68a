"""regions/kazakhstan/__init__.py."""
