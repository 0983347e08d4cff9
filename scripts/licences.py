"""List what an installation brings: name, version and licence of every package that is needed, or a CycloneDX list.

    python scripts/licences.py            a table; exit 1 where a licence is proprietary or unknown
    python scripts/licences.py --sbom     CycloneDX 1.5 JSON
"""

from __future__ import annotations

import json
import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution

EXTRAS = ("all",)
#: Licences that the metadata of a package states in words of its own.
FREE = re.compile(
    r"MIT|BSD|Apache|MPL|Mozilla|PSF|Python Software|ISC|GPL|Unlicense|HPND|Zlib|CC0|Public Domain|Boost|SIL|EPL",
    re.IGNORECASE,
)
STATED_ELSEWHERE = {"xstatic-leaflet": "BSD-2-Clause (as Leaflet)"}  # its metadata says "same as Leaflet"
CLOSED = re.compile(r"proprietary|commercial", re.IGNORECASE)


def needed(name: str, extras: tuple[str, ...], found: dict[str, Distribution]) -> dict[str, Distribution]:
    """Follow the requirements of an installed package."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    try:
        package = distribution(name)
    except PackageNotFoundError:
        return found
    for line in package.requires or ():
        asked = Requirement(line)
        holds = asked.marker is None or any(asked.marker.evaluate({"extra": e}) for e in (*extras, ""))
        key = canonicalize_name(asked.name)
        if holds and (key not in found or asked.extras):
            inner = key in found
            try:
                found.setdefault(key, distribution(asked.name))
            except PackageNotFoundError:
                continue
            if not inner or asked.extras:
                needed(asked.name, tuple(asked.extras), found)
    return found


def licence(package: Distribution) -> str:
    """Read the licence a package states: its expression, else its classifiers, else the first line of its field."""
    meta = package.metadata
    if meta["Name"].lower() in STATED_ELSEWHERE:
        return STATED_ELSEWHERE[meta["Name"].lower()]
    stated = meta.get("License-Expression")
    classes = [c.split("::")[-1].strip() for c in meta.get_all("Classifier") or () if c.startswith("License ::")]
    return str(stated or "; ".join(classes) or (meta.get("License") or "").strip().split("\n")[0] or "unknown")


def sbom(packages: dict[str, Distribution]) -> str:
    """Write the list as CycloneDX."""
    parts = [
        {"type": "library", "name": name, "version": p.version, "purl": f"pkg:pypi/{name}@{p.version}",
         "licenses": [{"license": {"name": licence(p)}}]}
        for name, p in sorted(packages.items())
    ]  # fmt: skip
    own = {"type": "application", "name": "spatialreno", "version": distribution("spatialreno").version}
    told = {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "metadata": {"component": own}}
    return json.dumps(told | {"components": parts}, ensure_ascii=False, indent=1)


def main() -> int:
    """Print the list."""
    packages = needed("spatialreno", EXTRAS, {})
    packages.pop("spatialreno", None)
    if "--sbom" in sys.argv:
        print(sbom(packages))
        return 0
    bad = []
    for name, package in sorted(packages.items()):
        said = licence(package)
        print(f"{name:28}{package.version:16}{said}")
        if CLOSED.search(said) or not FREE.search(said):
            bad.append(name)
    if bad:
        print(f"proprietary or unknown: {', '.join(bad)}", file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
