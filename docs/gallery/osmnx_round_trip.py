# %% [markdown]
# # 和 osmnx、networkx 互通 A round trip with OSMnx and networkx
# 片区的路变成街道网，变成 networkx 的图（属性名和 OSMnx 一样），再读回来，距离不变；最短路是一条线。
# Paths become a network, the network a graph with the attributes of OSMnx, and the graph a network again.

# %%
import networkx as nx
import osmnx as ox

import spatialreno as sr

today = sr.read_area("data/geo/xigongdi")
network = sr.walk.street_network(today)
graph = nx.MultiDiGraph(network.to_networkx())
print(network)

# %%
nodes, edges = ox.graph_to_gdfs(graph)
again = sr.walk.street_network(graph)
far = again.distances([nodes.index[0]], limit_m=2000).sort_values("distance_m")
same = nx.single_source_dijkstra_path_length(graph, nodes.index[0], weight="length")
gap = (far["distance_m"] - far["destination"].map(same)).abs().max()
print(f"{len(far)} nodes reached; largest difference to networkx {gap * 1000:.1f} mm")

# %%
end = far["destination"].iloc[-1]
route = again.routes([(nodes.index[0], end)])
print(route[["origin", "destination", "distance_m"]].round(1).to_string(index=False))
axes = edges.plot(color="#94a3b8", linewidth=1, figsize=(6, 4))
route.plot(ax=axes, color="#b91c1c", linewidth=3)
axes.set_axis_off()
axes.set_title("the longest of the shortest ways")
axes.figure.savefig("out/gallery/osmnx_round_trip.png", dpi=70)
