"""Contiguity of polygons: queen, rook, border length by vertex and edge incidence, with a snap tolerance.

Borders that match are found by their vertices alone, in arrays: two regions that share a vertex (queen) or an edge
(rook). Only the edges that nobody shares, the coast and every border that does not match, are compared by geometry:
what lies within the tolerance of another region's free edge is a common border, and the pairs found that way are
listed. Regions that overlap are neighbours, and listed too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SNAP = 0.01  # default tolerance, as a share of the median edge
KINDS = ("gap", "overlap", "vertices")
_NOISE = 1e-12  # of the largest coordinate: below it is rounding
_STRETCH = 16  # a common stretch is so many times longer than its two lines are apart
_NARROW = 64  # squared perimeter of an overlap over its area: 16 for a square
_LARGE = 0.01  # share of the smaller region that an overlap covers
_BLOCK = 1 << 16  # free edges compared at once
_IN_PARTS = 1 << 18  # keys from which a hash table leaves the cache


@dataclass(frozen=True, slots=True)
class Contiguity:
    """Pairs of neighbours, each in both directions, sorted by focal and neighbour.

    Attributes
    ----------
    focal, neighbor : numpy.ndarray
        Positions of the regions.
    length : numpy.ndarray
        Length of the common border, 0 where it is a point.
    tolerance : float
        In units of the layer.
    first, second, kind, distance : numpy.ndarray
        Pairs that shared vertices or edges do not show: positions (first < second), code in `KINDS`, least distance
        between the two borders.
    """

    focal: Ints
    neighbor: Ints
    length: Floats
    tolerance: float
    first: Ints
    second: Ints
    kind: NDArray[np.int8]
    distance: Floats

    def table(self, labels: pd.Index) -> pd.DataFrame:
        """Return the pairs found by geometry: region_a, region_b, kind, distance."""
        import pandas as pd

        return pd.DataFrame(
            {
                "region_a": labels[self.first],
                "region_b": labels[self.second],
                "kind": np.array(KINDS, dtype=object)[self.kind],
                "distance": self.distance,
            }
        )


@dataclass(frozen=True, slots=True)
class _Edges:
    """Edges of all rings: end points as positions and as codes, the region that each belongs to, its length."""

    start: Floats
    end: Floats
    u: Ints
    v: Ints
    owner: Ints
    length: Floats

    def turned(self, rows: NDArray[np.bool_]) -> _Edges:
        """Return the edges with the two ends of some exchanged."""
        sides = rows[:, None]
        start, end = np.where(sides, self.end, self.start), np.where(sides, self.start, self.end)
        return _Edges(
            start, end, np.where(rows, self.v, self.u), np.where(rows, self.u, self.v), self.owner, self.length
        )


@dataclass(frozen=True, slots=True)
class _Corners:
    """Vertices at which more may meet than the shared edges show: runs of one code, ascending, the owner of each."""

    code: Ints
    first: Ints
    count: Ints
    spot: Floats
    owner: Ints


@dataclass(frozen=True, slots=True)
class _Contacts:
    """Pairs that come near each other: number, distance, common stretch, area between its two lines, overlap."""

    key: Ints
    distance: Floats
    stretch: Floats
    between: Floats
    over: NDArray[np.bool_]

    @classmethod
    def of(cls, *fields: Any) -> _Contacts:
        return cls(*fields)

    def fields(self) -> tuple[Any, ...]:
        return self.key, self.distance, self.stretch, self.between, self.over

    def take(self, rows: Any) -> _Contacts:
        return _Contacts.of(*(field[rows] for field in self.fields()))

    def summed(self) -> _Contacts:
        """Return one entry per pair, ascending."""
        key, place = np.unique(self.key, return_inverse=True)
        distance = np.full(len(key), np.inf)
        np.minimum.at(distance, place, self.distance)
        over = np.bincount(place[self.over], minlength=len(key)) > 0
        sums = (np.bincount(place, weights=part, minlength=len(key)) for part in (self.stretch, self.between))
        return _Contacts.of(key, distance, *sums, over)


def contiguity(shapes: NDArray[np.object_], *, rook: bool = False, tolerance: float | None = None) -> Contiguity:
    """Find the pairs of polygons with a common border.

    Parameters
    ----------
    shapes : array of shapely polygons or multipolygons, shape (n,)
    rook : bool
        Whether the border must be more than points.
    tolerance : float, optional
        Distance in units of the layer up to which two borders count as one. Default: 0.01 of the median edge. 0 leaves
        rounding alone.

    Notes
    -----
    Time n log n, memory a constant number of arrays of the layer's vertices. Two borders run along each other where a
    free edge lies within the tolerance of another at an angle of at most 30 degrees; for rook that must be sixteen
    times as long as the two are apart on average there, and elsewhere along both regions, so that a corner which misses
    another is no border. Overlapping regions share a stretch where the overlap is long and
    narrow, or covers a hundredth of the smaller region.
    """
    n = len(shapes)
    xy, rings, ring_owner, shell = _rings(shapes)
    ring = np.repeat(np.arange(len(shell)), np.diff(rings))
    owner = ring_owner[ring]
    codes, base = vertex_codes(xy)
    inner = codes[1:] != codes[:-1]
    inner[rings[1:-1] - 1] = False
    tails = np.flatnonzero(inner)
    x, y = np.ascontiguousarray(xy.T)
    length = np.hypot(np.diff(x), np.diff(y))[tails]
    right = _clockwise(x, y, rings, ring) == shell  # rings with their region on the right
    u, v, of = codes[tails], codes[tails + 1], owner[tails]
    noise = _NOISE * float(np.abs(xy).max())
    if tolerance is None:
        tolerance = SNAP * float(np.median(length))
    one, other, free, plain = _shared(_key(u, v, base), of)
    pair = _key(of[one], of[other], n)
    matched, place = np.unique(pair, return_inverse=True)
    matched_length = np.bincount(place, weights=length[one], minlength=len(matched))
    same = ((u < v) ^ right[ring[tails]])[np.stack([one, other])]
    same_side = distinct(pair[same[0] == same[1]])
    corners = _corners(xy, owner, codes, ~_plain(u, v, plain, base))
    exact = matched if rook else distinct(_pairs_in_runs(corners, n), matched)
    # parts of which no edge is shared: they may lie inside another region
    lone, whole = np.bincount(ring[tails[free]], minlength=len(shell)), np.bincount(ring[tails], minlength=len(shell))
    lonely, holder = (lone == whole)[shell], ring_owner[shell]
    edges = _Edges(xy[tails[free]], xy[tails[free] + 1], u[free], v[free], of[free], length[free])
    near = _near(
        shapes, edges.turned(right[ring[tails[free]]]), _inside(shapes, holder, lonely), corners, base, tolerance, noise
    )
    if rook:
        near = near.take(_is_stretch(shapes, near, noise))
    pairs = distinct(exact, near.key)
    length = np.zeros(len(pairs))
    length[np.searchsorted(pairs, near.key)] += near.stretch
    length[np.searchsorted(pairs, matched)] += matched_length
    # a common edge with both regions on the same side of it: they overlap although every vertex matches
    over = distinct(same_side, near.key[near.over])
    listed = distinct(near.key[~_within(near.key, exact)], over)
    apart = np.zeros(len(listed))
    known = _within(listed, near.key)
    apart[known] = near.distance[np.searchsorted(near.key, listed[known])]
    kind = np.where(_within(listed, over), 1, np.where(apart <= noise, 2, 0)).astype(np.int8)
    low, high = pairs // n, pairs % n
    # of one focal, lower neighbours before higher ones, as the pairs have them: rows of a matrix filled in order
    link = np.tile(np.arange(len(pairs)), 2)
    rows = sparse.csr_array((link, (np.concatenate([high, low]), np.concatenate([low, high]))), shape=(n, n))
    focal = np.repeat(np.arange(n), np.diff(rows.indptr))
    neighbor = rows.indices.astype(np.int64)
    return Contiguity(focal, neighbor, length[rows.data], tolerance, listed // n, listed % n, kind, apart)


def _rings(shapes: NDArray[np.object_]) -> tuple[Floats, Ints, Ints, NDArray[np.bool_]]:
    """Vertices, where each ring starts, its region, and whether it is a shell."""
    import shapely

    if (shapely.get_type_id(shapes) == 3).all() and not shapely.get_num_interior_rings(shapes).any():
        rings = np.concatenate([[0], np.cumsum(shapely.get_num_coordinates(shapes))])
        return shapely.get_coordinates(shapes), rings, np.arange(len(shapes)), np.ones(len(shapes), dtype=bool)
    kind, xy, offsets = shapely.to_ragged_array(shapes, include_z=False)
    rings, parts, *rest = (np.asarray(offset, dtype=np.int64) for offset in offsets)
    owner = np.repeat(np.arange(len(parts) - 1), np.diff(parts))
    if kind == shapely.GeometryType.MULTIPOLYGON:
        owner = np.repeat(np.arange(len(rest[0]) - 1), np.diff(rest[0]))[owner]
    shell = np.zeros(len(rings) - 1, dtype=bool)
    shell[parts[:-1]] = True
    return xy, rings, owner, shell


def vertex_codes(xy: Floats) -> tuple[Ints, int]:
    """Give equal points equal numbers from 0; return them and how many there are.

    Notes
    -----
    A hash table of 64-bit mixes of the two coordinates, which are compared themselves afterwards; one of the pairs of
    coordinates is twice as slow and only the way out for two points with one mix.
    """
    import pandas as pd

    xy = np.ascontiguousarray(xy) + 0.0  # -0.0 becomes 0.0
    bits = xy.view(np.uint64)
    mixes = []  # in place: of a million polygons each copy is 50 MB
    for axis, shift, factor in ((0, 29, 0xBF58476D1CE4E5B9), (1, 31, 0x94D049BB133111EB)):
        mix = bits[:, axis] >> np.uint64(shift)
        mix ^= bits[:, axis]
        with np.errstate(over="ignore"):
            mix *= np.uint64(factor)
        mixes.append(mix)
    mixes[0] ^= mixes[1]
    points = xy.view(np.complex128)[:, 0]
    codes, known = _equal(mixes[0])
    holder = np.empty(known, dtype=np.int64)
    holder[codes] = np.arange(len(codes))
    if (points[holder][codes] != points).any():
        codes, holder = pd.factorize(points)  # type: ignore[arg-type]
    return codes, len(holder)


def _equal(keys: NDArray[Any]) -> tuple[Ints, int]:
    """Give equal integers equal numbers from 0; return them and how many there are.

    Many go by their hash into parts whose tables stay in the processor's cache.
    """
    import pandas as pd

    if len(keys) < _IN_PARTS:
        codes, known = pd.factorize(keys)
        return codes, len(known)
    with np.errstate(over="ignore"):
        part = ((keys.view(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(58)).astype(np.uint8)
    order = np.argsort(part, kind="stable")
    ends = np.cumsum(np.bincount(part, minlength=64))
    codes, count = np.empty(len(keys), dtype=np.int64), 0
    for places in np.split(order, ends[:-1]):
        own, known = pd.factorize(keys[places])
        codes[places] = own + count
        count += len(known)
    return codes, count


def _clockwise(x: Floats, y: Floats, rings: Ints, ring: Ints) -> NDArray[np.bool_]:
    """Tell which rings run clockwise; small ones far from the origin keep the sign of their area."""
    x, y = x - x[rings[:-1]][ring], y - y[rings[:-1]][ring]
    cross = np.zeros(len(x))
    cross[:-1] = x[:-1] * y[1:] - x[1:] * y[:-1]
    cross[rings[1:] - 1] = 0.0
    return np.asarray(np.add.reduceat(cross, rings[:-1]) < 0)


def _shared(key: Ints, owner: Ints) -> tuple[Ints, Ints, Ints, NDArray[np.bool_]]:
    """Find pairs of edges of one key and two regions, the edges met once, and which edges are in a pair alone."""
    code, _ = _equal(key)
    times = np.bincount(code)[code]
    place = np.arange(len(key))
    partner = np.bincount(code, weights=place).astype(np.int64)[code] - place  # of those that are met twice
    one = np.flatnonzero((times == 2) & (partner > place))
    other = partner[one]
    apart = owner[one] != owner[other]
    one, other = one[apart], other[apart]
    plain = np.zeros(len(key), dtype=bool)
    plain[one] = plain[other] = True
    many = np.flatnonzero(times > 2)
    many = many[np.argsort(code[many], kind="stable")]
    for a, b in _in_runs(many, np.diff(code[many], prepend=-1) != 0):
        apart = owner[a] != owner[b]
        one, other = np.append(one, a[apart]), np.append(other, b[apart])
    return one, other, np.flatnonzero(times == 1), plain


def _plain(u: Ints, v: Ints, plain: NDArray[np.bool_], base: int) -> NDArray[np.bool_]:
    """Tell at which vertices the regions are all neighbours by an edge there.

    So it is where two or three corners meet and every edge is that of two regions: each corner has two edges, and three
    corners that are joined by three edges are joined each with each.
    """
    found = np.bincount(u, minlength=base) <= 3
    found[u[~plain]] = False
    found[v[~plain]] = False
    return found


def _corners(xy: Floats, owner: Ints, codes: Ints, wanted: NDArray[np.bool_]) -> _Corners:
    """Put the vertices of the wanted codes side by side."""
    at = np.flatnonzero(wanted[codes])
    at = at[np.argsort(codes[at], kind="stable")]
    first = np.flatnonzero(np.diff(codes[at], prepend=-1))
    count = np.diff(np.append(first, len(at)))
    return _Corners(codes[at[first]], first, count, xy[at[first]], owner[at])


def _in_runs(members: Ints, new: NDArray[np.bool_]) -> list[tuple[Ints, Ints]]:
    """Pairs of members of one run, by how far they stand apart in it; runs start where `new`."""
    run = np.cumsum(new)
    at, step = np.flatnonzero(~new) - 1, 1
    found = [(members[:0], members[:0])]
    while len(at):
        found.append((members[at], members[at + step]))
        step += 1
        at = at[at + step < len(run)]
        at = at[run[at] == run[at + step]]
    return found


def _pairs_in_runs(corners: _Corners, n: int) -> Ints:
    """Pairs of different regions that have a vertex in common."""
    new = np.zeros(len(corners.owner), dtype=bool)
    new[corners.first] = True
    found = [distinct(_key(a, b, n)[a != b]) for a, b in _in_runs(corners.owner, new)]
    return distinct(*found)


def _near(
    shapes: NDArray[np.object_],
    free: _Edges,
    inside: _Contacts,
    corners: _Corners,
    base: int,
    tolerance: float,
    noise: float,
) -> _Contacts:
    """Compare the free edges of different regions; `inside` are those that lie inside others."""
    import shapely

    n, width = len(shapes), max(tolerance, noise)
    blocks = [inside]
    if len(free.u):
        pieces = np.asarray(shapely.linestrings(np.stack([free.start, free.end], axis=1)), dtype=object)
        tree = shapely.STRtree(pieces)
        short = distinct(_key(free.u, free.v, base)[free.length <= width])

        def joined(some: tuple[Any, ...], others: tuple[Any, ...]) -> NDArray[np.bool_]:
            """Whether an edge leads from one vertex to the other: near as they are, they are two, not one missed."""
            found: NDArray[np.bool_] = np.logical_or.reduce(
                [_within(_key(a, b, base), short) for a in some for b in others]
            )
            return found

        for start in range(0, len(pieces), _BLOCK):
            one, other = tree.query(pieces[start : start + _BLOCK], predicate="dwithin", distance=width)
            one = one + start
            apart = free.owner[one] != free.owner[other]
            one, other = one[apart], other[apart]
            stretch, between, over = _along(free, one, other, width, noise)
            distance: Floats = shapely.distance(pieces[one], pieces[other])
            sides = ((free.u[one], free.v[one]), (free.u[other], free.v[other]))
            keep = (stretch > 0) | (distance <= noise) | ~joined(*sides)
            key = _key(free.owner[one], free.owner[other], n)
            blocks.append(_Contacts(key, distance, stretch, between, over).take(keep).summed())
        # a vertex of a free edge may belong to a region whose own edges there are all matched
        ends = np.searchsorted(corners.code, distinct(free.u, free.v))
        for start in range(0, len(ends), _BLOCK):
            part = ends[start : start + _BLOCK]
            spots = np.asarray(shapely.points(corners.spot[part]), dtype=object)
            at, edge = tree.query(spots, predicate="dwithin", distance=width)
            distance = shapely.distance(spots[at], pieces[edge])
            keep = (distance <= noise) | ~joined((corners.code[part[at]],), (free.u[edge], free.v[edge]))
            at, edge, distance = part[at[keep]], edge[keep], distance[keep]
            count = corners.count[at]
            rows = np.repeat(np.arange(len(at)), count)
            steps = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
            holder = corners.owner[corners.first[at][rows] + steps]
            apart = holder != free.owner[edge[rows]]
            rows, holder = rows[apart], holder[apart]
            key = _key(holder, free.owner[edge[rows]], n)
            blocks.append(
                _Contacts.of(key, distance[rows], *np.zeros((2, len(rows))), np.zeros(len(rows), bool)).summed()
            )
    return _Contacts.of(*(np.concatenate(parts) for parts in zip(*map(_Contacts.fields, blocks), strict=True))).summed()


def distinct(*values: Ints) -> Ints:
    """Return the different values in order: sorted, several times faster for keys than the hash table of np.unique."""
    ordered = np.sort(np.concatenate(values))
    return ordered[np.diff(ordered, prepend=ordered[:1] - 1) != 0]


def _within(values: Ints, known: Ints) -> NDArray[np.bool_]:
    """Tell which values are among the known ones, which are in order."""
    if not len(known):
        return np.zeros(len(values), dtype=bool)
    return np.asarray(known[np.searchsorted(known, values).clip(max=len(known) - 1)] == values)


def _key(one: Ints, other: Ints, n: int) -> Ints:
    """Return the number of an unordered pair: the lower position times n, plus the higher."""
    return np.minimum(one, other) * np.int64(n) + np.maximum(one, other)


def _along(free: _Edges, one: Ints, other: Ints, width: float, noise: float) -> tuple[Any, ...]:
    """How far edges run within the width of others, the area between, whether their regions overlap; regions are left.

    Length and area are halved, since each two edges are met in both orders.
    """
    p, q, a, b = free.start[one], free.end[one], free.start[other], free.end[other]
    length, reach = free.length[one], free.length[other]
    (ux, uy), (wx, wy) = ((q - p) / length[:, None]).T, ((b - a) / reach[:, None]).T
    d0, d1 = (wx * (points[:, 1] - a[:, 1]) - wy * (points[:, 0] - a[:, 0]) for points in (p, q))
    t0, t1 = (wx * (points[:, 0] - a[:, 0]) + wy * (points[:, 1] - a[:, 1]) for points in (p, q))
    low, high = np.zeros(len(one)), np.ones(len(one))
    for begin, end, least, most in ((d0, d1, -width, width), (t0, t1, 0.0, reach)):
        slope = end - begin
        flat = np.abs(slope) <= noise * 1e-3
        inside = (begin >= least) & (begin <= most)
        slope = np.where(flat, 1.0, slope)
        first, last = (least - begin) / slope, (most - begin) / slope
        low = np.maximum(low, np.where(flat, np.where(inside, 0.0, 2.0), np.minimum(first, last)))
        high = np.minimum(high, np.where(flat, 1.0, np.maximum(first, last)))
    parallel = np.abs(ux * wy - uy * wx) <= 0.5
    stretch = np.where(parallel, np.maximum(high - low, 0.0) * length, 0.0)
    begin, end = d0 + low * (d1 - d0), d0 + high * (d1 - d0)
    e0, e1 = (ux * (points[:, 1] - p[:, 1]) - uy * (points[:, 0] - p[:, 0]) for points in (a, b))
    crossing = (d0 * d1 < 0) & (e0 * e1 < 0)
    for distance in (d0, d1, e0, e1):
        crossing &= np.abs(distance) > noise
    # regions on the same side of a common line, or each beyond the line of the other
    beyond = (ux * wx + uy * wy > 0) | ((begin + end) / 2 > noise)
    over = crossing | ((stretch > noise) & beyond)
    return stretch / 2, stretch * (np.abs(begin) + np.abs(end)) / 4, over


def _is_stretch(shapes: NDArray[np.object_], near: _Contacts, noise: float) -> NDArray[np.bool_]:
    """Whether what is near is a common stretch of border and not a corner.

    A stretch is long beside the distance of its two lines, and beside what the borders of both regions miss elsewhere.
    """
    import shapely

    ends = near.key // len(shapes), near.key % len(shapes)
    apart = np.divide(near.between, near.stretch, out=np.zeros(len(near.key)), where=near.stretch > 0)
    long = near.stretch > _STRETCH * np.maximum(apart, noise)
    level = np.zeros(len(shapes))
    for end in ends:
        np.maximum.at(level, end[long], apart[long])
    least = _STRETCH * np.minimum(*(level[end] for end in ends))
    common = long & (near.stretch > least)
    unsure = np.flatnonzero(~common & near.over)
    first, second = shapes[ends[0][unsure]], shapes[ends[1][unsure]]
    # an overlap that is long and narrow, or large; not that of two corners
    overlap = shapely.intersection(first, second)
    area, around = shapely.area(overlap), shapely.length(overlap)
    large = area > _LARGE * np.minimum(shapely.area(first), shapely.area(second))
    common[unsure] = (area > 0) & (large | ((around**2 > _NARROW * area) & (around / 2 > least[unsure])))
    return common


def _inside(shapes: NDArray[np.object_], holder: Ints, lonely: NDArray[np.bool_]) -> _Contacts:
    """Regions with a part that lies inside another: no edge of the part need come near one of the other.

    `holder` is the region of each part; only parts without a shared edge, the lonely ones, are looked at.
    """
    import shapely

    chosen = np.unique(holder[lonely])
    parts = shapely.get_parts(shapes[chosen])[lonely[np.isin(holder, chosen)]]
    spots = shapely.STRtree(shapely.point_on_surface(parts))  # a vertex may lie on the border of a neighbour
    other, part = spots.query(shapes, predicate="contains")
    own = holder[lonely][part]
    key = distinct(_key(own[own != other], other[own != other], len(shapes)))
    return _Contacts.of(key, *np.zeros((3, len(key))), np.ones(len(key), bool))
