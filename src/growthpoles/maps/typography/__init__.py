"""maps/typography/__init__.py."""
