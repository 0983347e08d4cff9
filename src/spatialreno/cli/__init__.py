"""The command line: every command covers one public function."""

from spatialreno.cli import commands, design, doors, land, pages, people, tables, walks, works, year
from spatialreno.cli.app import main

__all__ = ["commands", "design", "doors", "land", "main", "pages", "people", "tables", "walks", "works", "year"]
