# %% [markdown]
# # 拆哪道墙，谁走得近 Which wall, for whom
# 每道墙单独打开试一次：新进入至少一类设施服务半径的居民（每人只算一次）。越红的墙越值得谈。
# Each wall is opened alone; residents newly within the radius of at least one kind, counted once.

# %%
import spatialreno as sr

today = sr.read_area("data/geo/xigongdi")
tried = sr.what_if(today, list(today.walls.index))
best = tried.top(8)
print(best[["people", "person_kinds", "person_m"]].round(0).to_string())

# %%
axes = today.plot(layers=["compounds", "buildings"])
walls = today.walls.join(tried.top(len(today.walls)).droplevel("layer")[["people"]])
walls.plot(ax=axes, column="people", cmap="Reds", linewidth=3, zorder=9, vmin=-20)
axes.set(title="residents gained by opening each wall alone", xlabel="", ylabel="")
axes.figure.savefig("out/gallery/walls.png", dpi=70)
