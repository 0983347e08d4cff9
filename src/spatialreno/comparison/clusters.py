"""Options side by side in each cluster (组团): the same division for all, people counted once."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely

from spatialreno.catalog import Finding, sentence
from spatialreno.comparison.money.cluster_money import cluster_money
from spatialreno.comparison.sheet import Compared, Sheet
from spatialreno.indicators import indicator_title

# Compounds of a cluster that face one another across a lane are drawn as one ground.
_ACROSS_M, _EDGE_M = 10.0, 10.5


def clusters_of(options: Compared) -> pd.Series[str]:
    """Name the cluster of each compound: the column ``cluster`` of today, or of the first option that fills it.

    Options are held against one another in one division, so that a cluster means the same ground in each.

    Parameters
    ----------
    options
        What ``compare`` gives.

    Returns
    -------
    Series
        Cluster by compound id, without compounds that are in none; empty where nobody has chosen clusters.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> from spatialreno import assemble, compare
    >>> def layer(**columns):
    ...     return gpd.GeoDataFrame(columns, crs="EPSG:4546")
    >>> x, y = 631_000, 3_838_000
    >>> yards = [box(x, y, x + 60, y + 50), box(x + 64, y, x + 124, y + 50)]  # a lane of 4 m between
    >>> area = assemble(
    ...     {
    ...         "compounds": layer(id=["C1", "C2"], name=["东院", "西院"], cluster=["K1", "K1"], geometry=yards),
    ...         "buildings": layer(id=["B1"], geometry=[box(x + 5, y + 5, x + 20, y + 15)]),
    ...     },
    ...     name="yards",
    ... )
    >>> clusters_of(compare(area, [])).to_dict()
    {'C1': 'K1', 'C2': 'K1'}
    """
    for area in options.areas.values():
        chosen = area.compounds["cluster"].dropna()
        if len(chosen):
            return pd.Series(chosen, dtype="str")
    return pd.Series(dtype="str", name="cluster")


def cluster_ground(options: Compared) -> gpd.GeoDataFrame:
    """Draw the ground of each cluster: its compounds with the lanes between them.

    Parameters
    ----------
    options
        What ``compare`` gives.

    Returns
    -------
    GeoDataFrame
        Index cluster; compounds (how many), names and geometry, in the CRS of the area. Compounds that face one another
        across at most 20 m are drawn as one ground.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> from spatialreno import assemble, compare
    >>> def layer(**columns):
    ...     return gpd.GeoDataFrame(columns, crs="EPSG:4546")
    >>> x, y = 631_000, 3_838_000
    >>> yards = [box(x, y, x + 60, y + 50), box(x + 64, y, x + 124, y + 50)]  # a lane of 4 m between
    >>> area = assemble(
    ...     {
    ...         "compounds": layer(id=["C1", "C2"], name=["东院", "西院"], cluster=["K1", "K1"], geometry=yards),
    ...         "buildings": layer(id=["B1"], geometry=[box(x + 5, y + 5, x + 20, y + 15)]),
    ...     },
    ...     name="yards",
    ... )
    >>> ground = cluster_ground(compare(area, []))
    >>> ground["compounds"].to_dict(), ground.geom_type["K1"]  # one ground with the lane
    ({'K1': 2}, 'Polygon')
    """
    compounds, cluster = options.today.compounds, clusters_of(options)
    rows = []
    for name in _by_number(pd.Index(cluster.unique())):
        own = cluster[cluster == name]
        mine = compounds.loc[compounds.index.intersection(own.index)]
        wide = shapely.buffer(mine.geometry.to_numpy(), _ACROSS_M, join_style="mitre")
        ground = shapely.buffer(shapely.union_all(wide), -_EDGE_M, join_style="mitre")
        named = "、".join(str(one) for one in mine["name"])
        rows.append({"cluster": str(name), "compounds": len(mine), "names": named, "geometry": ground})
    frame = pd.DataFrame(rows, columns=["cluster", "compounds", "names", "geometry"]).set_index("cluster")
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=options.today.crs)


def by_cluster(options: Compared, *, lang: str = "zh") -> pd.DataFrame:
    """Hold options against one another in each cluster: who lives there, what they come to have, what it costs.

    Every line of the bill is shared out among the homes it is for (``residents_pay``), so that the costs of all
    clusters, and of what is in none, add up to the bill; what is for nobody in particular is shared by households.

    Parameters
    ----------
    options
        What ``compare`` gives; the clusters are those of ``clusters_of``.
    lang
        Language of the titles, ``zh`` or ``en``.

    Returns
    -------
    DataFrame
        Index cluster_id, indicator (title); columns unit and one for each option, today first: households, residents,
        circle score (mean over residents), share of residents with each basket, blocks (those that lie in a cluster
        with some compound), m² that come free, cost, cost per household, what residents pay of it, things without
        a price. What is not known is missing. Without clusters, no rows.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> plan = sr.Scenario("k", interventions=[sr.alter("compounds", ids=["C01", "C02"], set={"cluster": "K1"})])
    >>> found = by_cluster(sr.compare(today, [plan]), lang="en")
    >>> float(found.at[("K1", "Residents"), "k"])
    626.0
    """
    cluster = clusters_of(options)
    if cluster.empty:
        return Sheet(pd.DataFrame())
    # What belongs to no cluster stands in a row of its own, so that people and money add up to those of the whole.
    outside = sentence(options.today.catalog, Finding("in_no_cluster", {}), lang)
    cluster = cluster.reindex(options.today.compounds.index).fillna(outside)
    wide = pd.concat({name: _measured(options, name, cluster, outside) for name in options.areas}, axis=1)
    known = options.today.catalog.indicators
    stems = [key if key in known.index else key.partition(":")[0] for key in wide.index.get_level_values(1)]
    norm = options.evaluations["today"].standard
    keys = wide.index.get_level_values(1)
    titles = [indicator_title(options.today.catalog, key, lang=lang, norm=norm) for key in keys]
    wide.insert(0, "unit", known["unit"].reindex(stems).to_list())
    names = ["组团编号", "指标"] if lang == "zh" else ["cluster_id", "indicator"]
    wide.index = pd.MultiIndex.from_arrays([wide.index.get_level_values(0), titles], names=names)
    return Sheet(wide)


def _measured(options: Compared, option: str, cluster: pd.Series[str], outside: str) -> pd.Series[float]:
    """Measure one option in each cluster, by cluster and indicator."""
    found = options.evaluations[option]
    people = found.scores
    home = options.areas[option].buildings["compound_id"].map(cluster).fillna(outside).astype("str")
    own = home.reindex(people.index)
    counts = people[["households", "residents"]].astype("float64").groupby(own).sum(min_count=1)
    values = pd.concat([people[["score"]], found.baskets.add_prefix("basket:")], axis=1).astype("float64")
    weight = values.notna().mul(people["residents"].astype("float64").fillna(0.0), axis=0)
    means = values.fillna(0.0).mul(weight).groupby(own).sum() / weight.groupby(own).sum()
    names = _by_number(pd.Index([name for name in {*cluster, *own} if name != outside]))
    names += [outside] if outside in {*cluster, *own} else []
    table = pd.concat([counts, means], axis=1).reindex(names)
    blocks = options.blocks[option]["compounds"].str.split(",").explode()
    table["blocks"] = blocks.map(cluster).groupby(level=0).unique().explode().value_counts().reindex(names).fillna(0.0)
    freed = options.freed[option]
    metres = freed.geometry.area.groupby(freed["compound_id"].map(cluster).fillna(outside)).sum()
    table["freed_m2"] = metres.reindex(names).fillna(0.0)
    lived = options.today.buildings["compound_id"].map(cluster).fillna(outside).astype("str")
    table = table.join(cluster_money(options, option, lived))
    return pd.Series(table.stack(future_stack=True), dtype="float64")


def _by_number(names: pd.Index[str]) -> list[str]:
    """Sort K10 after K9."""
    return sorted(map(str, names), key=lambda name: (len(name), name))
