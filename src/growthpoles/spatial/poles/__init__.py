"""spatial/poles/__init__.py."""
