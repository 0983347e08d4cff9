"""The command line: every command covers one public function."""

from spatialreno.cli import pages
from spatialreno.cli.commands import main

__all__ = ["main", "pages"]
