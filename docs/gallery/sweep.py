# %% [markdown]
# # 扫描与帕累托 A sweep and its Pareto front
# 单独拆一道、依次多拆几道，都是方案；一行一个，没有别的方案样样不差的标成红点。
# Many plans in one table; those that no other beats in length opened and money are marked.

# %%
import matplotlib.pyplot as plt

import spatialreno as sr

today = sr.read_area("data/geo/xigongdi")
walls = today.walls[today.walls["removable"]].index[:10]
plans = [sr.Scenario(f"one-{wall}".replace("/", "-"), wall, [sr.demolish("walls", ids=wall)]) for wall in walls]
plans += [sr.Scenario(f"first-{k}", f"{k} 道", [sr.demolish("walls", ids=list(walls[:k]))]) for k in (2, 4, 6, 8, 10)]


def yards_together(area):
    """Give the size of the largest block, in hectares."""
    return sr.merge_blocks(area)["area_m2"].max() / 10_000


table = sr.sweep(today, plans, ["wall_demolished_m", "cost_yuan", yards_together]).drop(index="today")
front = sr.pareto(table, {"yards_together": "up", "cost_yuan": "down"})
print(table.assign(pareto=front).drop(columns="fault").round(2).to_string())

# %%
figure, axes = plt.subplots(figsize=(6, 4))
axes.scatter(table["cost_yuan"] / 10_000, table["yards_together"], color="#94a3b8")
chosen = table[front.fillna(False)].sort_values("cost_yuan")
axes.plot(chosen["cost_yuan"] / 10_000, chosen["yards_together"], "o-", color="#b91c1c")
axes.set(xlabel="cost, 10 000 yuan", ylabel="largest block, ha", title="what no plan beats (red)")
figure.savefig("out/gallery/sweep.png", dpi=70)
