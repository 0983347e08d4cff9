"""The command line: every command covers one public function."""

from spatialreno.cli import doors, land, pages, people, walks, works
from spatialreno.cli.commands import main

__all__ = ["doors", "land", "main", "pages", "people", "walks", "works"]
