"""`python -m sync.cli` is the program too."""

from sync.cli import main

main()
