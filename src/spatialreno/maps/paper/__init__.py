"""For print and other programs: reports, plans at scale, sheets for owners, CAD, QGIS, workbooks."""
