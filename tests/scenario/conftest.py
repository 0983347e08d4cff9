"""The two yards, drawn once: areas are frozen, so tests may share them."""

import pytest
from scenario.yards import two_yards

from spatialreno import StudyArea


@pytest.fixture(scope="session")
def yards() -> StudyArea:
    return two_yards()
