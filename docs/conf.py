"""The handbook: pages in Markdown, the reference made from the program itself while the book is built."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from chinese_search import ChineseSearch
from reference import write_reference

import spatialreno

project = "spatialreno 老旧小区改造规划工具"
author = "spatialreno maintainers"
version = release = spatialreno.__version__
language = "zh_CN"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_heading_anchors = 4
html_theme = "furo"
html_title = f"spatialreno {version}"
html_show_sphinx = False
html_copy_source = False
html_show_search_summary = False  # read from a folder, without a server, pages may not fetch one another
suppress_warnings = ["myst.header"]

write_reference(Path(__file__).parent / "reference_pages")


def setup(app: Any) -> None:
    """Let readers search in Chinese."""
    app.add_search_language(ChineseSearch)
