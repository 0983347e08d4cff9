"""The handbook: pages in Markdown, the reference made from the program itself while the book is built."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from docutils import nodes

sys.path.insert(0, str(Path(__file__).parent))

from chinese_search import ChineseSearch
from reference import write_reference

import spatialreno

project = "spatialreno 老旧小区改造规划工具"
author = "spatialreno maintainers"
copyright = "spatialreno maintainers (MIT)"  # Sphinx asks for this name
version = release = spatialreno.__version__
language = "zh_CN"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_heading_anchors = 4
html_theme = "furo"
html_title = f"spatialreno {version}"
html_static_path = ["look"]
html_css_files = ["handbook.css"]
html_show_sphinx = False
html_copy_source = False
html_show_search_summary = False  # read from a folder, without a server, pages may not fetch one another
suppress_warnings = ["myst.header"]

_CHINESE = re.compile(r"[\u3000-\u9fff\uff00-\uffef]{2}")

write_reference(Path(__file__).parent / "reference_pages")


def join_chinese(app: Any, doctree: Any) -> None:
    """Take line ends between Chinese characters out of paragraphs: a browser would show them as blanks."""
    for text in list(doctree.findall(nodes.Text)):
        held = text.parent
        if str(text) != "\n" or isinstance(held, nodes.FixedTextElement):
            continue
        place = next(at for at, child in enumerate(held.children) if child is text)  # equal ones are others
        before, after = held.children[:place], held.children[place + 1 :]
        if before and after and _CHINESE.fullmatch(before[-1].astext()[-1:] + after[0].astext()[:1]):
            del held[place]


def setup(app: Any) -> None:
    """Let readers search in Chinese, and show Chinese without blanks."""
    app.add_search_language(ChineseSearch)
    app.connect("doctree-read", join_chinese)
