"""What serves the quarter: facilities, open spaces and the pipes underground."""

from __future__ import annotations

from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry

from .frame import line, rect
from .ground import STREETS

Rows = dict[str, tuple[BaseGeometry, dict[str, object]]]

# kind, name, place (a point or a rectangle), area, capacity, building
FACILITIES: tuple[tuple[str, str, tuple[float, ...], float | None, float | None, str | None], ...] = (
    ("community_service_station", "西工地社区服务站", (192.0, 106.2), 160.0, None, "B33"),
    ("cultural_station", "西工地社区文化活动室", (189.0, 106.2), 80.0, None, "B33"),
    ("elderly_day_care", "建筑公司院日间照料中心", (271.5, 172.6), 240.0, 24.0, "B35"),
    ("canteen", "棉纺厂老食堂", (115.5, 29.1), 117.0, None, "B31"),
    ("outdoor_fitness", "二中院健身场", (152.0, 167.2, 15.0, 11.0), 165.0, None, None),
    ("children_elderly_ground", "市委西院老幼活动场", (20.0, 166.6, 16.0, 11.0), 176.0, None, None),
    ("property_office", "市委西院物业服务处", (2.0, 168.9), 30.0, None, None),
    ("health_station", "健康西路社区卫生服务站", (62.0, -7.9), 140.0, None, None),
    ("pharmacy", "百姓大药房", (71.0, -7.9), 80.0, None, None),
    ("convenience_store", "家家便利店", (80.0, -7.95), 60.0, None, None),
    ("shops", "理发洗染铺", (86.0, -7.95), 70.0, None, None),
    ("bank", "信用社健康西路分社", (166.0, -8.5), 210.0, None, None),
    ("post_office", "健康西路邮政所", (176.0, -8.5), 110.0, None, None),
    ("convenience_store", "光明便利店", (190.0, -8.6), 55.0, None, None),
    ("parcel_station", "菜鸟驿站", (195.0, -8.6), 30.0, None, None),
    ("convenience_store", "行署北街便利店", (222.5, 225.6), 50.0, None, None),
    ("market", "健康西路农贸市场", (62.0, -30.0), 1230.0, None, None),
    ("shops", "健康西路商场", (258.0, -32.0), 5200.0, None, None),
    ("primary_school", "纱厂路小学", (-26.0, 146.0), 3100.0, 1080.0, None),
    ("kindergarten", "光明幼儿园", (248.0, 229.5), 1500.0, 270.0, None),
    ("health_centre", "西工地社区卫生服务中心", (321.0, 56.0), 2100.0, None, None),
    ("police_station", "和平路派出所", (322.0, 163.0), 1090.0, None, None),
    ("community_service_centre", "街道便民服务中心", (-50.0, 224.6), 900.0, None, None),
    ("junior_school", "第八中学", (130.0, 228.0), 4200.0, 1500.0, None),
    ("nursing_home", "和平路养老院", (323.0, 250.0), 3600.0, 120.0, None),
    ("small_ball_ground", "纱厂路篮球场", (-62.0, 82.0, 28.0, 32.0), 896.0, None, None),
    ("public_toilet", "行署北街公厕", (110.0, 226.0), 60.0, None, None),
    ("waste_collection", "健康西路垃圾收集站", (-28.0, -34.0), 130.0, None, None),
    ("recycling_point", "废旧物资回收点", (-26.0, 40.0), 10.0, None, None),
    ("bus_stop", "健康西路站（东行）", (110.0, -27.4), None, None, None),
    ("bus_stop", "健康西路站（西行）", (130.0, -9.2), None, None, None),
    ("bus_stop", "和平路站", (317.6, 110.0), None, None, None),
    ("bus_stop", "纱厂路站", (-22.6, 180.0), None, None, None),
)


def draw_facilities() -> Rows:
    """Facilities in and around the quarter."""
    rows: Rows = {}
    for number, (kind, name, place, area, capacity, building) in enumerate(FACILITIES, start=1):
        shape = Point(*place) if len(place) == 2 else rect(*place)
        rows[f"F{number:02d}"] = (
            shape,
            {
                "kind": kind,
                "name": name,
                "capacity": capacity,
                "area_m2": area,
                "building_id": building,
                "status": "open",
            },
        )
    return rows


def draw_open_spaces() -> Rows:
    """One small green inside, one public green and a plaza further off."""
    return {
        "O1": (
            rect(169.5, 168.0, 12.0, 12.0),
            {"kind": "cluster_green", "name": "二中院小花园", "access": "residents"},
        ),
        "O2": (
            rect(330.0, -104.0, 62.0, 66.0),
            {"kind": "public_green", "name": "和平游园", "access": "public"},
        ),
        "O3": (rect(-92.0, -74.0, 30.0, 24.0), {"kind": "plaza", "name": "纱厂路口广场", "access": "public"}),
    }


# kind, street, offset to the left of its line, diameter, depth, spare capacity, status
STREET_PIPES = (
    ("heat_primary", "S4", 2.4, 400.0, 1.6, 5600.0, "existing"),
    ("heat_primary", "S1", 6.0, 600.0, 1.8, 12500.0, "existing"),
    ("sewage", "S1", -4.0, 600.0, 3.2, None, "existing"),
    ("sewage", "S3", 3.0, 500.0, 2.9, None, "existing"),
    ("sewage", "S4", -2.0, 400.0, 2.6, None, "existing"),
    ("storm", "S1", -7.0, 800.0, 2.4, None, "existing"),
    ("storm", "S2", 4.0, 600.0, 2.2, None, "existing"),
    ("water", "S1", 3.0, 300.0, 1.2, None, "existing"),
    ("water", "S3", -4.0, 200.0, 1.1, None, "existing"),
    ("gas", "S2", -4.5, 200.0, 1.0, None, "existing"),
    ("power", "S5", 7.0, 150.0, 0.8, None, "existing"),
    ("telecom", "S5", -7.0, 110.0, 0.8, None, "existing"),
    ("heat_primary", "S3", 6.0, 300.0, 1.6, None, "abandoned"),
)


def draw_pipes() -> Rows:
    """Mains under the boundary streets, and the one old drain under the lane."""
    rows: Rows = {}
    for number, (kind, street, offset, diameter, depth, capacity, status) in enumerate(STREET_PIPES, start=1):
        shape = STREETS[street][1].offset_curve(offset)
        rows[f"N{number:02d}"] = (shape, _pipe(kind, diameter, depth, capacity, status))
    drain = line((99.4, -12.0), (101.3, 96.0), (98.9, 212.0))
    rows["N14"] = (drain, _pipe("sewage", 300.0, 1.3, None, "existing"))
    feed = LineString([(203.0, 209.0), (203.6, 130.0), (204.6, 70.0)])
    rows["N15"] = (feed, _pipe("water", 100.0, 1.0, None, "existing"))
    return rows


def _pipe(kind: str, diameter: float, depth: float, capacity: float | None, status: str) -> dict[str, object]:
    return {"kind": kind, "diameter_mm": diameter, "depth_m": depth, "capacity": capacity, "status": status}
