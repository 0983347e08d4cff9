"""Keep comparisons between commands: what was compared of the very same is read, not worked out once more.

Ballots, rights and contacts are never written: areas, register and consents are made anew from the area that was read.
What is kept lies in a folder that only its user can write to, because reading it back runs what stands in it.
"""

from __future__ import annotations

import hashlib
import io
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import pandas as pd

from spatialreno.area import Changes, StudyArea, changes_of, with_changes
from spatialreno.community import find_consents, read_register
from spatialreno.comparison.key import comparison_key
from spatialreno.comparison.options import TODAY, Comparison
from spatialreno.comparison.works import Asked, asked_of_owners, asked_works
from spatialreno.files import unfit_folder, user_cache
from spatialreno.scenario import Scenario, make_bill

if TYPE_CHECKING:
    from spatialreno.community import Consents, Register

#: Most that is kept, in bytes; what was not used for longest goes first.
MOST = 500_000_000
#: What pages and papers ask of a comparison; worked out before it is kept, so that each of them has it.
_ASKED = ("idle", "blockers", "conflicts", "sections", "reach_changes", "room", "checkups", "provenance")
_FRESH = ("areas", "scenarios", "consents", "register", "shelf", "before", "_made")
Say = Callable[[str], None]
T = TypeVar("T")


class _Ref(NamedTuple):
    """Stands for something that is not written but made anew."""

    what: str
    name: str


def compare_once(
    today: StudyArea,
    scenarios: Sequence[Scenario],
    *,
    standard: str = "gb50180-2018",
    works: Asked = False,
    strict: bool = False,
    cache: str | Path | None = None,
    progress: Say | None = None,
) -> Comparison:
    """Compare options, or take what was compared of the very same area, options, catalog, standard and code.

    Parameters
    ----------
    today, scenarios, standard, works, strict, progress
        As for :func:`spatialreno.compare`.
    cache
        Folder in which comparisons are kept, up to 500 MB; by default the user's own (``cache_folder``). Ballots,
        rights and contacts are not written into it. Where it cannot be written, or others could write to it,
        everything is worked out, and ``progress`` is told why.

    Returns
    -------
    Comparison
        The same, kept or not.

    Examples
    --------
    >>> import tempfile, spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     first = compare_once(today, [], cache=folder)
    ...     again = compare_once(today, [], cache=folder)
    >>> first.table().equals(again.table())
    True
    """
    say = progress or (lambda _: None)
    terms: dict[str, Any] = {"standard": standard, "works": works, "strict": strict}

    def worked_out(before: Comparison | None = None) -> Comparison:
        from spatialreno.comparison.run import compare  # with its solvers and kernels, which what is kept does not need

        return compare(today, scenarios, progress=say, before=before, **terms)

    folder = Path(cache) if cache is not None else cache_folder()
    why = unfit_folder(folder)
    if why:
        say(f"not kept for the next command: {why}")
        return worked_out()
    place = _Place(folder, standard, strict)

    def on_today() -> Comparison:
        """Take what is known of today alone; where nothing is, keep it for the live page and the next options."""
        options = worked_out(_today_kept(place, today) if scenarios else None)
        if scenarios and options.before is None:
            with suppress(OSError, pickle.PicklingError):
                _store(_memory(place))(place.key(today, [], works=False), lambda _: _written(_alone(options)))
        return options

    return _kept_or_made(place, place.key(today, scenarios, works), today, on_today, say)


def _today_kept(place: _Place, today: StudyArea) -> Comparison | None:
    """Read today alone where it is kept whole."""

    def not_there(_: str) -> bytes:
        raise FileNotFoundError

    with suppress(OSError):
        whole = _whole(_store(_memory(place))(place.key(today, [], works=False), not_there))
        return _read(whole, today) if whole else None
    return None


def today_alone(options: Comparison) -> Comparison:
    """Return today by itself, as ``compare`` gives it without options; kept where the options are.

    Parameters
    ----------
    options
        What ``compare`` or ``compare_once`` gives.

    Returns
    -------
    Comparison
        Of today alone, by the same standard.

    Examples
    --------
    >>> import spatialreno as sr
    >>> options = sr.compare(sr.read_area("data/geo/xigongdi"), [])
    >>> today_alone(options).table().equals(options.table())
    True
    """
    if not isinstance(options.shelf, _Shelf):
        return _alone(options)
    place = options.shelf.place
    key = place.key(options.today, [], works=False)
    return _kept_or_made(place, key, options.today, lambda: _alone(options), lambda _: None)


def _alone(options: Comparison) -> Comparison:
    today, plans = options.today, options.plans
    alone = Comparison(
        areas={TODAY: today},
        evaluations={TODAY: options.evaluations[TODAY]},
        blocks={TODAY: options.blocks[TODAY]},
        freed={TODAY: options.freed[TODAY]},
        gained={TODAY: options.gained[TODAY]},
        isochrones={TODAY: options.isochrones[TODAY]},
        ledgers={TODAY: pd.DataFrame()},
        scenarios=(),
        consents={},
        register=options.register,
        money=make_bill({TODAY: []}, today.catalog, float(today.buildings["households"].sum())),
        plans=plans[plans.index.get_level_values("option") == TODAY],
    )
    for name in ("sections", "blockers", "reach_changes"):
        vars(alone)[name] = {TODAY: getattr(options, name)[TODAY]}
    vars(alone)["room"] = options.room
    return alone


class _Place(NamedTuple):
    """Where comparisons are kept, and by what they were held."""

    folder: Path
    standard: str
    strict: bool

    def key(self, today: StudyArea, scenarios: Sequence[Scenario], works: Asked) -> str:
        asked = {name: list(kinds) for name, kinds in asked_works(works, scenarios).items()}
        terms = (f"works={asked} {isinstance(works, Mapping)}", f"strict={self.strict}")
        return comparison_key(today, scenarios, self.standard, *terms)


def cache_folder() -> Path:
    """Name the folder in which comparisons are kept: ``SPATIALRENO_CACHE``, else in the user's cache folder.

    Returns
    -------
    pathlib.Path
        It need not be there yet.

    Examples
    --------
    >>> cache_folder().name
    'comparisons'
    """
    return user_cache() / "comparisons"


def _kept_or_made(
    place: _Place, key: str, today: StudyArea, worked_out: Callable[[], Comparison], say: Say
) -> Comparison:
    """Read what is kept under the key, or work it out and keep it."""
    made: list[Comparison] = []

    def work(_: str) -> bytes:
        made.append(worked_out())
        return _written(made[0])

    memory = _memory(place)
    store = _store(memory)
    try:
        told = store(key, work)
        if not made:
            whole = _whole(told)
            say("compared before: taken from the cache" if whole else "what was kept is not whole: compared anew")
            made.append(_read(whole, today) if whole else worked_out())
        else:
            memory.reduce_size(bytes_limit=MOST)
        object.__setattr__(made[0], "shelf", _Shelf(place, store, key, made[0]))
    except (OSError, pickle.PicklingError) as error:  # a full disk, an area that nobody can name
        say(f"not kept for the next command: {error}")
    return made[0] if made else worked_out()


def _memory(place: _Place) -> Any:
    import joblib

    return joblib.Memory(place.folder, verbose=0)


def _store(memory: Any) -> Any:
    """Give the function that takes what is kept under a key, or keeps what its maker gives."""
    return memory.cache(_stored, ignore=["work"], verbose=0)


class _Shelf:
    """Keeps answers about one comparison beside it, under its key."""

    def __init__(
        self, place: _Place, store: Callable[[str, Callable[[str], bytes]], bytes], key: str, options: Comparison
    ) -> None:
        self.place, self._store, self._key = place, store, key
        self._areas = options.areas

    def take(self, name: str, make: Callable[[], T]) -> T:
        """Give what is kept under a name, or work it out and keep it; what cannot be written is only worked out."""
        made: list[T] = []

        def work(_: str) -> bytes:
            made.append(make())
            out = io.BytesIO()
            _Writer(out, {id(area): _Ref("area", name) for name, area in self._areas.items()}).dump(made[0])
            return _sealed(out)

        try:
            whole = _whole(self._store(f"{self._key} {name}", work))
        except (OSError, pickle.PicklingError, AttributeError, TypeError):  # a full disk, something nobody can write
            whole = b""
        if not made and whole:
            made.append(_Reader(io.BytesIO(whole), {"area": self._areas}).load())
        return made[0] if made else make()


def _stored(key: str, work: Callable[[str], bytes]) -> bytes:
    return work(key)


def _written(options: Comparison) -> bytes:
    """Write a comparison without anything personal."""
    for name in _ASKED:
        getattr(options, name)
    rest = {name: value for name, value in vars(options).items() if name not in _FRESH}
    names: dict[int, _Ref] = {id(area): _Ref("area", name) for name, area in options.areas.items()}
    names |= {id(found): _Ref("consents", name) for name, found in options.consents.items()}
    names[id(options.register)] = _Ref("register", "")
    out = io.BytesIO()
    today = options.today
    changes = {s.name: changes_of(options.areas[s.name], today) for s in options.scenarios}
    pickle.dump((options.scenarios, changes), out)
    writer = _Writer(out, names)
    writer.dump({name: area.lasting for name, area in options.areas.items()})  # first: consents are found from it
    writer.dump(rest)
    return _sealed(out)


def _sealed(out: io.BytesIO) -> bytes:
    """Put the hash of what was written before it."""
    return hashlib.sha256(out.getvalue()).digest() + out.getvalue()


def _whole(told: bytes) -> bytes:
    """Take the hash off; nothing when it is not that of the rest."""
    return told[32:] if hashlib.sha256(told[32:]).digest() == told[:32] else b""


class _Writer(pickle.Pickler):
    """Writes a mark for each area, register and consent, and refuses an area that has none."""

    def __init__(self, out: io.BytesIO, names: Mapping[int, _Ref]) -> None:
        super().__init__(out, protocol=5)
        self._names = names

    def reducer_override(self, obj: object) -> Any:
        """Mark what has a mark; asked for things of a class only, not for each of half a million numbers and words."""
        found = self._names.get(id(obj))
        if found is None and isinstance(obj, StudyArea):
            raise pickle.PicklingError(f"{obj.name} is an area besides those compared")
        return NotImplemented if found is None else (_marked, (found.what, found.name))


def _marked(what: str, name: str) -> Any:
    """Stand for what a mark is read as; the reader puts its own in this place."""
    raise pickle.UnpicklingError(f"{what} {name}: only read with what it stands for")


class _Reader(pickle.Unpickler):
    def __init__(self, told: io.BytesIO, fresh: Mapping[str, Mapping[str, Any]]) -> None:
        super().__init__(told)
        self._fresh = fresh

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == (_marked.__module__, _marked.__name__):
            return lambda what, which: self._fresh[what][which]
        return super().find_class(module, name)


class _WhenAsked(Mapping[str, T]):
    """Values that are worked out when they are first asked for: not every command tells whom to ask."""

    def __init__(self, make: Mapping[str, Callable[[], T]]) -> None:
        self._make = make
        self._made: dict[str, T] = {}

    def __getitem__(self, name: str) -> T:
        if name not in self._made:
            self._made[name] = self._make[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._make)

    def __len__(self) -> int:
        return len(self._make)


def _read(told: bytes, today: StudyArea) -> Comparison:
    """Put a comparison together: what is kept, and what is personal from the area in hand.

    Writer and reader each go on with what they have met, so that what both parts hold is read back as one thing.
    """
    source = io.BytesIO(told)
    told_areas: tuple[tuple[Scenario, ...], dict[str, Changes | None]] = pickle.load(source)
    scenarios, changes = told_areas
    areas = {TODAY: today}
    for scenario in scenarios:
        own = changes[scenario.name]
        areas[scenario.name] = scenario.apply(today) if own is None else with_changes(today, own)
    book: Register = read_register(today, keep_rest=True)
    consents = _WhenAsked({s.name: partial(_consents, today, s, book) for s in scenarios})
    reader = _Reader(source, {"area": areas, "consents": consents, "register": {"": book}})
    for name, known in reader.load().items():  # before anything else is asked of the areas
        areas[name].take_lasting(known)
    rest = reader.load()
    given = {f.name for f in fields(Comparison)} - set(_FRESH)
    options = Comparison(
        areas=areas, scenarios=scenarios, consents=consents, register=book, **{name: rest[name] for name in given}
    )
    vars(options).update({name: value for name, value in rest.items() if name not in given})
    return options


def _consents(today: StudyArea, scenario: Scenario, book: Register) -> Consents:
    return find_consents(today, asked_of_owners(scenario), register=book, keep_rest=True)
