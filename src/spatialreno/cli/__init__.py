"""The command line: every command covers one public function."""

from spatialreno.cli import people  # noqa: F401  its commands join the others
from spatialreno.cli.commands import main

__all__ = ["main"]
