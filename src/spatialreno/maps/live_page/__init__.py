"""The page on which a meeting tries plans: its model, its panel, its map."""
