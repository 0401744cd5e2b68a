"""Command line: arguments -> library -> exit code. Nothing is computed here.

Exit codes: 0 done, 1 the analysis says no (a study is not valid) or the reader of a pipe
has gone, 2 bad input or no place for the output, 3 a fault of growthpoles itself, 130 interrupted.
"""

import sys

try:
    from growthpoles.cli.app import app, main
except KeyboardInterrupt:  # while libraries are loaded
    sys.exit(130)

__all__ = ["app", "main"]
