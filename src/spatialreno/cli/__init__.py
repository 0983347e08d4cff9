"""The command line: every command covers one public function."""

from spatialreno.cli import bureau, doors, land, pages, people, walks, works
from spatialreno.cli.commands import main

__all__ = ["bureau", "doors", "land", "main", "pages", "people", "walks", "works"]
