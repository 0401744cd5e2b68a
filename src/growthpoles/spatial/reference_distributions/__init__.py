"""Reference distributions: the null distributions behind the p-values."""
