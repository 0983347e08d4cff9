"""The parts of the drawing of the invented quarter ``data/geo/xigongdi``."""
