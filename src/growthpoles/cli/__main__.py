"""Run the command line as ``python -m growthpoles.cli``."""

from growthpoles.cli.app import main

main()
