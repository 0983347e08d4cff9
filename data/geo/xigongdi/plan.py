"""Which walls come down in Xigongdi, and where does the heat-exchange station go?"""
import spatialreno as sr

today = sr.read_area("data/geo/xigongdi")

clear = sr.Scenario("clear", title="拆违", interventions=[
    sr.demolish("structures", where={"legality": "illegal"}),
])
opened = clear | sr.Scenario("opened", title="拆墙并院", interventions=[
    sr.demolish("walls", between=list(today.compounds.index)),
    sr.alter("paths", ids=["L1"], set={"width_m": 7.0}),
])
station = sr.site_facilities(opened.apply(today), "heat_exchange_station", count=1)
full = opened | station.as_scenario("full", title="集中连片")

options = sr.compare(today, [clear, opened, full], standard="gb50180-2018")
print(options.change())                              # indicators down, options across, against today
options.write("out/xigongdi")                        # tables, layers, provenance
sr.draw(options).save("maps/xigongdi.html")          # one offline page
