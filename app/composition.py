"""The one place that wires rooms: makes the application, the services and the window."""

from __future__ import annotations

import contextlib
import sys
import traceback
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QSurfaceFormat
from PySide6.QtWidgets import QApplication

from app.icons import IconSet
from app.language import Language
from app.project import ProjectSession
from app.services import Services
from app.settings import Settings
from app.theme import Theme
from app.workers import Background, Jobs

if TYPE_CHECKING:
    from app.window import MainWindow

_SCREENSHOT_TIMEOUT_S: Final = 120.0
_EXIT_PROJECT: Final = 3


def prepare_application() -> None:
    """Set what must be set before the QApplication is made; does nothing afterwards."""
    if QCoreApplication.instance() is not None:
        return
    from app.viewport import surface_format

    # Sharing keeps the scene's OpenGL context alive when its dock moves to another window.
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    # Only the scene is painted apart (`app.scene_place.paint_apart`), not all docks around it.
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_DontCreateNativeWidgetSiblings)
    QSurfaceFormat.setDefaultFormat(surface_format())


_SWITCH_S: Final = 0.0002
_FRAME_PX: Final = 40
#: After the window is furnished; modules that are loaded later are few.
_SETTLED_MS: Final = 15_000


def make_application() -> QApplication:
    """Return the application, made at the first call."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    prepare_application()
    # A turn of the event loop takes up Python many times, and waits so long each time while a
    # thread computes: with the 5 ms that Python begins with, a busy second is felt. Beside
    # other programs this is better than 1 ms; on a quiet machine no difference was seen.
    sys.setswitchinterval(_SWITCH_S)
    application = QApplication(sys.argv[:1])
    application.setApplicationName("shapan")
    application.setApplicationDisplayName("沙盘 Shapan")
    return application


def build_window(
    project: Path | None,
    *,
    settings: Settings | None = None,
    dark: bool | None = None,
    language: str | None = None,
    safe_mode: bool = False,
) -> MainWindow:
    """Make the window, with a project open where one is given.

    Parameters
    ----------
    project : Path or None
    settings : Settings, optional
        The user's where not given.
    dark : bool, optional
        Overrides the stored theme for this window.
    language : str, optional
        ``zh_CN`` or ``en``; overrides the stored one.
    safe_mode : bool
        Run no plugins but those that come with the program.
    """
    from app import collector
    from app.window import MainWindow
    from plugins.host.state import PluginState

    collector.install()
    own_folder = settings is not None
    settings = settings or Settings()
    plugins = PluginState(settings.folder if own_folder else None)
    theme = Theme(_wants_dark(settings) if dark is None else dark)
    theme.apply()
    services = Services(
        settings=settings,
        theme=theme,
        icons=IconSet(theme),
        language=Language(settings.language if language is None else language),
        session=ProjectSession(),
        jobs=Jobs(),
        background=Background(),
        plugins=plugins,
        safe_mode=safe_mode,
    )
    window = MainWindow(services)
    for service in (services.session, services.jobs, services.background, theme):
        service.setParent(window)
    if not window.restoreGeometry(settings.bytes("geometry")):
        _fit_screen(window)
    if project is not None:
        window.when_furnished(partial(window.open_project, project))
    return window


def _wants_dark(settings: Settings) -> bool:
    if settings.theme in {"light", "dark"}:
        return settings.theme == "dark"
    return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark


def _fit_screen(window: MainWindow) -> None:
    screen = QGuiApplication.primaryScreen()
    if screen is not None:
        available = screen.availableGeometry()
        # What the system draws around a window has no size yet; its lower edge must stay in sight.
        window.resize(min(1920, available.width()), min(1080, available.height() - _FRAME_PX))


def run_window(
    project: Path | None,
    script: Path | None,
    screenshot: Path | None,
    dark: bool | None,
    language: str | None,
    safe_mode: bool = False,
) -> int:
    """Open the window and stay until it is closed.

    Parameters
    ----------
    project : Path or None
        The welcome page where none is given.
    script : Path or None
        Python, run with ``window``, ``twin`` and ``shapan`` once the project is loaded.
    screenshot : Path or None
        Where to save a picture of the whole window once the view is complete; then it closes.
    dark : bool or None
    language : str or None
    safe_mode : bool
        Also where the last two starts did not get through.

    Returns
    -------
    int
        Exit code: 0, 1 where script or picture failed, 3 where the project cannot be opened.
    """
    from app import collector
    from app.actions.sizes import apply_size

    apply_size(Settings())
    application = make_application()
    from plugins.host.state import PluginState

    safe_mode = PluginState().begin_start() or safe_mode
    window = build_window(None, dark=dark, language=language, safe_mode=safe_mode)
    sys.excepthook = partial(_report_fault, window)
    outcome = [0]

    def begin() -> None:
        automatic = screenshot is not None or script is not None
        opened = project is None or window.open_project(project, ask=not automatic)
        if not opened and automatic:
            print(f"error: {window.overlays.notice.text}", file=sys.stderr)
            outcome[0] = _EXIT_PROJECT
            window.close()
        elif automatic:
            QTimer.singleShot(0, lambda: _automate(window, script, screenshot, outcome))

    window.when_furnished(begin)
    window.when_furnished(lambda: QTimer.singleShot(_SETTLED_MS, collector.settle))
    window.session.closed.connect(lambda: QTimer.singleShot(0, collector.settle))
    window.show()
    application.exec()
    return outcome[0]


def _automate(
    window: MainWindow, script: Path | None, screenshot: Path | None, outcome: list[int]
) -> None:
    """Run the script, take the picture, and close the window where a picture was wanted."""
    if script is not None and not run_script(window, script):
        outcome[0] = 1
    if screenshot is None:
        return

    def take() -> None:
        if not window.viewport.complete:
            print("warning: the view was not complete in time", file=sys.stderr)
        # The frame after the last one shows what the overlays say now.
        QTimer.singleShot(300, finish)

    def finish() -> None:
        screenshot.parent.mkdir(parents=True, exist_ok=True)
        if not window.grab().save(str(screenshot)):
            print(f"error: {screenshot}: cannot be written", file=sys.stderr)
            outcome[0] = 1
        window.close()

    window.scene.when_complete(take, _SCREENSHOT_TIMEOUT_S)


def run_script(window: MainWindow, script: Path) -> bool:
    """Run a Python file with the window and the twin at hand; return whether it went through."""
    import shapan

    names: dict[str, Any] = {
        "__name__": "__main__",
        "__file__": str(script),
        "window": window,
        "twin": window.session.twin,
        "shapan": shapan,
    }
    try:
        exec(compile(script.read_text(encoding="utf-8"), str(script), "exec"), names)
    except (OSError, SyntaxError) as error:
        print(f"error: {script}: {error}", file=sys.stderr)
        return False
    except Exception:
        traceback.print_exc()
        return False
    return True


def _report_fault(
    window: MainWindow, kind: type[BaseException], error: BaseException, trace: Any
) -> None:
    """Print a fault of ours, say so in the window and keep it; the work is saved already."""
    traceback.print_exception(kind, error, trace)
    message = QCoreApplication.translate(
        "MainWindow", "A fault of the program, nothing is lost: {0}; the details are on stderr"
    )
    # An exception hook that raises would end the process.
    with contextlib.suppress(RuntimeError):
        window.overlays.notice.show_error(
            message.format(f"{kind.__name__}: {error}"), details=False
        )
