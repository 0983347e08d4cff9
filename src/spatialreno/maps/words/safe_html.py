"""The one guarded door: everything that becomes a page goes through here.

Data are never markup, template or script. Text is escaped by ``text``, markup is put together by ``tag``,
data for scripts are written by ``data``; folium renders inside ``guarded``; ``document`` inlines known
libraries, refuses unknown addresses, and lets only the scripts of the page itself run.
"""

from __future__ import annotations

import base64
import hashlib
import html
import importlib.resources
import itertools
import json
import re
import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from spatialreno.errors import InputError

_POLICY = (
    "default-src 'none'; img-src {images}; style-src 'unsafe-inline'; script-src {scripts}; "
    "base-uri 'none'; form-action 'none'"
)
# folium names Leaflet by an address on the net; the same file comes from a package.
_LEAFLET = re.compile(r"^https://cdn\.jsdelivr\.net/npm/leaflet@1\.9\.\d+/dist/(leaflet\.(?:js|css))$")
_LOCK = threading.RLock()
# Characters that templates and template literals give a meaning to; as entities they are only text.
_ENTITIES = {ord(character): f"&#{ord(character)};" for character in "\\`${}"}
_CONTROLS = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n"} | {127: 0x2421}
_NUMBERS = (int, float)  # most of what a page holds
_IN_SCRIPT = {ord(character): f"\\u{ord(character):04x}" for character in "<>&'\u2028\u2029"}


class Markup(str):
    """Text that is already safe HTML; only ``tag`` and ``joined`` make it."""

    __slots__ = ()


def clean(value: object) -> str:
    """Write a value as text in which control characters are visible and half characters are replaced."""
    plain = str(value)
    if plain.isprintable():  # then there is neither
        return plain
    return plain.translate(_CONTROLS).encode("utf-8", "replace").decode("utf-8")


def text(value: object) -> Markup:
    """Escape a value so that HTML, Jinja and template literals all show it as text.

    >>> text("<b>{{7*7}}</b>")
    '&lt;b&gt;&#123;&#123;7*7&#125;&#125;&lt;/b&gt;'
    """
    if isinstance(value, Markup):
        return value
    return Markup(html.escape(clean(value), quote=True).translate(_ENTITIES))


def tag(name: str, /, *children: object, **attributes: object) -> Markup:
    """Write one element; children that are not markup are escaped.

    Attributes that are None or False are left out. ``class_`` and ``for_`` lose the underscore; other
    underscores become hyphens (``aria_label``).

    >>> tag("p", "1 < 2", class_="note", hidden=True)
    '<p class="note" hidden>1 &lt; 2</p>'
    """
    written = []
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        attribute = key.rstrip("_").replace("_", "-")
        written.append(f" {attribute}" if value is True else f' {attribute}="{text(value)}"')
    opening = f"<{name}{''.join(written)}>"
    if name in {"input", "meta", "br", "hr"}:
        return Markup(opening)
    return Markup(f"{opening}{joined(*children)}</{name}>")


def joined(*children: object) -> Markup:
    """Put pieces one after another, escaping what is not markup."""
    return Markup("".join(text(child) for child in children))


def isolated(value: object) -> Markup:
    """Escape a name that may hold right-to-left marks, so that they end where the name ends."""
    return tag("bdi", value)


def packed_data(value: object) -> str:
    """Write data as compressed JSON in base64, which may stand inside a script as one string."""
    return f'"{packed_text(value)}"'


def packed_text(value: object, columns: bytes = b"") -> str:
    """Write data as compressed JSON in base64, to stand as a text among other data; after a zero come its columns."""
    written = json.dumps(_clean_tree(value), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")
    return base64.b64encode(zlib.compress(written + (b"\0" + columns if columns else b""), 9)).decode("ascii")


def data(value: object) -> str:
    """Write data as JSON that may stand inside a script element: sorted keys, no markup."""
    written = json.dumps(_clean_tree(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return written.translate(_IN_SCRIPT)


def _clean_tree(value: object) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(key): _clean_tree(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [item if type(item) in _NUMBERS else _clean_tree(item) for item in value]
    return value


class _Literal:
    """A template that is not one: it renders to the text it was given."""

    def __init__(self, source: str) -> None:
        self.source = source

    def render(self, *_: object, **__: object) -> str:
        return self.source


@contextmanager
def guarded() -> Iterator[None]:
    """Let folium build and render with literal text and counted names.

    branca compiles the text of each rendered layer a second time as a Jinja template, so a name such as
    ``{{…}}`` in the data would run; inside this block such text stays text. Its random element names become
    1, 2, 3 …, so that the same map is the same bytes.
    """
    import folium  # noqa: F401  its own templates must be compiled before text becomes literal
    from branca import element

    numbers = itertools.count(1)
    branca: Any = element
    kept = branca.Template, branca.Element.__dict__["_generate_id"]
    with _LOCK:
        branca.Template = _Literal
        branca.Element._generate_id = classmethod(lambda cls: str(next(numbers)))
        try:
            yield
        finally:
            branca.Template, branca.Element._generate_id = kept


def asset(name: str) -> str:
    """Read one of our own small style sheets or scripts."""
    return (importlib.resources.files("spatialreno.maps") / "assets" / name).read_text(encoding="utf-8")


def scripts(names: Sequence[str]) -> str:
    """Read several of our own scripts, one after another."""
    return "\n".join(asset(f"{name}.js") for name in names)


def library(address: str) -> str:
    """Return the text of a library that a page asks for by its address, from an installed package.

    Raises
    ------
    InputError
        The address is not one of the known libraries; a page never asks the net.
    """
    known = _LEAFLET.match(address)
    if known is None:
        raise InputError(
            f"page: {address} would have to be fetched from the net. "
            "Use only what spatialreno.maps can put into the file."
        )
    from xstatic.pkg import leaflet

    found = Path(leaflet.BASE_DIR, known.group(1))
    code = found.read_text(encoding="utf-8")
    return _with_images(code, found.parent) if found.suffix == ".css" else code


def _with_images(css: str, folder: Path) -> str:
    def inlined(found: re.Match[str]) -> str:
        picture = base64.b64encode((folder / found.group(1)).read_bytes()).decode("ascii")
        return f"url(data:image/png;base64,{picture})"

    return re.sub(r"url\((images/[\w.-]+\.png)\)", inlined, css)


def document(
    figure: Any, *, lang: str, title: str, style: str = "", script: str = "", hosts: Sequence[str] = ()
) -> str:
    """Render a folium figure, inside ``guarded``, as one page that needs nothing from outside.

    Parameters
    ----------
    figure : branca.element.Figure
        What ``folium.Map.get_root()`` gives, with anything else added to its header, html and script.
    lang : str
        Language code of the page, such as ``zh-CN``.
    title : str
        Title of the window; any text.
    style, script : str
        Our own style sheet, put after the libraries', and our own code, put before the figure's.
    hosts : sequence of str
        Addresses that pictures may come from besides the page itself: those of a base map that was asked for.

    Returns
    -------
    str
        A complete HTML document.

    Raises
    ------
    InputError
        Something in the figure asks for an unknown address.
    """
    for child in list(figure._children.values()):
        child.render()
    parts = {name: _rendered(getattr(figure, name)) for name in ("header", "html", "script")}
    code = _one_script(f"{script}\n{parts['script']}")
    head = f"{parts['header']}\n<style>{style}</style>"
    return _page(
        head, f"{parts['html']}\n{code}", lang=lang, title=title, hosts=hosts,
        scripts=" ".join(_hashes(parts["header"] + code)),
    )  # fmt: skip


def plain(body: Markup, *, lang: str, title: str, style: str, script: str = "") -> str:
    """Write a page of text and pictures, in which no script may run but the one of ours that is given.

    Parameters
    ----------
    body : Markup
        What ``tag`` and ``joined`` made.
    lang : str
        Language code of the page.
    title : str
        Title of the window; any text.
    style : str
        Our own style sheet.
    script : str
        Our own script; none by default.
    """
    run = _one_script(script) if script else ""
    scripts = " ".join(_hashes(run)) or "'none'"
    return _page(f"<style>{style}</style>", f"{body}{run}", lang=lang, title=title, scripts=scripts)


def _page(head: str, body: str, *, lang: str, title: str, scripts: str, hosts: Sequence[str] = ()) -> str:
    policy = _POLICY.format(scripts=scripts, images=" ".join(["data:", *hosts]))
    about = joined(
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=Markup(policy)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{text(lang)}">\n<head>\n{about}\n{head}\n</head>\n'
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _rendered(element: Any) -> str:
    return "\n".join(_one(child) for child in element._children.values())


def _one(child: Any) -> str:
    kind = type(child).__name__
    if kind == "JavascriptLink":
        return _one_script(library(child.url))
    if kind == "CssLink":
        return f"<style>{library(child.url)}</style>"
    # folium's own viewport forbids zooming; ours, set above, allows it.
    return re.sub(r'<meta (?:name="viewport"|http-equiv="content-type")[^>]*/>', "", str(child.render()))


def _one_script(code: str) -> str:
    """Wrap code so that nothing in it can end the element, and drop pointers to files outside."""
    code = re.sub(r"//# sourceMappingURL=\S*", "", code).replace("\r\n", "\n").replace("\r", "\n")
    code = re.sub(r"<(?=/script)", r"\\x3c", code, flags=re.IGNORECASE).replace("<!--", "\\x3c!--")
    return f"<script>{code}</script>"


def _hashes(markup: str) -> list[str]:
    """List each script of the page by its fingerprint: no other script, and no on… attribute, may run."""
    found = re.findall(r"<script>(.*?)</script>", markup, flags=re.DOTALL)
    digests = [base64.b64encode(hashlib.sha256(code.encode()).digest()).decode("ascii") for code in found]
    return [f"'sha256-{digest}'" for digest in dict.fromkeys(digests)]
