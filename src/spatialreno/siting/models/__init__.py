"""The siting models as plain mathematics: ids, weights and distances in, a choice with its proof out."""
