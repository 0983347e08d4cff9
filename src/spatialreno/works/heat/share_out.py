"""Sharing houses out among stations: one moved or two changed about, for as long as something is gained."""

from __future__ import annotations

import numpy as np

from spatialreno._types import Floats, Ints

_PLAY = 1e-9
_LEAST_GAIN = 1e-3

Pair = tuple[int, int]


def share_out(worth: Floats, weight: Floats, room: Floats, start: Ints) -> Ints:
    """Improve who is served from where, until no move of one house and no change of two gains anything.

    Parameters
    ----------
    worth
        What is gained by serving a house (row) from a station (column), above 0; ``-inf`` where it is out of reach.
    weight
        Room that each house takes.
    room
        Room of each station.
    start
        Station of each house, -1 for none; within the room.

    Returns
    -------
    numpy.ndarray
        Station of each house, -1 for none. The order of rows and columns decides between equals.

    Examples
    --------
    >>> worth = np.array([[5.0, 4.0], [9.0, 2.0]])
    >>> share_out(worth, np.ones(2), np.ones(2), np.array([0, 1])).tolist()  # 13 for 7
    [1, 0]
    """
    nowhere = worth.shape[1]
    held = _Held(np.column_stack([worth, np.zeros(len(worth))]), weight, room, np.where(start < 0, nowhere, start))
    pairs = _neighbours(worth)
    fresh = set(range(nowhere + 1))
    while fresh:
        last, fresh = fresh, set()
        for pair in pairs:
            if not (last | fresh).isdisjoint(pair) and held.improve(pair):
                fresh.update(pair)
        fresh.discard(nowhere)
    return np.where(held.at == nowhere, -1, held.at)


def _neighbours(worth: Floats) -> list[Pair]:
    """List the stations that reach one house both; every station is beside those that are served from nowhere."""
    reach = np.isfinite(worth).astype(np.int64)
    one, two = np.nonzero(np.triu(reach.T @ reach, 1))
    return [(j, worth.shape[1]) for j in range(worth.shape[1])] + list(zip(one.tolist(), two.tolist(), strict=True))


class _Held:
    """Who is served from where, and the room that is left; the last station is nowhere."""

    def __init__(self, worth: Floats, weight: Floats, room: Floats, at: Ints) -> None:
        self.worth, self.weight, self.at = worth, weight, at.copy()
        self.left = np.append(room, np.inf)
        np.subtract.at(self.left, at, weight)
        self.left[-1] = np.inf

    def improve(self, pair: Pair) -> bool:
        """Do what gains most between two stations, until nothing does; tell whether something did."""
        moved = False
        while self._move(*pair):
            moved = True
        return moved

    def _move(self, one: int, two: int) -> bool:
        out, out_weight, out_gain = self._leaving(one, two)
        back, back_weight, back_gain = self._leaving(two, one)
        more = back_weight[None, :] - out_weight[:, None]
        fits = (more <= self.left[one] + _PLAY) & (-more <= self.left[two] + _PLAY)
        gain = np.where(fits, out_gain[:, None] + back_gain[None, :], -np.inf)
        best = int(np.argmax(gain))
        if gain.flat[best] <= _LEAST_GAIN:
            return False
        row, column = divmod(best, len(back) + 1)
        self.left[one] -= more[row, column]
        self.left[two] += more[row, column]
        self.at[out[row : row + 1]] = two
        self.at[back[column : column + 1]] = one
        return True

    def _leaving(self, here: int, there: int) -> tuple[Ints, Floats, Floats]:
        """List the houses here that there reaches, their weights and what each gains by going; and nobody, last."""
        who = np.flatnonzero(self.at == here)
        who = who[np.isfinite(self.worth[who, there])]
        gain = self.worth[who, there] - self.worth[who, here]
        return who, np.append(self.weight[who], 0.0), np.append(gain, 0.0)
