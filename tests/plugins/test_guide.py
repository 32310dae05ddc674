"""The guide, followed to the letter: what its steps say to type gives a plugin that works."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_steps_of_the_guide_give_a_plugin_that_stands_the_contract_kit(
    tmp_path: Path,
) -> None:
    guide = (DOCS / "plugins.md").read_text(encoding="utf-8")  # the other has the same code
    command = [word.strip('"') for word in re.findall(r'"[^"]+"|\S+', blocks(guide, "sh")[0])]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'plugins' / 'sdk'}"}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "app", *words], cwd=tmp_path, env=environment,
            capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip

    assert command[0] == "shapan"
    assert run(*command[1:]).returncode == 0
    package = tmp_path / "tide-gauge" / "src" / "tide_gauge"
    tide, layout, method = blocks(guide, "python")
    with (package / "shapan.toml").open("a", encoding="utf-8") as stream:
        stream.write("\n" + blocks(guide, "toml")[0])
    (package / "tide.py").write_text(tide, encoding="utf-8")
    panel = (package / "panel.py").read_text(encoding="utf-8")
    panel = panel.replace(
        "from shapan import Context\n", "from shapan import Context, SampleBatch\n"
    )
    last = "        layout.addWidget(self.refresh)\n"
    assert last in panel
    panel = panel.replace(last, last + layout)
    panel = panel.replace("    def ask(self)", method + "\n    def ask(self)")
    (package / "panel.py").write_text(panel, encoding="utf-8")
    tests = tmp_path / "tide-gauge" / "tests" / "test_tide_gauge.py"
    with tests.open("a", encoding="utf-8") as stream:
        stream.write(
            "\n\ndef test_the_panel_shows_the_tide(shapan_plugin: Any) -> None:\n"
            '    panel = shapan_plugin.panel("summary")\n'
            '    shapan_plugin.start("tide")\n'
            '    shapan_plugin.wait_until(lambda: panel.level.text().endswith(" m"))\n'
        )
    done = run("plugins", "test", "tide-gauge", "--json")
    checks = json.loads(done.stdout)
    assert [check for check in checks if not check["passed"]] == []
    assert "connector tide: runs and ends when asked" in [check["check"] for check in checks]


def test_both_languages_of_the_guide_show_the_same_code() -> None:
    english, chinese = (
        (DOCS / name).read_text(encoding="utf-8") for name in ("plugins.md", "plugins.zh-CN.md")
    )

    def code(text: str) -> list[str]:
        found = blocks(text, "python") + blocks(text, "toml") + blocks(text, "sh")[:1]
        return [re.sub(r'"""[^"]*"""', "", one) for one in found]

    assert code(english) == code(chinese)
