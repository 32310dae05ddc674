"""shapan render, open, demo."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.opening import catalogue_of, open_project
from app.cli.output import Exit, ProgressPrinter, print_error, print_warning
from app.cli.projects import find_layer
from app.cli.with_plugins import plugins_running
from twin_model.errors import PluginError, ShapanError, ValidationError
from twin_model.time import Instant

if TYPE_CHECKING:
    from rendering.entities.shape import EntityShape
    from twin_model.schema.types import EntityType
    from twin_model.twin import Twin


def render(arguments: argparse.Namespace) -> int:
    """Draw a project off-screen into a picture."""
    from rendering.offscreen import Picture, render_to_png  # VTK is slow to import
    from twin_model.placing import placing
    from twin_model.view import TwinView

    printer = ProgressPrinter(arguments.progress)
    with open_project(arguments.project, write=False) as twin:
        at = Instant.parse(arguments.at) if arguments.at else None
        chosen = twin.layers(at)
        if arguments.layers:
            names = [name for name in arguments.layers.split(",") if name]
            wanted = {find_layer(twin, name).id for name in names}
            chosen = [layer for layer in chosen if layer.id in wanted]
        else:
            chosen = [layer for layer in chosen if layer.style.get("visible", True)]
        pose = _pose(arguments, twin.view_state())
        placed = placing(TwinView(twin, at))
        if arguments.layers:
            # Named layers are wanted and nothing beside them: no shape takes a feature's place.
            placed = replace(placed, replaced={})
        complete = render_to_png(
            twin.frame,
            [(layer, twin.layer_folder(layer.id)) for layer in chosen],
            Path(arguments.out),
            Picture(arguments.size, pose, arguments.timeout, instant=at),
            entities=[] if arguments.layers else _own_shapes(twin, at),
            placing=placed,
        )
    printer.clear()
    if not complete:
        print_warning(f"{arguments.out}: some tiles were not in after {arguments.timeout:g} s")
        return Exit.PARTLY
    return Exit.DONE


def _own_shapes(twin: Twin, at: Instant | None) -> list[EntityShape]:
    """Return the entities that no layer draws, as of an instant, as their types look.

    Types and symbols of the project and of plugins count as in the window; of plugins that cannot
    give theirs it is warned.
    """
    from app.entity_shapes import ShapeMaker
    from app.plugins.data import read_symbols, take_types
    from rendering.symbology.models import bring_models
    from twin_model.placing import replacing
    from twin_model.view import TwinView

    view = TwinView(twin, at)
    standing = [*view.standing(), *replacing(view)]
    if not standing:
        return []
    of_plugins: list[EntityType] = []

    def take(kinds: list[EntityType]) -> None:
        catalogue_of(twin, kinds)  # refuses what contradicts the others
        of_plugins[:] = kinds

    with plugins_running(twin) as host:
        problems = take_types(host.contributions("entity-type"), take)
        models, broken = read_symbols(host.contributions("symbol"))
    for entry, text in problems + broken:
        print_warning(str(PluginError(entry.owner, text)))
    bring_models(models)
    maker = ShapeMaker(catalogue_of(twin, of_plugins))
    shapes = [maker.shape(entity, number) for number, entity in enumerate(standing, start=1)]
    return [shape for shape in shapes if shape is not None]


def _pose(arguments: argparse.Namespace, state: dict[str, Any]) -> Any:
    from rendering.camera import CameraPose

    if (arguments.eye is None) != (arguments.target is None):
        raise ValidationError(
            "view",
            "--eye" if arguments.target is None else "--target",
            arguments.eye or arguments.target,
            "needs the other of --eye and --target beside it",
        )
    if arguments.eye is not None:
        return CameraPose(eye=arguments.eye, target=arguments.target)
    if arguments.view is None:
        return None
    views = state.get("views", {})
    saved = views.get(arguments.view)
    if not isinstance(saved, dict):
        known = ", ".join(sorted(views)) or "none saved"
        raise ValidationError("view", "name", arguments.view, f"no such view (views: {known})")
    return CameraPose(eye=tuple(saved["eye"]), target=tuple(saved["target"]))


def has_display() -> bool:
    """Return whether a window can be shown on this machine."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


@contextlib.contextmanager
def virtual_display() -> Iterator[bool]:
    """Give this process an X display of its own where there is none.

    Yields
    ------
    bool
        False where there is no display and Xvfb is not installed.
    """
    if has_display():
        yield True
        return
    server = shutil.which("Xvfb")
    if server is None:
        yield False
        return
    read_end, write_end = os.pipe()
    process = subprocess.Popen(
        [server, "-displayfd", str(write_end), "-screen", "0", "1920x1080x24", "-nolisten", "tcp"],
        pass_fds=[write_end],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write_end)
    try:
        with os.fdopen(read_end) as pipe:
            number = pipe.readline().strip()
        os.environ["DISPLAY"] = f":{number}"
        os.environ.setdefault("QT_QPA_PLATFORM", "xcb")
        yield bool(number)
    finally:
        os.environ.pop("DISPLAY", None)
        process.terminate()
        process.wait(timeout=10)


def open_window(arguments: argparse.Namespace) -> int:
    """Open the window on a project, or on the welcome page."""
    project = Path(arguments.project).absolute() if arguments.project else None
    if project is None and not arguments.screenshot:
        project = _last_project()
    elif project is not None:
        with open_project(str(project), write=False):
            pass
    return show(
        project,
        script=Path(arguments.script) if getattr(arguments, "script", None) else None,
        screenshot=Path(arguments.screenshot) if arguments.screenshot else None,
        arguments=arguments,
    )


def _last_project() -> Path | None:
    """Return the project that was open last, where it can still be opened."""
    from app.settings import Settings  # Qt is loaded only for a window

    for project in Settings().recent[:1]:
        with contextlib.suppress(ShapanError), open_project(str(project), write=False):
            return project
    return None


def show(
    project: Path | None,
    *,
    script: Path | None,
    screenshot: Path | None,
    arguments: argparse.Namespace,
) -> int:
    """Run the window; where there is no display, only into a picture."""
    if not has_display() and screenshot is None and script is None:
        raise ShapanError(
            "there is no display to open a window on",
            remedy="give --screenshot FILE.png, or use shapan render",
        )
    with virtual_display() as displayed:
        if not displayed:
            raise ShapanError(
                "there is no display and Xvfb is not installed",
                remedy="apt-get install xvfb, or use shapan render",
            )
        from app.composition import run_window  # Qt is loaded only for a window

        return int(
            run_window(
                project,
                script=script,
                screenshot=screenshot,
                dark=arguments.dark,
                language=arguments.language,
                safe_mode=arguments.safe_mode,
            )
        )


def demo(arguments: argparse.Namespace) -> int:
    """Build the demo city if it is not there, and open it."""
    from app.cli.demo import build_demo, default_folder
    from app.language import system_language  # Qt is loaded only for a window
    from app.settings import Settings

    folder = Path(arguments.dir).absolute() if arguments.dir else default_folder(arguments.size)
    printer = ProgressPrinter(arguments.progress)
    english = (arguments.language or Settings().language or system_language()) == "en"
    failures = build_demo(folder, arguments.size, printer.job(), english=english)
    printer.clear()
    for failure in failures:
        print_error(failure)
    screenshot = Path(arguments.screenshot) if arguments.screenshot else None
    if screenshot is None and not has_display():
        screenshot = Path.cwd() / "shapan-demo.png"
        print(f"no display here: drawing the window into {screenshot}", file=sys.stderr)
    code = show(folder, script=None, screenshot=screenshot, arguments=arguments)
    if screenshot is not None and code == Exit.DONE:
        print(screenshot)
    return code or (Exit.PARTLY if failures else Exit.DONE)
