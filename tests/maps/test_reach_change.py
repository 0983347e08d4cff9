"""The layer of what isochrones gain and lose against today."""

from spatialreno.maps.drawing import answers
from spatialreno.maps.drawing.scene import Scene


def test_only_what_an_option_adds_is_drawn(options):
    """In the stand-in 拆墙并院 reaches 10 m further in every direction; nothing is lost, and 拆违 changes nothing."""
    drawn = answers.reach_change(Scene(options, "zh"))
    assert [one.classes for one in drawn] == [(None, None, "reach-gained")] * 3
    rings = [(8 * m + 10) ** 2 - (8 * m) ** 2 for m in (5, 10, 15)]
    for one, ring in zip(drawn, rings, strict=True):
        # A buffered point is a polygon of 64 corners: 0.16 per cent less than the circle.
        assert abs(one.geometry.area / (3.141592653589793 * ring) - 1) < 0.003
        assert one.more == {"origin": "F1"}


def test_a_loss_is_told_as_one(make_options):
    """Seen from the option, going back to today loses the same rings."""
    some = make_options()
    some.isochrones = {"today": some.isochrones["opened"], "clear": some.isochrones["today"],
                       "opened": some.isochrones["opened"]}  # fmt: skip
    drawn = answers.reach_change(Scene(some, "en"))
    assert {one.classes for one in drawn} == {(None, "reach-lost", None)}
    assert ("Isochrones against today", "no longer reached") in drawn[0].rows
