"""Names that try to be template, script, markup or layout; a page must show each as the text it is."""

PAYLOADS = (
    "{{7*7}}",
    "{{ ''.__class__.__mro__ }}",
    "{#1号楼",
    "{% raw",
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script>",
    "<svg/onload=alert(3)>",
    "${alert(4)}",
    "`;alert(5);`",
    "<!--",
    "--></style><b>粗</b>",
    '" onmouseover="alert(6)',
    "' autofocus onfocus='alert(7)",
    "javascript:alert(8)",
    "]]>&lt;i&gt;",
    "\u202e楼号\u202c",
    "\u2067院",
    "\u2028alert(9)",
    "\\u003cb\\u003e",
    "=HYPERLINK(1)",
)
ALL = " ".join(PAYLOADS)


def hostile(name: str) -> str:
    """Put every payload after a name."""
    return f"{name} {ALL}"
