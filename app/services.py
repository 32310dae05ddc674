"""What every part of the window shares; made once in composition.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.icons import IconSet
from app.language import Language
from app.project import ProjectSession
from app.settings import Settings
from app.theme import Theme
from app.workers import Background, Jobs

if TYPE_CHECKING:
    from plugins.host.state import PluginState


@dataclass(frozen=True)
class Services:
    """Settings, looks, language, the open project, and work off the GUI thread."""

    settings: Settings
    theme: Theme
    icons: IconSet
    language: Language
    session: ProjectSession
    jobs: Jobs
    background: Background
    plugins: PluginState
    safe_mode: bool = False
