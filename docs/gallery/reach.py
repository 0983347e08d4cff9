# %% [markdown]
# # 等时圈：拆墙前后 Isochrones before and after
# 从一个设施走 5 分钟：绿的是拆墙以后才走得到的，红的是走不到了的。
# Five minutes on foot from one facility: what a plan adds to the reach and what it takes away.

# %%
import spatialreno as sr

today = sr.read_area("data/geo/xigongdi")
plan = sr.Scenario("opened", "拆墙并院", [sr.demolish("walls", between=list(today.compounds.index))])
after = today.apply(plan)
start = str(today.facilities.index[0])
change = sr.walk.isochrone_change(today, after, [start], [5])
print(change.assign(area_m2=change.area.round())[["origin", "minutes", "change", "area_m2"]].to_string(index=False))

# %%
axes = after.plot(layers=["buildings", "walls"])
colours = {"gained": "#15803d", "lost": "#b91c1c"}
for kind, rows in change.groupby("change"):
    rows.plot(ax=axes, color=colours.get(kind, "#64748b"), alpha=0.35, zorder=9)
today.facilities.loc[[start]].centroid.plot(ax=axes, color="black", markersize=60, zorder=10)
axes.set(title="five minutes on foot: gained (green), lost (red)", xlabel="", ylabel="")
axes.figure.savefig("out/gallery/reach.png", dpi=70)
