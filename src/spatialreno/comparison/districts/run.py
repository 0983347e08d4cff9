"""compare_areas: every area of a district by itself, on whoever works, and what is unchanged not once more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spatialreno.comparison.districts.district import District, read_choices
from spatialreno.comparison.districts.record import AreaRecord, kept_record, record_of, write_record
from spatialreno.comparison.key import comparison_key
from spatialreno.comparison.options import Comparison
from spatialreno.comparison.run import compare
from spatialreno.errors import InputError
from spatialreno.files import MANIFEST, put_whole
from spatialreno.formats import read_area
from spatialreno.scale import Workers, run_each
from spatialreno.scenario import Scenario, read_scenarios

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.programme import Programme

#: An area on disk with its folder of scenarios, or one in hand with its options.
Given = str | Path | tuple["StudyArea", Sequence[Scenario]]
AREAS = "areas"


@dataclass(frozen=True)
class _Job:
    """All that a worker needs for one area."""

    name: str
    path: Path | None
    area: StudyArea | None
    scenarios: tuple[Scenario, ...] | None
    standard: str | None
    works: bool
    out: Path | None
    also: Callable[[Comparison, Path], object] | None


def compare_areas(
    areas: str | Path | Sequence[Given],
    out: str | Path | None = None,
    *,
    choose: str | Mapping[str, str] | None = None,
    programme: Programme | None = None,
    standard: str | None = None,
    works: bool = False,
    also: Callable[[Comparison, Path], object] | None = None,
    workers: Workers | Executor | None = None,
    progress: Callable[[str], None] | None = None,
) -> District:
    """Compare the options of many areas, each by itself, and add them up with people counted once.

    Parameters
    ----------
    areas
        A folder of areas (each a folder with ``area.toml``, or a ``.gpkg``; its options lie in its ``scenarios``), or a
        list of such paths, or of pairs of an area and its options.
    out
        Folder that keeps what was found, by area (``areas/NAME``), whole or not at all. An area of which nothing has
        changed since (layers, options, catalog, standard, code) is not computed again. Needs
        ``pip install 'spatialreno[parquet]'``.
    choose
        The option chosen in every area that has it, or by area. What the table ``district.csv`` in the folder of areas
        says (columns area, option, project) holds where nothing is said here.
    programme
        What ``read_programme`` gives; a row that names an area in its column
        ``area``, whose id is the area's name, or that is its project, joins the area.
    standard
        Planning standard by name or path; by default each area's own.
    works
        Plan heat and one dig into the options, as ``compare`` does.
    also
        Called with each comparison and the folder it may write into, such as ``sr.maps.AreaPages()``.
    workers
        As for ``run_each``: None, what ``open_workers`` gives, or an executor.
    progress
        Called with a sentence as each area comes back.

    Returns
    -------
    District
        An area that fails is told in it, and the rest stands.

    Raises
    ------
    InputError
        No areas, two of one name, a choice that no area has, or nowhere to write.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> clear = sr.Scenario("clear", "拆违", [sr.demolish("structures", where={"legality": "illegal"})])
    >>> district = compare_areas([(today, [clear])], choose="clear")
    >>> float(district.total().at["residents", "today"])
    2523.0
    """
    if out is not None and find_spec("pyarrow") is None:
        raise InputError("out: what is kept is GeoParquet. pip install 'spatialreno[parquet]'.")
    given, choices = _given(areas)
    place = None if out is None else Path(out) / AREAS
    jobs = _jobs(given, standard=standard, works=works, out=place, also=also)
    found = run_each(_one_area, {job.name: job for job in jobs}, workers=workers, progress=progress)
    district = District(
        records={name: done.answer for name, done in sorted(found.items()) if done.answer is not None},
        broken={name: done.fault for name, done in sorted(found.items()) if done.answer is None},
        choices=choices,
        programme=programme,
    )
    return district.choosing(choose) if choose is not None else district


def _given(areas: str | Path | Sequence[Given]) -> tuple[list[Given], dict[str, dict[str, str]]]:
    """List what is compared, and what the folder it lies in says was chosen."""
    if not isinstance(areas, str | Path):
        return list(areas), {}
    folder = Path(areas)
    return _areas_in(folder), read_choices(folder / "district.csv")


def _areas_in(folder: Path) -> list[Given]:
    """List the areas of a folder, by name."""
    if not folder.is_dir():
        raise InputError(f"{folder}: is no folder. Give the folder in which the areas lie.")
    inside = [path.parent for path in folder.glob("*/area.toml")]
    inside += [path for path in folder.glob("*.gpkg") if path.with_suffix(".toml").is_file()]
    if not inside:
        raise InputError(f"{folder}: holds no area. Put folders with an area.toml into it, or name another.")
    return [*sorted(inside)]


def _jobs(given: Sequence[Given], **terms: Any) -> list[_Job]:
    jobs = []
    for one in given:
        if isinstance(one, str | Path):
            path = Path(one)
            name = path.stem if path.suffix == ".gpkg" else path.resolve().name
            jobs.append(_Job(name, path, None, None, **terms))
        else:
            area, scenarios = one
            jobs.append(_Job(area.name, None, area, tuple(scenarios), **terms))
    names = [job.name for job in jobs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or not jobs:
        raise InputError(f"areas: {', '.join(twice) or 'none given'}. Give areas, each with a name of its own.")
    return jobs


def _one_area(job: _Job) -> AreaRecord:
    """Compare one area where the worker is; what was kept of the same is read."""
    area = job.area if job.area is not None else read_area(job.path or "")
    scenarios = job.scenarios if job.scenarios is not None else _beside(job.path or Path())
    norm = job.standard or str(area.meta.get("standard") or "gb50180-2018")
    also = "" if job.also is None else getattr(job.also, "__qualname__", "") or repr(job.also)
    key = comparison_key(area, scenarios, norm, str(job.works), also, job.name)
    folder = None if job.out is None else job.out / job.name
    kept = kept_record(folder, key) if folder is not None else None
    if kept is not None:
        return kept
    options = compare(area, scenarios, standard=norm, works=job.works)
    record = record_of(job.name, key, options)
    if folder is not None:
        put_whole(folder, lambda new: _written(record, options, job, new), manifest=MANIFEST)
    return record


def _written(record: AreaRecord, options: Comparison, job: _Job, new: Path) -> None:
    if job.also is not None:
        job.also(options, new)
    write_record(record, new)


def _beside(area: Path) -> tuple[Scenario, ...]:
    """Read the options of an area in their author's order; an area may have none yet."""
    folder = area.parent / "scenarios" / area.stem if area.suffix == ".gpkg" else area / "scenarios"
    return tuple(read_scenarios(folder))
