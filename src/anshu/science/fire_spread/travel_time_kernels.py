# SPDX-License-Identifier: Apache-2.0
"""Compiled inner loops of `travel_time`; imported on first use, because numba is an extra."""

from typing import Any

import numpy as np
from numba import njit

from anshu.science.units import Array

Whole = np.ndarray


@njit(cache=True, nogil=True)
def arrivals(ground: Any, links: Any, fans: Any, times: Array, horizon: float) -> None:
    """Let fire run along the links in order of arrival until none arrives within the horizon, filling `times`.

    `ground` holds slowness k, and k e towards east and towards south, so that a metre along u takes k - (k e)·u; k is
    inf where nothing burns. `fans` holds by ring its first link, its number of links and, by cell, the one nearest to
    the heading, or -1 where no fan is needed. `times` holds the ignition and inf elsewhere.
    """
    rows, columns = times.shape
    heap_time, heap_cell, size = np.empty(1 << 16), np.empty(1 << 16, np.int64), 0
    for cell in range(rows * columns):
        if times[cell // columns, cell % columns] <= horizon:
            heap_time, heap_cell = _room(heap_time, heap_cell, size)
            size = _push(heap_time, heap_cell, size, times[cell // columns, cell % columns], cell)
    tried = np.empty(links[0].shape[0], np.int64)
    while size > 0:
        now, cell = heap_time[0], heap_cell[0]
        size = _pop(heap_time, heap_cell, size)
        row, column = cell // columns, cell % columns
        if now > times[row, column]:
            continue
        for place in range(_links_of(cell, fans, tried)):
            link = tried[place]
            to_row, to_column = row + links[0][link, 0], column + links[0][link, 1]
            if to_row < 0 or to_row >= rows or to_column < 0 or to_column >= columns:
                continue
            known = min(times[to_row, to_column], horizon)
            then = now + _along(ground, links, link, row, column, known - now)
            if then < known:
                times[to_row, to_column] = then
                heap_time, heap_cell = _room(heap_time, heap_cell, size)
                size = _push(heap_time, heap_cell, size, then, to_row * columns + to_column)


@njit(cache=True, nogil=True, inline="always")
def _links_of(cell: int, fans: Any, tried: Whole) -> int:
    """List the links to try from a cell: all near ones, and of each ring those about the heading."""
    near, width, first, count, nearest = fans
    for link in range(near):
        tried[link] = link
    found: int = near
    for ring in range(first.size):
        if nearest[ring, cell] < 0:
            break
        for away in range(-width, width + 1):
            tried[found] = first[ring] + (nearest[ring, cell] + away) % count[ring]
            found += 1
    return found


@njit(cache=True, nogil=True, inline="always")
def _along(ground: Any, links: Any, link: int, row: int, column: int, most: float) -> float:
    """Add up the time along a link over the cells it crosses; inf once it meets a barrier or takes too long."""
    slowness, east, south = ground
    _, units, starts, crossed, metres, corner_starts, corners = links
    for place in range(corner_starts[link], corner_starts[link + 1]):
        one = slowness[row + corners[place, 0], column + corners[place, 1]]
        other = slowness[row + corners[place, 2], column + corners[place, 3]]
        if one == np.inf and other == np.inf:
            return np.inf
    total = 0.0
    for place in range(starts[link], starts[link + 1]):
        r, c = row + crossed[place, 0], column + crossed[place, 1]
        total += metres[place] * (slowness[r, c] - east[r, c] * units[link, 0] - south[r, c] * units[link, 1])
        if not total < most:
            return np.inf
    return total


@njit(cache=True, nogil=True)
def _room(heap_time: Array, heap_cell: Whole, size: int) -> Any:
    if size < heap_time.size:
        return heap_time, heap_cell
    return np.concatenate((heap_time, np.empty_like(heap_time))), np.concatenate((heap_cell, np.empty_like(heap_cell)))


@njit(cache=True, nogil=True)
def _push(heap_time: Array, heap_cell: Whole, size: int, time: float, cell: int) -> int:
    place = size
    while place > 0:
        parent = (place - 1) // 2
        if heap_time[parent] <= time:
            break
        heap_time[place], heap_cell[place] = heap_time[parent], heap_cell[parent]
        place = parent
    heap_time[place], heap_cell[place] = time, cell
    return size + 1


@njit(cache=True, nogil=True)
def _pop(heap_time: Array, heap_cell: Whole, size: int) -> int:
    """Take the first away; the last finds its new place from the top."""
    size -= 1
    time, cell, place = heap_time[size], heap_cell[size], 0
    while 2 * place + 1 < size:
        child = 2 * place + 1
        if child + 1 < size and heap_time[child + 1] < heap_time[child]:
            child += 1
        if time <= heap_time[child]:
            break
        heap_time[place], heap_cell[place] = heap_time[child], heap_cell[child]
        place = child
    heap_time[place], heap_cell[place] = time, cell
    return size
