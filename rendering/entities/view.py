"""Draws entities that stand for themselves; one layer among the others of the stage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Final

import numpy as np

from rendering.actors import edge_actor, edge_colour, surface_actor
from rendering.entities.chunks import (
    CHUNK,
    Built,
    Chunk,
    Painted,
    Traces,
    arrange,
    build,
    casts_shadow,
    forms_of,
    group_of,
    paint,
)
from rendering.entities.shape import ENTITIES, EntityShape
from rendering.geometry import poly_data
from rendering.labels import LabelItem
from rendering.look import Look
from rendering.marks import LayerMarks
from rendering.options import Pick
from rendering.outline import course_actor, ground_outline, outline_actors, thin_actor
from rendering.picking import Ray, hit_segments, hit_triangles
from rendering.pixels import pixel_ratio
from rendering.symbology.palette import LINE_WIDTH_M, Colour, Theme
from rendering.tiles.loader import Request
from rendering.tiles.parts import lit_colours
from rendering.views.ground import Ground
from rendering.views.instances import Instances, InstanceScene, frame_actor, instance_at
from rendering.views.view import Scene
from twin_model.displacement import Displacement
from twin_model.layer import Bounds

_MOST_TRIANGLES: Final = 500_000
_MOST_MOVING: Final = 70_000
_MOST_LABELS: Final = 400
_EDGE_PIXELS_A_METRE: Final = 1.1
#: Models that no one looks for by name.
_NAMELESS: Final = frozenset({"tree", "conifer", "lamp", "bench", "manhole", "hydrant", "pole"})


class EntitiesView:
    """All entities with own geometry or only a place.

    Parameters
    ----------
    scene : Scene
    ground : Ground
    """

    def __init__(self, scene: Scene, ground: Ground) -> None:
        self.scene = scene
        self.triangles = self.points = self.tiles_visible = self.tiles_loading = 0
        self.bounds: Bounds | None = None
        self.visible = True
        self._ground = ground
        self._shapes: dict[int, EntityShape] = {}
        self._chunks: dict[int, Chunk] = {}
        self._chunk_of: dict[int, Chunk] = {}
        self._leaving: list[Chunk] = []
        self._painted: dict[int, EntityShape] = {}
        self._paint = Painted()
        self._paint_version = self._painted_version = 0
        self._arrangement = self._arranged = 0
        self._chosen = LayerMarks()
        self._marks: list[Any] = []
        self._traces: Traces | None = None
        self._unsettled = False
        self._stands_on: Any = ground.content.fields
        self._seen: tuple[Any, ...] = ()

    # -- content -------------------------------------------------------------------------

    @property
    def shapes(self) -> dict[int, EntityShape]:
        """What is shown, by feature."""
        return dict(self._shapes)

    @property
    def is_stale(self) -> bool:
        """Whether what is drawn is not yet what is to be shown."""
        if (self._arranged, self._painted_version) != (self._arrangement, self._paint_version):
            return True
        return any(chunk.is_stale for chunk in self._chunks.values())

    def replace(self, shapes: Iterable[EntityShape]) -> None:
        """Show these in place of all that were shown."""
        self._shapes = {shape.feature: shape for shape in shapes}
        self._arrangement += 1

    def change(self, shapes: Iterable[EntityShape], gone: Iterable[int] = ()) -> None:
        """Show some anew or in addition, and some no more; the rest stays as it is.

        Parameters
        ----------
        shapes : iterable of EntityShape
        gone : iterable of int
            Features.
        """
        fresh = list(shapes)
        for feature in gone:
            if self._shapes.pop(feature, None) is not None:
                self._take_out(feature)
        self._shapes.update({shape.feature: shape for shape in fresh})
        if self._arranged != self._arrangement:
            self._arrangement += 1  # what is being arranged no longer is what is to be shown
            return
        for shape, form in zip(fresh, forms_of(fresh, self._ground.heights)):
            self._put(shape, group_of(shape, form))
        self._mark()

    def _take_out(self, feature: int) -> None:
        chunk = self._chunk_of.pop(feature, None)
        if chunk is not None:
            before = chunk.shapes.pop(feature, None)
            chunk.version += 1
            if before is not None and casts_shadow(before):
                self._paint_version += 1
        if self._painted.pop(feature, None) is not None:
            self._paint_version += 1

    def _put(self, shape: EntityShape, group: str | None) -> None:
        chunk = self._chunk_of.get(shape.feature)
        before = None if chunk is None else chunk.shapes.get(shape.feature)
        if casts_shadow(shape) or (before is not None and casts_shadow(before)):
            self._paint_version += 1
        if chunk is not None and chunk.group == group:
            chunk.shapes[shape.feature] = shape
            chunk.version += 1
            return
        self._take_out(shape.feature)
        if group is None:
            self._painted[shape.feature] = shape
            self._paint_version += 1
            return
        chunk = self._roomy(shape, group)
        chunk.shapes[shape.feature] = shape
        chunk.version += 1
        self._chunk_of[shape.feature] = chunk

    def _roomy(self, shape: EntityShape, group: str) -> Chunk:
        """Return the nearest chunk of a group that has room, else a new one."""
        x, y = shape.place
        best: tuple[float, Chunk] | None = None
        for chunk in self._chunks.values():
            if chunk.group == group and len(chunk.shapes) < CHUNK:
                box = chunk.built.bounds or (x, y, 0.0, x, y, 0.0)
                gap = abs((box[0] + box[3]) / 2 - x) + abs((box[1] + box[4]) / 2 - y)
                if best is None or gap < best[0]:
                    best = (gap, chunk)
        if best is not None:
            return best[1]
        chunk = Chunk(group)
        self._chunks[chunk.number] = chunk
        return chunk

    # -- drawing -------------------------------------------------------------------------

    def update(self, look: Look, deadline: float) -> bool:
        """Take over what was built, ask for what is stale, and choose what is large enough."""
        if self._stands_on != self._ground.content.fields:
            self._stands_on = self._ground.content.fields
            self._arrangement += 1
        changed = self._take()
        requests = self._requests()
        self.scene.loader.want(self, requests)
        pending = bool(requests)
        if not pending:
            self._drop_leaving()
        self._unsettled |= changed
        if self._unsettled and not pending:
            self._unsettled = False
            self._settled()
        # The ground, which was asked before, has yet to paint what changed.
        return self._show(look, deadline) or pending or changed

    def _take(self) -> bool:
        changed = False
        while (item := self.scene.loader.take(self)) is not None:
            key: Any = item[0]
            result: Any = item[1]
            _, what, number, version = key
            if isinstance(result, Exception):
                raise result  # a fault of ours: shapes are checked before they come here
            if what == "arrange" and version == self._arrangement:
                self._arranged = version
                self._install_arrangement(*result)
            elif what == "paint" and version == self._paint_version:
                self._painted_version = version
                self._install_paint(result)
            elif what == "chunk" and number in self._chunks:
                chunk = self._chunks[number]
                if chunk.version == version:
                    self._install(chunk, result, version)
            changed = True
        return changed

    def _requests(self) -> list[Request]:
        heights, light = self._ground.heights, self.scene.light
        if self._arranged != self._arrangement:
            every = list(self._shapes.values())
            key = (id(self), "arrange", 0, self._arrangement)
            return [Request(key, -2.0, partial(arrange, every, heights))]
        found = []
        if self._painted_version != self._paint_version:
            flat = list(self._painted.values())
            solids = [shape for shape in self._shapes.values() if casts_shadow(shape)]
            key = (id(self), "paint", 0, self._paint_version)
            found.append(Request(key, -1.0, partial(paint, ENTITIES, flat, solids, heights)))
        for chunk in self._chunks.values():
            if chunk.is_stale:
                members = list(chunk.shapes.values())
                key = (id(self), "chunk", chunk.number, chunk.version)
                work = partial(build, chunk.group, members, heights, light)
                found.append(Request(key, -1.5, work))
        return found

    def _install_arrangement(self, chunks: list[Chunk], painted: dict[int, EntityShape]) -> None:
        # What was drawn stays until what takes its place is ready.
        self._leaving += self._chunks.values()
        self._chunks = {chunk.number: chunk for chunk in chunks}
        self._chunk_of = {f: chunk for chunk in chunks for f in chunk.shapes}
        self._painted = painted
        self._paint_version += 1

    def _install(self, chunk: Chunk, built: Built, version: int) -> None:
        self._remove(chunk)
        chunk.built, chunk.drawn_version = built, version
        if not chunk.shapes:
            del self._chunks[chunk.number]
            return
        renderer, scene = self.scene.renderer, self.scene
        if built.part is not None:
            actor = surface_actor(built.part)
            scene.haze.veil(actor)
            chunk.actors.append(actor)
            if built.part.edges is not None:
                chunk.edges = edge_actor(built.part, scene.theme)
                scene.haze.veil(chunk.edges)
                renderer.AddActor(chunk.edges)
        if built.lines is not None:
            chunk.actors.append(thin_actor(built.lines, built.centre, -6))
        if built.buried is not None:
            chunk.actors.append(thin_actor(built.buried, built.centre, -150))
            chunk.actors[-1].GetProperty().SetOpacity(0.6)
        for actor in chunk.actors:
            actor.SetVisibility(self.visible)
            renderer.AddActor(actor)
        self._seen = ()

    def _install_paint(self, painted: Painted) -> None:
        before, self._paint = self._paint, painted
        # Every call makes the ground paint itself anew.
        if any(before.drapes) or any(painted.drapes) or before.footprints or painted.footprints:
            self._show_paint()

    def _show_paint(self) -> None:
        for band, drape in enumerate(self._paint.drapes):
            self._ground.set_drape(f"{ENTITIES}/{band}", drape if self.visible else None)
        shadows = self._paint.footprints if self.visible else None
        self._ground.set_footprints(ENTITIES, shadows)

    def _settled(self) -> None:
        """Bring bounds, labels and marks up to what is drawn now."""
        boxes = [c.built.bounds for c in self._chunks.values()] + [self._paint.bounds]
        known = np.array([box for box in boxes if box is not None], float)
        self.bounds = None
        if len(known):
            low, high = known[:, :3].min(axis=0), known[:, 3:].max(axis=0)
            self.bounds = (*map(float, low), *map(float, high))  # type: ignore[assignment]
        self._traces = None
        self._label()
        self._mark()

    def _show(self, look: Look, deadline: float) -> bool:
        key = (look.eye, look.planes, look.pixels_per_radian, self.visible, look.is_moving)
        if key == self._seen:
            return False
        self.triangles, pending = 0, False
        left = _MOST_MOVING if look.is_moving else _MOST_TRIANGLES
        scene = InstanceScene(self.scene.renderer, self.scene.haze, self.scene.light)
        for chunk in [*self._chunks.values(), *self._leaving]:
            built = chunk.built
            if built.instances is not None:
                if self.visible:
                    pending = built.instances.show(look, left, scene, deadline) or pending
                else:
                    built.instances.hide()
                self.triangles += built.instances.triangles
                left -= built.instances.triangles
            elif built.part is not None and built.part.triangles is not None:
                self.triangles += len(built.part.triangles)
                if chunk.edges is not None and built.bounds is not None:
                    scale = look.pixels_per_radian / max(look.distance(built.bounds), 1e-3)
                    near = scale > _EDGE_PIXELS_A_METRE and not look.is_moving
                    chunk.edges.SetVisibility(near and self.visible)
        self._seen = () if pending else key
        return pending

    def _drop_leaving(self) -> None:
        for chunk in self._leaving:
            self._remove(chunk)
        self._leaving = []

    def _remove(self, chunk: Chunk) -> None:
        renderer = self.scene.renderer
        if chunk.built.instances is not None:
            chunk.built.instances.drop(renderer)
        for actor in [*chunk.actors, *([] if chunk.edges is None else [chunk.edges])]:
            renderer.RemoveActor(actor)
        chunk.actors, chunk.edges, chunk.built = [], None, Built()

    def _label(self) -> None:
        """Name what has a name: big things from afar, small ones from near."""
        items: list[LabelItem] = []
        named = [s for s in self._shapes.values() if s.name and s.symbol not in _NAMELESS]
        for shape in named[:_MOST_LABELS] if self.visible else []:
            box = self.feature_bounds(shape.feature)
            if box is not None:
                tall = max(box[5] - box[2], shape.height_m)
                reach = 90.0 + 18.0 * tall
                x, y = shape.place
                items.append(LabelItem((x, y, box[5] + 0.4), shape.name[:40], reach, tall))
        self.scene.labels.set(ENTITIES, items)

    # -- looks ---------------------------------------------------------------------------

    def set_style(self, style: dict[str, Any]) -> None:
        """Apply visible."""
        visible = bool(style.get("visible", True))
        if visible == self.visible:
            return
        self.visible = visible
        for chunk in self._chunks.values():
            for actor in [*chunk.actors, *([] if chunk.edges is None else [chunk.edges])]:
                actor.SetVisibility(visible)
        self._seen = ()
        self._show_paint()
        self._settled()

    def set_theme(self, theme: Theme) -> None:
        """Apply edge and selection colours."""
        for chunk in self._chunks.values():
            if chunk.edges is not None and chunk.built.part is not None:
                chunk.edges.GetProperty().SetColor(*edge_colour(chunk.built.part, theme))
        self._mark()

    def relight(self) -> None:
        """Apply the scene's light to what is lit once a vertex."""
        for chunk in self._chunks.values():
            part = chunk.built.part
            if chunk.built.instances is not None:
                chunk.built.instances.drop(self.scene.renderer)
            if part is not None and part.tone is not None and part.facing is not None:
                part.colour = lit_colours(part.tone, part.facing, self.scene.light)
                fresh = poly_data(part.position[:1], colour=part.colour)
                part.data.GetPointData().SetScalars(fresh.GetPointData().GetScalars())
                part.data.Modified()
        self._seen = ()

    # -- asking --------------------------------------------------------------------------

    @property
    def _groups(self) -> list[Instances]:
        found = (chunk.built.instances for chunk in self._chunks.values())
        return [group for group in found if group is not None]

    def traces(self) -> Traces:
        """Return corners and edges of all that is drawn."""
        if self._traces is None:
            built = (chunk.built.traces for chunk in self._chunks.values())
            self._traces = self._paint.traces.extend(built)
        return self._traces if self.visible else Traces()

    def feature_bounds(self, feature: int) -> Bounds | None:
        """Return an entity's bounds in local metres; None until it is drawn."""
        chunk = self._chunk_of.get(feature)
        traces = self._paint.traces if chunk is None else chunk.built.traces
        points = [traces.vertices[traces.vertex_feature == feature]]
        points.append(traces.of_feature(feature).reshape(-1, 3))
        every = np.concatenate(points)
        if len(every) == 0:
            return None
        low, high = every.min(axis=0), every.max(axis=0)
        group = chunk.built.instances if chunk is not None else None
        if group is not None:
            i = int(np.flatnonzero(group.rows == feature)[0])
            reach = float(group.radius_m[i])
            margin = np.array([reach, reach, 0.0])
            low, high = low - margin, high + margin + (0.0, 0.0, float(group.height_m[i]))
        return (*map(float, low), *map(float, high))  # type: ignore[return-value]

    def chunks(self) -> list[Chunk]:
        """Return what is drawn together."""
        return list(self._chunks.values())

    def pick(self, ray: Ray, seen_m: float | None) -> tuple[float, Pick] | None:
        """Return the nearest entity that a ray meets; the ground answers for what it shows."""
        if not self.visible:
            return None
        best: tuple[float, int] | None = None
        for chunk in self._chunks.values():
            part, box = chunk.built.part, chunk.built.bounds
            if part is None or box is None or ray.meets(box, 2.0) is None:
                continue
            hits: list[tuple[float, int]] = []
            if chunk.built.lines is not None or chunk.built.buried is not None:
                traces = chunk.built.traces
                near = hit_segments(ray, traces.segments, seen_m)
                if near is not None:
                    hits.append((near[0], int(traces.segment_feature[near[1]])))
            if part.triangles is not None and part.feature is not None:
                hit = hit_triangles(ray, part.matrix, part.position, part.triangles)
                if hit is not None:
                    hits.append((hit[0], int(part.feature[3 * hit[1]])))
            for found in hits:
                if best is None or found[0] < best[0]:
                    best = found
        if seen_m is not None and (best is None or best[0] > seen_m):
            held = instance_at(self._groups, np.array(ray.at(seen_m)))
            if held is not None:
                best = (seen_m, int(held[1].rows[held[2]]))
        if best is None or best[1] not in self._shapes:
            return None
        return best[0], Pick(ENTITIES, best[1], ray.at(best[0]), self._shapes[best[1]].name)

    # -- marks ---------------------------------------------------------------------------

    def mark(self, marks: LayerMarks) -> None:
        """Make entities stand out."""
        if marks != self._chosen:
            self._chosen = marks
            self._mark()

    def hide(self, features: set[int]) -> None:
        """Do nothing: entities that are not to be seen are not among those to show."""

    def move(self, features: Mapping[int, Displacement]) -> None:
        """Do nothing: entities are told with the place where they stand."""

    def _mark(self) -> None:
        renderer = self.scene.renderer
        for actor in self._marks:
            renderer.RemoveActor(actor)
        self._marks = []
        marks, accent = self._chosen, self.scene.theme.accent
        hovered = set() if marks.hovered is None else {marks.hovered} - marks.selected
        ratio = pixel_ratio(renderer)
        wanted = [(colour, features, 3.5, 0.5) for colour, features in marks.groups]
        wanted += [(accent, marks.selected, 3.0, 0.22), (accent, hovered, 1.5, 0.22)]
        for colour, features, width, opacity in wanted if self.visible else ():
            for feature in features:
                self._marks += self._mark_of(feature, colour, width * ratio, opacity)
        for actor in self._marks:
            actor.VisibilityOn()
            renderer.AddActor(actor)

    def _mark_of(self, feature: int, colour: Colour, width: float, opacity: float) -> list[Any]:
        if feature in self._painted:
            shape = self._painted[feature]
            wide = shape.width_m or LINE_WIDTH_M.get(shape.kind, 2.0)
            courses = ground_outline(shape.geometry, wide, self._ground.heights)
            actor = course_actor(courses, colour, width)
            return [] if actor is None else [actor]
        chunk = self._chunk_of.get(feature)
        if chunk is None:
            return []
        group, part = chunk.built.instances, chunk.built.part
        if group is not None:
            return [
                frame_actor(group, int(i), colour, width)
                for i in np.flatnonzero(group.rows == feature)
            ]
        if part is None:
            return []
        return outline_actors(part, np.array([feature]), colour, width, opacity)

    def close(self) -> None:
        """Remove everything."""
        self.scene.loader.forget(self)
        self._chosen = LayerMarks()
        self._mark()
        self._drop_leaving()
        for chunk in self._chunks.values():
            self._remove(chunk)
        self._chunks, self._chunk_of, self._shapes = {}, {}, {}
        self.scene.labels.set(ENTITIES, [])


__all__ = ["ENTITIES", "EntitiesView", "EntityShape"]
