"""Command line: arguments -> library -> exit code. Nothing is computed here.

Exit codes: 0 done, 1 the analysis says no (a study is not valid) or the reader of a pipe
has gone, 2 bad input, 130 interrupted.
"""

from growthpoles.cli.app import app, main

__all__ = ["app", "main"]
