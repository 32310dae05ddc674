"""Point, mesh and solid tilesets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rendering.actors import apply_opacity, edge_actor, edge_colour, surface_actor
from rendering.geometry import poly_data
from rendering.ground.shadows import Footprints
from rendering.labels import LabelItem
from rendering.look import Look
from rendering.marks import LayerMarks
from rendering.options import Pick
from rendering.outline import Outlines
from rendering.picking import Ray, hit_points, hit_triangles
from rendering.pixels import pixel_ratio
from rendering.symbology.palette import Theme
from rendering.tiles.engine import Engine, Node, State
from rendering.tiles.moved import Moves, features_of, move_features
from rendering.tiles.parts import Part, PartOptions, build_parts, lit_colours, point_colours
from rendering.tiles.placement import Placement
from rendering.views.ground import Ground
from rendering.views.view import Scene
from twin_model.displacement import Displacement
from twin_model.errors import ShapanError, SourceError
from twin_model.layer import Bounds, Layer, LayerRole
from twin_model.tiles.content import decode_content, is_tileset
from twin_model.tiles.gltf_document import read_bytes
from twin_model.tiles.implicit import expand
from twin_model.tiles.tileset import Tile, Tileset, load_tileset

#: Kinds of layers whose surfaces are plain volumes and get a building's shading.
_MASSING_KINDS: Final = ("vector", "city", "osm")
#: Edge lines are drawn where a metre covers at least this many pixels.
_EDGE_PIXELS_A_METRE: Final = 1.1
_MOST_LABELS: Final = 150


@dataclass
class _Payload:
    parts: list[Part] = field(default_factory=list)
    externals: list[Tileset] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    moves: Moves = field(default_factory=Moves)
    features: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))


class TileNode(Node):
    """One tile of a tileset."""

    def __init__(self, tile: Tile, view: TilesetView) -> None:
        super().__init__(view.placement.box(tile), tile.geometric_error, adds=tile.refine == "ADD")
        self.tile = tile
        self.view = view
        self._is_stale = False
        self._moved_box: tuple[Moves, Bounds | None] | None = None
        self._features = np.zeros(0, np.int64)
        self._children: list[Node] | None = None
        self._is_structure = False
        self._has_content = bool(tile.contents) or tile.implicit is not None
        self.parts: list[Part] = []
        self.actors: list[Any] = []
        self.edges: list[Any] = []
        self.outlines = Outlines()

    @property
    def children(self) -> list[Node]:
        """Nodes of the tile's children, made when first asked for."""
        if self._children is None:
            self._children = [TileNode(child, self.view) for child in self.tile.children]
        return self._children

    @property
    def made_children(self) -> list[Node]:
        """Those that were asked for before."""
        return self._children or []

    @property
    def has_content(self) -> bool:
        """Whether the tile names content or a subtree."""
        return self._has_content

    @property
    def is_structure(self) -> bool:
        """Whether its content turned out to be tilesets only."""
        return self._is_structure

    @property
    def moved_box(self) -> Bounds | None:
        """See `Node`; worked out once for all frames until something else is moved."""
        moves = self.view.moves
        if self._moved_box is None or self._moved_box[0] is not moves:
            self._moved_box = moves, moves.box(self.box)
        return self._moved_box[1]

    @property
    def is_stale(self) -> bool:
        """Whether features of it stand elsewhere than they are drawn."""
        return self._is_stale

    def work(self) -> _Payload:
        """Read, decode and prepare the content."""
        payload = _Payload(moves=self.view.moves)
        tile = self.tile
        if tile.implicit is not None:
            expand(tile)
        for path in tile.contents:
            data = read_bytes(path)
            if is_tileset(data):
                payload.externals.append(load_tileset(path, parent=tile))
                continue
            content = decode_content(
                path, root=tile.tileset.root_folder, up_axis=tile.tileset.up_axis, data=data
            )
            payload.warnings += content.warnings
            for primitive in content.primitives:
                part = build_parts(primitive, tile, self.view.placement, self.view.options)
                if part is not None:
                    move_features(part, payload.moves, self.view.options.light)
                    payload.parts.append(part)
        payload.features = features_of(payload.parts)
        return payload

    def install(self, payload: _Payload) -> None:
        """Make actors of the parts and nodes of external tilesets."""
        self.uninstall()
        scene = self.view.scene
        if payload.externals:
            known = self.children
            self._children = known + [TileNode(t.root, self.view) for t in payload.externals]
            self._is_structure = not payload.parts
        elif self._children is not None and len(self._children) != len(self.tile.children):
            self._children = None
        if not self.tile.contents:
            self._is_structure = True
        self.parts = payload.parts
        self._features, self._is_stale = payload.features, False
        if payload.moves is not self.view.moves:
            self.outdate(self.view.moves.differing(payload.moves))
        self.view.warn(payload.warnings)
        for part in payload.parts:
            actor = surface_actor(part)
            scene.haze.veil(actor)
            self.actors.append(actor)
            scene.renderer.AddActor(actor)
            edge = None
            if part.edges is not None:
                edge = edge_actor(part, scene.theme)
                scene.haze.veil(edge)
                scene.renderer.AddActor(edge)
            self.edges.append(edge)
        self.nbytes = sum(p.nbytes for p in payload.parts) + 500
        self.triangles = sum(len(p.triangles) for p in payload.parts if p.triangles is not None)
        self.points = sum(len(p.position) for p in payload.parts if p.mode == "points")
        self.style()
        self.leave_out()
        self.mark()

    def outdate(self, features: npt.NDArray[np.int64]) -> None:
        """Take note that features stand elsewhere than when it was made."""
        self._is_stale = self._is_stale or bool(np.isin(features, self._features).any())

    def leave_out(self) -> None:
        """Draw everything but the view's hidden features."""
        for part in self.parts:
            part.leave_out(self.view.hidden)

    def style(self) -> None:
        """Apply the view's style to the actors."""
        for actor, part, edge in zip(self.actors, self.parts, self.edges):
            apply_opacity(actor, part, self.view.opacity)
            if part.mode == "points":
                actor.GetProperty().SetPointSize(self.view.point_size)
            if edge is not None:
                edge.GetProperty().SetOpacity(self.view.opacity)

    def show(self, visible: bool) -> None:
        """Switch the actors."""
        for actor in self.actors + self.outlines.actors:
            actor.SetVisibility(visible)
        if not visible:
            for edge in self.edges:
                if edge is not None:
                    edge.VisibilityOff()

    def show_edges(self, visible: bool) -> None:
        """Switch the edge lines."""
        for edge in self.edges:
            if edge is not None:
                edge.SetVisibility(visible)

    def uninstall(self) -> None:
        """Remove the actors."""
        renderer = self.view.scene.renderer
        for actor in self.actors:
            renderer.RemoveActor(actor)
        for actor in [e for e in self.edges if e is not None]:
            renderer.RemoveActor(actor)
        self.outlines.remove(renderer)
        self.actors, self.edges, self.parts = [], [], []

    def mark(self, *, anew: bool = True) -> None:
        """Draw the outlines of marked features; those that stay are made *anew* if asked for."""
        renderer = self.view.scene.renderer
        if anew:
            self.outlines.remove(renderer)
        marks, accent = self.view.marks, self.view.scene.theme.accent
        hovered = set() if marks.hovered is None else {marks.hovered}
        ratio = pixel_ratio(renderer)
        wanted = [(colour, features, 2.0, 0.5) for colour, features in marks.groups]
        wanted += [(accent, marks.selected, 3.0, 0.22), (accent, hovered, 1.5, 0.22)]
        self.outlines.draw(
            renderer, self.parts,
            [(colour, frozenset(ids), width * ratio, tint) for colour, ids, width, tint in wanted],
            is_shown=self.is_shown,
        )  # fmt: skip


def _hit(ray: Ray, part: Part) -> tuple[float, int] | None:
    """Return distance and number of the triangle or point that a ray meets first."""
    if part.triangles is not None:
        drawn = part.triangles if part.kept is None else part.kept
        return hit_triangles(ray, part.matrix, part.position, drawn)
    position = part.position if part.kept is None else part.position[part.kept]
    return hit_points(ray, part.matrix, position)


class TilesetView:
    """A streamed tileset.

    Parameters
    ----------
    layer : Layer
    folder : Path
    scene : Scene

    Raises
    ------
    SourceError
        If the tileset is missing or broken.
    """

    def __init__(self, layer: Layer, folder: Path, scene: Scene, ground: Ground) -> None:
        self.layer = layer
        self._ground = ground
        self._footprints: Footprints | None = None
        self.scene = scene
        content = Path(layer.content)
        self.tileset = load_tileset(content if content.is_absolute() else folder / content)
        self.placement = Placement(self.tileset, scene.frame)
        self.opacity = 1.0
        self.visible = True
        self.point_size = 3.0
        self.marks = LayerMarks()
        self.hidden: set[int] = set()
        self.moves = Moves()
        self.warnings: list[str] = []
        self.triangles = self.points = self.tiles_visible = self.tiles_loading = 0
        self.bounds: Bounds | None = self.placement.box(self.tileset.root)
        self.options = PartOptions(
            massing=layer.kind in _MASSING_KINDS,
            edges=layer.role is not LayerRole.POINTS,
            massing_colour=scene.theme.massing,
            height_range=(self.bounds[2], self.bounds[5]),
            light=scene.light,
        )
        self.root = TileNode(self.tileset.root, self)
        self.engine = Engine(self.root, scene.loader, scene.cache)
        self.set_style(layer.style)
        outlines = folder / "features.gpkg"
        if outlines.is_file() and layer.role is LayerRole.MESH:
            ground.load(layer.id, outlines, "footprints", self._outlines)

    def _outlines(self, result: Any) -> None:
        if isinstance(result, Exception):
            self.warnings.append(str(result))
            return
        self._footprints = result
        self.set_style(self._style)

    def update(self, look: Look, deadline: float) -> bool:
        """Stream towards *look*."""
        pending = self.engine.update(look, deadline, visible=self.visible)
        self.triangles = self.points = self.tiles_visible = 0
        for node in self.engine.drawn:
            self.triangles += node.triangles
            self.points += node.points
            self.tiles_visible += 1
            if isinstance(node, TileNode) and any(node.edges):
                distance = max(node.distance(look), 1e-3)
                scale = look.pixels_per_radian / distance
                node.show_edges(scale > _EDGE_PIXELS_A_METRE and not look.is_moving)
        self.tiles_loading = self.engine.loading if pending else 0
        return pending

    def set_style(self, style: dict[str, Any]) -> None:
        """Apply visible, opacity, point_size, colour_by."""
        self._style = dict(style)
        self.visible = bool(style.get("visible", True))
        self.opacity = min(max(float(style.get("opacity", 1.0)), 0.0), 1.0)
        self.point_size = float(style.get("point_size") or 3.0)
        by = str(style.get("colour_by") or "rgb")
        recolour = by != self.options.colour_by
        self.options = replace(self.options, colour_by=by)
        if self._footprints is not None:
            shown = self._footprints if self.visible and self.opacity > 0.5 else None
            if shown is not None and self.hidden:
                shown = shown.without(self.hidden)
            if shown is not None and len(self.moves):
                shown = shown.moved(self.moves.by_feature)
            self._ground.set_footprints(self.layer.id, shown)
            self._label(shown)
        for node in self._loaded():
            if recolour:
                for part in node.parts:
                    if part.mode == "points":
                        self._recolour(part)
            node.style()

    def _label(self, footprints: Footprints | None) -> None:
        """Name the tallest buildings."""
        items = []
        if footprints is not None and self._style.get("label_field") != "":
            for index in np.argsort(-footprints.heights)[:_MOST_LABELS]:
                if footprints.names[index]:
                    x, y = (float(v) for v in footprints.rings[index][:-1].mean(axis=0))
                    tall = float(footprints.heights[index])
                    z = float(self._ground.heights(x, y)) + tall + 2.0
                    reach = 60.0 + 11.0 * tall
                    items.append(LabelItem((x, y, z), footprints.names[index][:40], reach, tall))
        self.scene.labels.set(self.layer.id, items)

    def _recolour(self, part: Part) -> None:
        fresh = poly_data(part.position[:1], colour=point_colours(part, self.options))
        part.data.GetPointData().SetScalars(fresh.GetPointData().GetScalars())
        part.data.Modified()

    def relight(self) -> None:
        """Apply the scene's light to surfaces that are lit once a vertex."""
        self.options = replace(self.options, light=self.scene.light)
        for node in self._loaded():
            for part in node.parts:
                if part.tone is not None and part.facing is not None:
                    part.colour = lit_colours(part.tone, part.facing, self.scene.light)
                    fresh = poly_data(part.position[:1], colour=part.colour)
                    part.data.GetPointData().SetScalars(fresh.GetPointData().GetScalars())
                    part.data.Modified()

    def set_theme(self, theme: Theme) -> None:
        """Apply the theme's edge and selection colours."""
        for node in self._loaded():
            for edge, part in zip(node.edges, node.parts):
                if edge is not None:
                    edge.GetProperty().SetColor(*edge_colour(part, theme))
            node.mark()

    def pick(self, ray: Ray, seen_m: float | None) -> tuple[float, Pick] | None:
        """Return the nearest feature that a ray meets in what is drawn."""
        best: tuple[float, TileNode, Part, int] | None = None
        for node in self.engine.drawn:
            entry = node.met_by(ray)
            if not isinstance(node, TileNode) or entry is None:
                continue
            if best is not None and entry > best[0]:
                continue
            for part in node.parts:
                hit = _hit(ray, part)
                if hit is not None and (best is None or hit[0] < best[0]):
                    best = (hit[0], node, part, hit[1])
        if best is None:
            return None
        distance, _, part, index = best
        feature: int | None = None
        if part.feature is not None:
            drawn = part.triangles if part.kept is None else part.kept
            if drawn is not None:
                index = int(drawn[index] if drawn.ndim == 1 else drawn[index, 0])
            value = int(part.feature[index])
            feature = value if value >= 0 else None
        return distance, Pick(self.layer.id, feature, ray.at(distance), part.name)

    def nearest_point(self, ray: Ray) -> tuple[float, tuple[float, float, float]] | None:
        """Return distance and place of the nearest point of a cloud within a ray's spread."""
        best: tuple[float, tuple[float, float, float]] | None = None
        for node in self.engine.drawn:
            if not isinstance(node, TileNode) or node.met_by(ray) is None:
                continue
            for part in node.parts:
                hit = None
                if part.mode == "points":
                    shown = part.position if part.kept is None else part.position[part.kept]
                    hit = hit_points(ray, part.matrix, shown)
                if hit is not None and (best is None or hit[0] < best[0]):
                    own = part.matrix[:3, :3] @ shown[hit[1]].astype(np.float64)
                    x, y, z = (float(v) for v in own + part.matrix[:3, 3])
                    best = (hit[0], (x, y, z))
        return best

    def mark(self, marks: LayerMarks) -> None:
        """Make features stand out in all loaded tiles."""
        if marks == self.marks:
            return
        self.marks = marks
        for node in self._loaded():
            node.mark(anew=False)

    def hide(self, features: set[int]) -> None:
        """Leave features out of all tiles, and their shadows and labels."""
        if features == self.hidden:
            return
        self.hidden = set(features)
        for node in self._loaded():
            node.leave_out()
            node.mark()
        self.set_style(self._style)

    def move(self, features: Mapping[int, Displacement]) -> None:
        """Draw features where they stand; tiles that hold them are made anew in the background."""
        before, moves = self.moves, Moves(features)
        if moves.by_feature == before.by_feature:
            return
        self.moves, differing = moves, moves.differing(before)
        for node in self._loaded():
            node.outdate(differing)
        if self._footprints is not None:
            self.set_style(self._style)

    def feature_bounds(self, feature: int) -> Bounds | None:
        """Return the bounds of a feature within the loaded tiles."""
        low, high = np.full(3, np.inf), np.full(3, -np.inf)
        for node in self._loaded():
            for part in node.parts:
                if part.feature is None:
                    continue
                inside = part.feature == feature
                if inside.any():
                    place = part.matrix
                    points = part.position[inside].astype(np.float64) @ place[:3, :3].T
                    points += place[:3, 3]
                    low, high = (
                        np.minimum(low, points.min(axis=0)),
                        np.maximum(high, points.max(axis=0)),
                    )
        if not np.isfinite(low).all():
            return None
        return (*map(float, low), *map(float, high))  # type: ignore[return-value]

    def warn(self, texts: list[str]) -> None:
        """Keep what was left out, once each."""
        self.warnings += [t for t in dict.fromkeys(texts) if t not in self.warnings]

    @property
    def failures(self) -> list[str]:
        """Tiles that could not be loaded, one line each."""
        return [
            str(e) if isinstance(e, ShapanError) else f"{type(e).__name__}: {e}"
            for e in self.engine.failures
        ]

    def check_root(self) -> None:
        """Raise what made the root tile fail.

        Raises
        ------
        SourceError
        """
        if self.root.state is State.FAILED and isinstance(self.root.error, SourceError):
            raise self.root.error

    def _loaded(self) -> list[TileNode]:
        if not hasattr(self, "root"):
            return []
        found: list[TileNode] = []
        stack: list[Node] = [self.root]
        while stack:
            node = stack.pop()
            if isinstance(node, TileNode):
                if node.parts:
                    found.append(node)
                stack += node.made_children
        return found

    def close(self) -> None:
        """Remove everything."""
        self.scene.labels.set(self.layer.id, [])
        self._ground.forget(self.layer.id)
        self.engine.close()
