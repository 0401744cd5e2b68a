"""A study: study.toml, its files, inputs, audit, tests and verdict."""
