"""study/files/__init__.py."""
