"""What this package uses of libpysal, which ships no types."""
