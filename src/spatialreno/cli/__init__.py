"""The command line: every command covers one public function."""

from spatialreno.cli import bureau, commands, design, doors, land, pages, people, tables, walks, works
from spatialreno.cli.app import main

__all__ = ["bureau", "commands", "design", "doors", "land", "main", "pages", "people", "tables", "walks", "works"]
