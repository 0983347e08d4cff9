# %% [markdown]
# # 药店放在哪里 Where a pharmacy goes
# 候选点是放得下的空地；目标是让居民走的路加起来最短，有证明（上界等于所得）。
# Candidates are pieces of land with room; the p-median of residents' walks, with a proof.

# %%
import spatialreno as sr

today = sr.read_area("data/geo/xigongdi")
cleared = today.apply(sr.Scenario("clear", "拆违", [sr.demolish("structures", where={"legality": "illegal"})]))
found = sr.site_facilities(cleared, "pharmacy", count=1, objective="p-median")
print(found)

# %%
axes = cleared.plot(layers=["compounds", "buildings", "walls"])
have = cleared.facilities[cleared.facilities["kind"] == "pharmacy"]
if len(have):
    have.centroid.plot(ax=axes, color="#1d4ed8", markersize=50, zorder=9)
found.sites.centroid.plot(ax=axes, color="#b91c1c", marker="*", markersize=220, zorder=10)
axes.set(title="a new pharmacy (star), those there are (dots)", xlabel="", ylabel="")
axes.figure.savefig("out/gallery/siting.png", dpi=70)
