"""The key of a comparison: all that it rests on, so that nothing stale is ever taken for it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from spatialreno.files import code_digest

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.scenario import Scenario


def comparison_key(area: StudyArea, scenarios: Sequence[Scenario], *terms: str) -> str:
    """Name all that a comparison rests on, the code and its libraries too.

    Parameters
    ----------
    area, scenarios
        What is compared; names for people and printed notes count too.
    terms
        Standard and whatever else was asked.
    """
    acts = [list(area.report.itertuples(index=False, name=None))]
    rests = {
        "area": [area.name, area.title, area.fingerprint, {k: str(v) for k, v in sorted(area.meta.items())}, acts],
        "survey": area.survey.fingerprint,
        "scenarios": [[s.name, s.title, s.placed(area).fingerprint] for s in scenarios],
        "terms": [*terms, *(_text(term) for term in terms)],
        "code": code_digest(),
    }
    return hashlib.sha256(json.dumps(rests, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _text(term: str) -> str:
    """Read a standard that is a file; its name alone would not tell that it was changed."""
    path = Path(term)
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.suffix == ".toml" else ""
    except OSError:  # its own reader will tell
        return ""
