"""District: many areas side by side and in all, people counted once, with what was chosen and what is programmed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialreno.area import LONLAT
from spatialreno.catalog import read_catalog
from spatialreno.comparison.districts.record import AreaRecord
from spatialreno.comparison.options import TODAY
from spatialreno.comparison.sheet import Sheet
from spatialreno.errors import InputError
from spatialreno.files import csv_rows, put_whole, write_gpkg, write_sheet
from spatialreno.indicators import gain_values, indicator_title

if TYPE_CHECKING:
    from spatialreno.programme import Programme

Lang = Literal["zh", "en"]
CHOSEN = "chosen"
#: States of an area, the farthest first.
STATES = ("done", "in_progress", "started", "planned", "chosen", "compared", "surveyed", "broken")
_HEADS: Mapping[str, tuple[str, str]] = {
    "area": ("片区", "area"),
    "state": ("状态", "state"),
    "option": ("选定方案", "option chosen"),
    "all": ("合计", "in all"),
}
_JOINED = ["project", "status", "year", "start_planned", "end_planned", "end", "money_yuan"]


@dataclass(frozen=True, eq=False, repr=False)
class District:
    """Many areas, each compared by itself; made by ``compare_areas``.

    Attributes
    ----------
    records
        By area: its figures by option, its homes, its outline.
    broken
        By area that could not be compared: why, with the mend.
    choices
        By area: the ``option`` chosen and the ``project`` of the programme, where they are known.
    programme
        What ``read_programme`` gave; None without one.
    """

    records: Mapping[str, AreaRecord]
    broken: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    programme: Programme | None = None

    def choosing(self, choose: str | Mapping[str, str]) -> District:
        """Return the district with options chosen: one name for every area that has it, or a name by area.

        Parameters
        ----------
        choose
            Name of an option, or name of an option by name of the area.

        Returns
        -------
        District
            The same areas; what was chosen before stays where nothing else is said.

        Raises
        ------
        InputError
            An area or an option that there is not; all at once.

        Examples
        --------
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> clear = sr.Scenario("clear", "拆违", [sr.demolish("structures", where={"legality": "illegal"})])
        >>> district = sr.compare_areas([(today, [clear])], choose="clear")
        >>> district.choosing("clear").chosen, district.choosing({"xigongdi": "clear"}).chosen
        ({'xigongdi': 'clear'}, {'xigongdi': 'clear'})
        """
        everywhere = isinstance(choose, str)
        wanted = {name: str(choose) for name in self.records} if isinstance(choose, str) else dict(choose)
        has = {name: option in record.titles for name, option in wanted.items()
               if (record := self.records.get(name)) is not None}  # fmt: skip
        wrong = [f"{name} {option}" for name, option in sorted(wanted.items())
                 if name not in self.broken and not has.get(name, False)]  # fmt: skip
        if (wrong and not everywhere) or (everywhere and self.records and not any(has.values())):
            known = "; ".join(f"{name}: {', '.join(record.options)}" for name, record in self.records.items())
            raise InputError(f"choose: {', '.join(wrong)} is not known. Areas and their options: {known}.")
        chosen = {name: {**self.choices.get(name, {}), "option": wanted[name]} for name, yes in has.items() if yes}
        return replace(self, choices={**self.choices, **chosen})

    @cached_property
    def chosen(self) -> dict[str, str]:
        """By area, the option chosen; areas without one are left out."""
        said = {name: str(self.choices.get(name, {}).get("option") or "") for name in self.records}
        return {name: option for name, option in said.items() if option in self.records[name].titles}

    @cached_property
    def states(self) -> dict[str, str]:
        """By area, how far it has come: the status of its project, else chosen, compared, surveyed or broken."""
        found = {}
        for name in sorted({*self.records, *self.broken}):
            status = self.projects["status"].get(name)
            if isinstance(status, str) and status:
                found[name] = status
            elif name in self.broken:
                found[name] = "broken"
            else:
                has = CHOSEN if name in self.chosen else "compared" if self.records[name].options else "surveyed"
                found[name] = has
        return found

    @cached_property
    def projects(self) -> pd.DataFrame:
        """The row of the programme that is each area's; index area."""
        if self.programme is None:
            return pd.DataFrame(columns=_JOINED, index=pd.Index([], name="area"))
        rows = self.programme.rows
        names = sorted({*self.records, *self.broken})
        own = {str(area): str(i) for i, area in rows["area"].dropna().items()}
        ids = {name: str(self.choices.get(name, {}).get("project") or own.get(name, name)) for name in names}
        known = {name: i for name, i in ids.items() if i in rows.index}
        found = rows.reindex(list(known.values())).set_axis(pd.Index(list(known), name="area"))
        return found.assign(project=list(known.values())).reindex(columns=_JOINED)

    @cached_property
    def twice(self) -> pd.DataFrame:
        """Homes that lie in an area before as well: columns area, building_id, first, first_id, residents.

        Two areas hold the same building when the overlap is at least ``same_building_share`` of the smaller one. Its
        residents count in the first area, by name; here they are listed.
        """
        homes = self._homes
        pairs = _same_buildings(homes, read_catalog().constants["same_building_share"])
        first: dict[int, int] = {}
        for before, after in pairs:
            if before not in first and after not in first:
                first[after] = before
        rows = [
            (homes["area"][j], homes["id"][j], homes["area"][i], homes["id"][i], homes["residents"][j])
            for j, i in sorted(first.items())
        ]
        return pd.DataFrame(rows, columns=["area", "building_id", "first", "first_id", "residents"])

    @cached_property
    def _homes(self) -> gpd.GeoDataFrame:
        """Put all homes of all areas under one another, by area and id."""
        parts = []
        for name, record in sorted(self.records.items()):
            now = record.people[record.people["option"] == TODAY].set_index("building_id")["residents"]
            own = record.homes[record.homes.index.isin(now.index)]
            parts.append(own.assign(area=name, id=own.index, residents=now.reindex(own.index)).reset_index(drop=True))
        if not parts:
            return gpd.GeoDataFrame({"area": [], "id": [], "residents": []}, geometry=[], crs=LONLAT)
        return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=LONLAT)

    def table(self) -> pd.DataFrame:
        """Return every figure of every area and option: index area, option, indicator; columns value, unit.

        Each area counts all its own people here; ``total`` counts those of several areas once.
        """
        units = read_catalog().indicators["unit"]
        parts = {name: record.values.melt(ignore_index=False, var_name="option") for name, record in
                 sorted(self.records.items())}  # fmt: skip
        if not parts:
            return pd.DataFrame({"value": [], "unit": []})
        rows = pd.concat(parts, names=["area"]).reset_index().set_index(["area", "option", "indicator"])
        return rows.assign(unit=units.reindex(rows.index.get_level_values("indicator")).to_numpy())

    def leaders(self, *, lang: Lang = "zh") -> pd.DataFrame:
        """Return the leaders' table: a row an area, at the option chosen there (today where none is), and one in all.

        Parameters
        ----------
        lang
            ``zh`` or ``en``, of the titles.

        Returns
        -------
        DataFrame
            Index area; columns state, option, title of each indicator. The last row counts people once.

        Examples
        --------
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> clear = sr.Scenario("clear", "拆违", [sr.demolish("structures", where={"legality": "illegal"})])
        >>> district = sr.compare_areas([(today, [clear])], choose="clear")
        >>> district.leaders(lang="en").iloc[:, :2].values.tolist()
        [['chosen', 'clear'], ['', '']]
        """
        rows = {}
        for name, record in sorted(self.records.items()):
            option = self.chosen.get(name, TODAY)
            rows[name] = {"state": self.states[name], "option": option, **record.values[option].to_dict()}
        for name in sorted(self.broken):
            rows[name] = {"state": self.states[name], "option": ""}
        total = self.total()[CHOSEN]
        rows[_HEADS["all"][lang != "zh"]] = {"state": "", "option": "", **total.to_dict()}
        frame = pd.DataFrame.from_dict(rows, orient="index").reindex(columns=["state", "option", *total.index])
        titles = {k: indicator_title(read_catalog(), str(k), lang=lang) for k in total.index}
        frame = frame.rename(columns=titles | {k: _HEADS[k][lang != "zh"] for k in ("state", "option")})
        return Sheet(frame.rename_axis(_HEADS["area"][lang != "zh"]))

    def total(self) -> pd.DataFrame:
        """Add all areas up, each resident counted once, also where areas overlap.

        Returns
        -------
        DataFrame
            Index indicator; columns unit, ``today``, ``chosen`` (each area at its chosen option, today where none is),
            and ``areas``: how many areas the figure in ``chosen`` rests on. How an indicator adds up stands in
            `spatialreno catalog district`; what does not is missing.
        """
        laws = pd.Series({row["indicator"]: row["adds"] for row in read_catalog().rows("district")}, dtype="str")
        laws.index.name = "indicator"
        units = read_catalog().indicators["unit"]
        now = self._added(dict.fromkeys(self.records, TODAY), laws)
        then = self._added({name: self.chosen.get(name, TODAY) for name in self.records}, laws)
        return pd.DataFrame(
            {"unit": units.reindex(laws.index), TODAY: now["value"], CHOSEN: then["value"], "areas": then["areas"]},
            index=laws.index,
        )

    def _added(self, options: Mapping[str, str], laws: pd.Series[str]) -> pd.DataFrame:
        values = pd.DataFrame({name: self.records[name].values[option] for name, option in options.items()})
        values = values.reindex(laws.index).astype("float64")
        heads, known = self._people(options)
        found = {}
        cost = values.T["cost_yuan"]
        for indicator, law in zip(map(str, laws.index), map(str, laws), strict=True):
            row = values.T[indicator]
            if law == "people":
                found[indicator] = (heads.get(indicator, float("nan")), known.get(indicator, 0))
            elif law == "household":
                homes = heads.get("households") or float("nan")
                found[indicator] = (_sum(cost) / homes, int(cost.notna().sum()))
            else:
                found[indicator] = (_SUMS[law](row), int(row.notna().sum()) if law else 0)
        return pd.DataFrame.from_dict(found, orient="index", columns=["value", "areas"])

    def _people(self, options: Mapping[str, str]) -> tuple[dict[str, float], dict[str, int]]:
        """Count people, their score and who gains over homes that count once; and the areas that know."""
        gone = self.twice.groupby("area")["building_id"].agg(set).to_dict()
        sums: dict[str, list[float]] = {}
        weighted, known = 0.0, 0.0
        for name, option in options.items():
            own = self.records[name].people
            own = own[(own["option"] == option) & ~own["building_id"].isin(gone.get(name, set()))]
            terms = self.records[name].terms
            counts = gain_values(own, terms, tuple(terms["baskets"]))
            counts |= {c: float(own[c].sum(min_count=1)) for c in ("residents", "households")}
            sure = own["score"].notna() & own["residents"].notna()
            weighted += float((own.loc[sure, "score"] * own.loc[sure, "residents"]).sum())
            known += float(own.loc[sure, "residents"].sum())
            counts["score"] = float("nan") if not sure.any() else 0.0  # only that this area knows one
            for key, value in counts.items():
                sums.setdefault(key, []).append(value)
        heads = {key: _SUMS["sum"](pd.Series(values, dtype="float64")) for key, values in sums.items()}
        areas = {key: int(np.isfinite(values).sum()) for key, values in sums.items()}
        return heads | {"score": weighted / known if known else float("nan")}, areas

    def outlines(self) -> gpd.GeoDataFrame:
        """Return the outline of each area, in WGS84: index area; columns title, state, option, geometry."""
        names = sorted(self.records)
        return gpd.GeoDataFrame(
            {
                "title": [self.records[n].title for n in names],
                "state": [self.states[n] for n in names],
                "option": [self.chosen.get(n, "") for n in names],
            },
            geometry=[self.records[n].outline for n in names],
            crs=LONLAT,
            index=pd.Index(names, name="area"),
        )

    def notes(self) -> list[tuple[str, str]]:
        """List what a reader should know, as (area, sentence): broken areas, homes of two areas, unknown choices."""
        found = list(self.broken.items())
        for (name, first), rows in self.twice.groupby(["area", "first"]):
            people = rows["residents"].sum(min_count=1)
            found.append((str(name), f"{len(rows)} homes lie in {first} too ({people:.0f} residents, counted there): "
                          f"{', '.join(rows['building_id'][:8])}"))  # fmt: skip
        for name, said in sorted(self.choices.items()):
            if name not in self.records and name not in self.broken:
                found.append((name, "stands in district.csv, and no such area does. Correct its column area."))
            elif said.get("option") and name in self.records and name not in self.chosen:
                has = ", ".join(self.records[name].options) or "none"
                found.append((name, f"{said['option']}: chosen, and no such option is there. Options: {has}."))
        return found

    def write(self, folder: str | Path) -> list[Path]:
        """Write the tables (CSV that Excel opens) and the outlines (GeoPackage) of the district.

        Parameters
        ----------
        folder
            Created when it is not there; files are replaced only when all are written whole.

        Returns
        -------
        list of Path
            The files written, sorted.

        Raises
        ------
        InputError
            Something cannot be written; then nothing has changed.

        Examples
        --------
        >>> import tempfile
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> clear = sr.Scenario("clear", "拆违", [sr.demolish("structures", where={"legality": "illegal"})])
        >>> district = sr.compare_areas([(today, [clear])], choose="clear")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     [file.name for file in district.write(folder)]
        ['areas.csv', 'district.gpkg', 'leaders.csv', 'notes.csv', 'projects.csv', 'total.csv', 'twice.csv']
        """
        return put_whole(Path(folder), self._write_files)

    def _write_files(self, new: Path) -> None:
        write_sheet(self.leaders().reset_index(), new / "leaders.csv")
        write_sheet(self.table().reset_index(), new / "areas.csv")
        write_sheet(self.total().reset_index(names="indicator"), new / "total.csv")
        write_sheet(self.twice, new / "twice.csv")
        write_sheet(self.projects.reset_index(), new / "projects.csv")
        write_sheet(pd.DataFrame(self.notes(), columns=["area", "note"]), new / "notes.csv")
        if self.records:
            write_gpkg({"areas": self.outlines().reset_index()}, new / "district.gpkg")

    def __repr__(self) -> str:
        """Read the district aloud."""
        people = self.total()[TODAY]["residents"] if self.records else float("nan")
        said = "unknown" if pd.isna(people) else f"{people:,.0f}"
        broken = f", {len(self.broken)} broken" if self.broken else ""
        return f"District of {len(self.records)} areas{broken}: {said} residents, {len(self.chosen)} options chosen"


def read_choices(path: Path) -> dict[str, dict[str, str]]:
    """Read what a bureau says of its areas: columns area, option, project; nothing where there is no file.

    Raises
    ------
    InputError
        Columns that are not known, an area without a name or twice.
    """
    if not path.is_file():
        return {}
    cells = [row for row in csv_rows(path)[0] if any(cell.strip() for cell in row)] or [[]]
    heads = [head.strip() for head in cells[0]]
    odd = sorted({*heads} - {"area", "option", "project"})
    rows = [dict(zip(heads, row, strict=False)) for row in cells[1:]]
    names = [str(row.get("area") or "").strip() for row in rows]
    twice = sorted({n or "(empty)" for n in names if names.count(n) > 1 or not n})
    if odd or twice:
        said = [f"column {c} is not known" for c in odd] + [f"area {n} is not told once" for n in twice]
        raise InputError(f"{path}: {'; '.join(said)}. Write columns area, option, project, and each area once.")
    return {name: {k: str(row.get(k) or "").strip() for k in ("option", "project")}
            for name, row in zip(names, rows, strict=True)}  # fmt: skip


def _same_buildings(homes: gpd.GeoDataFrame, share: float) -> list[tuple[int, int]]:
    """List pairs of homes of two areas that are one building, the earlier first."""
    shapes = homes.geometry.to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    area = homes["area"].to_numpy()
    pair = (left < right) & (area[left] != area[right])
    left, right = left[pair], right[pair]
    common = shapely.area(shapely.intersection(shapes[left], shapes[right]))
    smaller = np.minimum(shapely.area(shapes[left]), shapely.area(shapes[right]))
    same = common >= share * smaller
    return sorted(zip(left[same].tolist(), right[same].tolist(), strict=True))


def _sum(values: pd.Series[Any]) -> float:
    return float(values.sum(min_count=1))


#: How figures of areas become one: nothing known is unknown.
_SUMS: Mapping[str, Callable[[pd.Series[Any]], float]] = {
    "sum": _sum,
    "most": lambda values: float(values.max()),
    "least": lambda values: float(values.min()),
    "": lambda values: float("nan"),
}
