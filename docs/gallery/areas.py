# %% [markdown]
# # 几个片区放在一起 Areas compared
# 每个片区各自比选，人只数一次，再加起来；坏的片区写明原因，其余照算。
# Each area by itself, people counted once, then added up; an area that fails is told and the rest stands.

# %%
import matplotlib.pyplot as plt

import spatialreno as sr

clear = sr.Scenario("clear", "拆违", [sr.demolish("structures", where={"legality": "illegal"})])
opened = sr.Scenario("clear", "拆墙", [sr.demolish("walls", where={"inferred": True})])
town = sr.import_osm("docs/gallery/town.osm", name="town", title="小镇")
quarter = sr.read_area("data/geo/xigongdi")
district = sr.compare_areas([(quarter, [clear]), (town, [opened])], choose="clear")
total = district.total()
print(total[["today", "chosen"]].dropna().head(8).round(1).to_string())

# %%
figure, axes = plt.subplots(figsize=(6, 4))
walls = {area.name: area.walls.length.sum() for area in (quarter, town)}
axes.bar(list(walls), list(walls.values()), color=["#b45309", "#94a3b8"])
axes.set(ylabel="walls, m", title="walls of each area today")
figure.savefig("out/gallery/areas.png", dpi=70)
