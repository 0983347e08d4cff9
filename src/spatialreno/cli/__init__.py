"""The command line: every command covers one public function."""

from spatialreno.cli import land, pages, people, works
from spatialreno.cli.commands import main

__all__ = ["land", "main", "pages", "people", "works"]
