# %% [markdown]
# # 从 OSM 到围墙和试算 From an OSM extract to walls and what-ifs
# `town.osm` 是按 OSM 格式写的虚构小镇，换成您的 `.osm.pbf` 就是真的。没画墙的小区，边界推断为墙，路穿过处推断为出入口。
# An invented town in the form of OpenStreetMap: yards without walls get inferred ones, with gates where paths cross.

# %%
import spatialreno as sr

area = sr.import_osm("docs/gallery/town.osm", name="town", title="小镇")
print(area)
print(area.walls["inferred"].sum(), "of", len(area.walls), "walls are inferred")

# %%
tried = sr.what_if(area, list(area.walls.index))
print(tried.top(3)[["people", "person_kinds"]].to_string())

# %%
axes = area.plot(layers=["compounds", "buildings", "paths"])
area.walls.plot(ax=axes, color="#b45309", linewidth=2, zorder=9)
area.gates.plot(ax=axes, color="#15803d", markersize=40, zorder=10)
axes.set(title="inferred walls and gates of an OSM extract", xlabel="", ylabel="")
axes.figure.savefig("out/gallery/osm.png", dpi=70)
