"""The command line of Shapan. Its words and JSON keys are a contract: docs/command-line.md."""

from __future__ import annotations

import argparse
import errno
import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from app.cli.output import Exit, print_error
from app.head_start import head_start
from twin_model.errors import Cancelled, FrameError, ShapanError, ValidationError


class _Parser(argparse.ArgumentParser):
    """Says on one line what is wrong with the words, in the form every error has."""

    def error(self, message: str) -> None:  # type: ignore[override]
        print_error(f"{self.prog}: {message}; see {self.prog} --help")
        raise SystemExit(int(Exit.USAGE))


def _floats(count: int, text: str) -> tuple[float, ...]:
    try:
        values = tuple(float(part) for part in text.split(","))
    except ValueError:
        values = ()
    if len(values) != count or not all(abs(v) < 1e12 for v in values):
        raise argparse.ArgumentTypeError(f"'{text}' is not {count} numbers with commas between")
    return values


def _three(text: str) -> tuple[float, ...]:
    return _floats(3, text)


def _four(text: str) -> tuple[float, ...]:
    return _floats(4, text)


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    try:
        size = int(width), int(height)
    except ValueError:
        size = (0, 0)
    if not (16 <= size[0] <= 16_384 and 16 <= size[1] <= 16_384):
        raise argparse.ArgumentTypeError(f"'{text}' is not WIDTHxHEIGHT between 16 and 16384")
    return size


def _limit(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = -1
    if value < 0:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from 0")
    return value


def _count(text: str) -> int:
    value = _limit(text)
    if value == 0:
        raise argparse.ArgumentTypeError("at least 1")
    return value


def _version() -> str:
    try:
        return version("shapan")
    except PackageNotFoundError:  # run from a folder that was never installed
        return "unknown"


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value < 1e9:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of seconds")
    return value


def _speed(text: str) -> float:
    value = _seconds(text)
    if value == 0.0:
        raise argparse.ArgumentTypeError("a speed is above 0")
    return value


def _period(text: str) -> tuple[str, str]:
    start, slash, end = text.partition("/")
    if not (start and slash and end):
        raise argparse.ArgumentTypeError(f"'{text}' is not FROM/TO with two ISO 8601 times")
    return start, end


def _common(*, later: bool = False) -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False, argument_default=_unsaid(later))
    common.add_argument("--debug", action="store_true", help="show tracebacks",
                        default=_unsaid(later) or False)  # fmt: skip
    common.add_argument("--progress", choices=["auto", "json", "none"],
                        default=_unsaid(later) or "auto",
                        help="a bar on a terminal (auto), JSON lines, or none")  # fmt: skip
    return common


def _window(*, later: bool = False) -> argparse.ArgumentParser:
    window = argparse.ArgumentParser(add_help=False, argument_default=_unsaid(later))
    window.add_argument("--language", choices=["zh_CN", "en"], help="instead of the system's")
    theme = window.add_mutually_exclusive_group()
    theme.add_argument("--dark", action="store_true", default=_unsaid(later), help="dark theme")
    theme.add_argument("--light", dest="dark", action="store_false", default=_unsaid(later),
                       help="light theme")  # fmt: skip
    window.add_argument("--safe-mode", action="store_true", help="run no plugins",
                        default=_unsaid(later) or False)  # fmt: skip
    window.add_argument("--screenshot", metavar="F.png",
                        help="wait until the view is complete, save the window, exit")  # fmt: skip
    return window


def _writes(made: argparse.ArgumentParser, text: str | None = None) -> None:
    """Let a command write in a language, English unless it is said before or after it."""
    made.add_argument("--language", choices=["zh_CN", "en"], default=argparse.SUPPRESS, help=text)
    made.set_defaults(writes_in="en")


def _unsaid(later: bool) -> str | None:
    """Return the default that leaves a value as it is, or none."""
    return argparse.SUPPRESS if later else None


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of every command."""
    parser = _Parser(prog="shapan", description="Shapan 沙盘: a live sand table of the city",
                     parents=[_common(), _window()])  # fmt: skip
    # The same words after the command, where they must not undo what stood before it.
    common, window = _common(later=True), _window(later=True)
    parser.add_argument("--version", action="version", version=f"shapan {_version()}")
    parser.set_defaults(run="app.cli.view:open_window", project=None)
    commands: Any = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=_Parser)

    def command(
        name: str, target: str, text: str, *parents: argparse.ArgumentParser
    ) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = commands.add_parser(
            name, help=text, description=text, parents=[common, *parents]
        )
        made.set_defaults(run=f"app.cli.{target}")
        return made

    made = command("demo", "view:demo", "build the demo city if need be, and open it", window)
    made.add_argument("--dir", metavar="D", help="project folder of the demo city")
    made.add_argument("--size", choices=["tiny", "small", "city"], default="small")

    made = command("open", "view:open_window", "open a project in the window", window)
    made.add_argument("project")
    made.add_argument("--script", metavar="S.py",
                      help="run Python with window, twin and shapan at hand")  # fmt: skip

    made = command("new", "projects:new", "make a project folder")
    made.add_argument("project")
    made.add_argument("--crs", required=True, help="projected CRS in metres, such as EPSG:4549")
    made.add_argument("--origin", type=_three, metavar="E,N,H",
                      help="local origin; the first layer fixes it otherwise")  # fmt: skip
    made.add_argument("--title")
    made.add_argument("--division", metavar="CODE",
                      help="administrative division, six digits, of management codes")  # fmt: skip

    made = command("settings", "settings:settings", "show or change the settings of a project")
    made.add_argument("project")
    made.add_argument("--division", metavar="CODE",
                      help="administrative division (GB/T 2260, six digits; 000000 for none) that"
                      " new management codes begin with; codes given before stay")  # fmt: skip
    made.add_argument("--height-profile", metavar="NAME",
                      help="reading of GB/T 39409-2020 of space codes with height:"
                      " standard-consistent or library-compatible")  # fmt: skip
    made.add_argument("--code-heights", choices=["converted", "as-they-are"],
                      help="whether heights are converted to the ellipsoid for space codes,"
                      " or taken to be above it already")  # fmt: skip
    made.add_argument("--json", action="store_true")

    made = command("inspect", "sources:inspect", "say what is in files or folders")
    made.add_argument("sources", nargs="+", metavar="SOURCE")
    made.add_argument("--json", action="store_true")

    made = command("add", "sources:add", "import sources as layers")
    made.add_argument("project")
    made.add_argument("sources", nargs="+", metavar="SOURCE")
    made.add_argument("--crs", help="instead of the source's; 'local' for the project's origin")
    made.add_argument("--name", help="of the layer")
    made.add_argument("--epoch", metavar="T", help="date or time of survey, ISO 8601")
    how = made.add_mutually_exclusive_group()
    how.add_argument("--link", action="store_true", help="use a tileset where it stands")
    how.add_argument("--copy", dest="link", action="store_false", help="copy it (the default)")
    made.add_argument("--json", action="store_true")

    made = command("layers", "projects:layers", "list the layers")
    made.add_argument("project")
    made.add_argument("--json", action="store_true")

    made = command("remove", "projects:remove", "remove a layer")
    made.add_argument("project")
    made.add_argument("layer", help="its id or name")

    made = command("entities", "projects:entities", "query entities")
    made.add_argument("project")
    made.add_argument("--type")
    made.add_argument("--layer")
    made.add_argument(
        "--bbox", type=_four, metavar="W,S,E,N", help="local metres; the reference point counts"
    )
    made.add_argument("--near", type=_three, metavar="X,Y,R", help="local metres")
    made.add_argument("--where", metavar="EXPR", help="such as: height > 30 and use = office")
    made.add_argument("--text", help="part of the name, a code or the source's identifier")
    made.add_argument("--at", metavar="TIME", help="as of this instant, ISO 8601")
    made.add_argument("--limit", type=_limit, default=0, metavar="N")
    made.add_argument("--codes", action="store_true",
                      help="with their space codes: with height, of their footprints")  # fmt: skip
    made.add_argument("--json", action="store_true")

    made = command("cell", "cells:cell", "say where the cell of a space code is")
    made.add_argument("project")
    made.add_argument("code")
    made.add_argument("--json", action="store_true")

    made = command("topology", "topology:topology",
                   "compute what lies in, touches, overlaps or is above what")  # fmt: skip
    made.add_argument("project")
    made.add_argument("--json", action="store_true")

    made = command("codes", "codes:codes", "classes of management codes, those of plugins too")
    made.add_argument(
        "words", nargs="*", metavar="WORD", help="beginning of a code, part of a name"
    )
    _writes(made)
    made.add_argument("--json", action="store_true")

    made = command("export", "export:export", "write entities to a file in a plugin's format")
    made.add_argument("project")
    made.add_argument("out", metavar="FILE")
    made.add_argument("--format", metavar="ID", help="instead of going by the file's suffix")
    made.add_argument("--where", metavar="EXPR", help="such as: height > 30 and use = office")

    made = command("render", "view:render", "draw off-screen into a picture")
    made.add_argument("project")
    made.add_argument("--out", required=True, metavar="F.png")
    made.add_argument("--size", type=_size, default=(1280, 720), metavar="WxH")
    made.add_argument("--view", metavar="NAME", help="a saved view")
    made.add_argument("--eye", type=_three, metavar="X,Y,Z", help="local metres")
    made.add_argument("--target", type=_three, metavar="X,Y,Z", help="local metres")
    made.add_argument("--layers", metavar="A,B")
    made.add_argument("--at", metavar="TIME")
    made.add_argument("--timeout", type=float, default=300.0, metavar="S")

    made = command("live", "live:live", "run connectors, rules and alarms with no window")
    made.add_argument("project")
    made.add_argument("--for", dest="seconds", type=_seconds, metavar="S",
                      help="stop after S seconds; until interrupted otherwise")  # fmt: skip
    made.add_argument(
        "--source",
        action="append",
        default=[],
        metavar="F",
        help="samples from a CSV or Parquet file; recorded, and alarmed on",
    )
    made.add_argument("--entity", metavar="ID", help="whose samples a source without a column has")
    made.add_argument("--replay", metavar="FROM/TO", type=_period,
                      help="recorded samples again; leaves no trace")  # fmt: skip
    made.add_argument(
        "--speed",
        type=_speed,
        default=float("inf"),
        metavar="X",
        help="recorded seconds a second; as fast as it goes otherwise",
    )
    made.add_argument("--rules", metavar="F.json", help="import these rules first")
    made.add_argument("--notify", action="store_true",
                      help="tell people of alarms in files too, as the project says")  # fmt: skip
    made.add_argument("--json", action="store_true", help="one JSON object a line")

    made = command("simulate", "simulate:simulate", "run a scenario; without one, list them")
    made.add_argument("project")
    made.add_argument("scenario", nargs="?", help="its id, or a .json file")
    made.add_argument("--set", action="append", default=[], metavar="K=V",
                      help="a parameter of the scenario, or engine.parameter")  # fmt: skip
    made.add_argument("--seed", type=_limit, metavar="N")
    made.add_argument("--runs", type=_count, default=1, metavar="N",
                      help="so many runs, with seeds one after the other")  # fmt: skip
    made.add_argument("--speed", type=_speed, default=float("inf"), metavar="X",
                      help="simulated seconds a second; as fast as it goes otherwise")  # fmt: skip
    made.add_argument("--template", metavar="T", help="make the scenario from this template")
    made.add_argument("--branch", metavar="RUN[@S]",
                      help="make the scenario of a run, going on from its checkpoint at S "
                      "seconds, else from its last")  # fmt: skip
    made.add_argument("--json", action="store_true")

    made = command("alarms", "alarms:alarms", "list alarms, or report on them")
    made.add_argument("words", nargs="+", metavar="[report] PROJECT")
    made.add_argument("--state", metavar="S", help="standing (default), all, or a state")
    made.add_argument("--from", dest="start", metavar="TIME", help="of the report, ISO 8601")
    made.add_argument("--to", dest="end", metavar="TIME", help="of the report, ISO 8601")
    made.add_argument("--out", metavar="F.html", help="write the report as a page, or as F.pdf")
    _writes(made)
    made.add_argument("--json", action="store_true")

    made = command("reconstruct", "reconstruct:reconstruct_photos", "photographs to a scene")
    made.add_argument("photos", metavar="PHOTOS", help="folder of photographs")
    made.add_argument("--project", required=True, metavar="P")
    made.add_argument("--control", metavar="F", help="control and check points (CSV, gcp_list.txt)")
    made.add_argument("--control-crs", metavar="C", help="instead of what that file states")
    made.add_argument("--poses", metavar="F",
                      help="known ones: transforms.json, COLMAP model, OpenSfM")  # fmt: skip
    made.add_argument("--reference", metavar="F",
                      help="points of another survey to compare with (LAS, E57, PLY)")  # fmt: skip
    made.add_argument("--quality", choices=["draft", "normal", "high"], default="draft")
    made.add_argument("--geoid", metavar="F",
                      help="grid (GTX, GeoTIFF) to bring GPS heights to the project's")  # fmt: skip
    made.add_argument("--name", help="of the layers; the folder's name otherwise")
    made.add_argument("--field", action="store_true",
                      help="train a radiance field too, a second way to the surface")  # fmt: skip
    made.add_argument("--resume", action="store_true", help="go on with the last run of them")
    _writes(made, "of the report")
    made.add_argument("--json", action="store_true")

    made = command("extract", "extract:extract_things", "things in a scene become entities")
    made.add_argument("project")
    made.add_argument("--layer", required=True,
                      help="points or heights, with --model imagery: id or name")  # fmt: skip
    made.add_argument(
        "--model",
        metavar="F.onnx",
        help="look at imagery with this model; F.json says what its classes are",
    )
    _writes(made)
    made.add_argument("--json", action="store_true")

    made = command("check", "projects:check", "verify a project")
    made.add_argument("project")
    made.add_argument("--repair", action="store_true", help="remove leavings, rebuild indexes")

    _plugin_commands(command("plugins", "plugins:usage", "plugins: list, make, validate, test"))

    made = command("doctor", "doctor:doctor", "say what this machine can and cannot do")
    made.add_argument("--install", choices=["reconstruction"],
                      help="make the environment that radiance fields are trained in")  # fmt: skip
    made.add_argument("--json", action="store_true")
    return parser


def _plugin_commands(plugins: argparse.ArgumentParser) -> None:
    commands: Any = plugins.add_subparsers(title="commands", metavar="COMMAND",
                                           parser_class=_Parser)  # fmt: skip

    def command(name: str, text: str) -> argparse.ArgumentParser:
        # The common options come after the inner command as well, and keep what stood before.
        made: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
        made.add_argument("--debug", action="store_true", default=argparse.SUPPRESS)
        made.add_argument("--progress", choices=["auto", "json", "none"],
                          default=argparse.SUPPRESS)  # fmt: skip
        made.set_defaults(run=f"app.cli.plugins:{'show' if name == 'list' else name}")
        return made

    made = command("list", "list the plugins and what they contribute")
    made.add_argument("--json", action="store_true")

    made = command("new", "make a plugin project: panel, worker and tests")
    made.add_argument("folder")
    made.add_argument("--id", default="", help="such as org.example.tides")
    made.add_argument("--name", default="", help="what users read")

    made = command("validate", "check manifests without running anything")
    made.add_argument("folders", nargs="+", metavar="FOLDER")
    made.add_argument("--json", action="store_true")

    made = command("test", "run the contract kit and the plugin's own tests")
    made.add_argument("folder")
    made.add_argument("--json", action="store_true")

    made = command("prepare", "make the environment that a plugin's workers need")
    made.add_argument("plugin", help="its id, or the folder of its project")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    # A file name of another encoding must not end the program when it is printed.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        parsed = build_parser().parse_args(_negative_values(arguments))
    except SystemExit as stop:
        return int(stop.code or 0) if not isinstance(stop.code, str) else Exit.USAGE
    if parsed.language is None:
        parsed.language = getattr(parsed, "writes_in", None)
    module, _, function = parsed.run.partition(":")
    head_start(parsed.sources if module == "app.cli.sources" and function == "add" else ())
    from app.cli.opening import ProjectNotOpenedError

    try:
        return int(getattr(importlib.import_module(module), function)(parsed))
    except (KeyboardInterrupt, Cancelled):
        print_error("cancelled")
        return Exit.CANCELLED
    except ProjectNotOpenedError as error:
        if parsed.debug:
            traceback.print_exc()
        print_error(str(error))
        return Exit.NO_PROJECT
    except ShapanError as error:
        if parsed.debug:
            traceback.print_exc()
        print_error(str(error))
        # A value that breaks a rule, or a CRS that cannot be one, came from the words given.
        is_usage = isinstance(error, (ValidationError, FrameError))
        return Exit.USAGE if is_usage else Exit.PARTLY
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.PARTLY
    except Exception as error:  # the last line of defence: one line, never a traceback
        if parsed.debug:
            traceback.print_exc()
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            where = f" ({error.filename})" if error.filename else ""
            print_error(f"the disk is full{where}; free some space and try again")
            return Exit.PARTLY
        print_error(f"internal error ({type(error).__name__}: {error}); run again with --debug")
        return Exit.PARTLY


def _negative_values(arguments: Sequence[str] | None) -> list[str]:
    """Join ``--bbox -1,-2,3,4`` into one word; argparse takes a leading minus for an option."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    out: list[str] = []
    takes = {"--bbox", "--near", "--eye", "--target", "--origin"}
    for word in words:
        if out and out[-1] in takes and word.startswith("-") and word[1:2].isdigit():
            out[-1] = f"{out[-1]}={word}"
        else:
            out.append(word)
    return out


if __name__ == "__main__":
    raise SystemExit(main())
