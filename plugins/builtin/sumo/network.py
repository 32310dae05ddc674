"""Networks for SUMO: made by netconvert where need be, and placed in the project's frame."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt

from plugins.builtin.engine import load_engine
from plugins.builtin.sumo.roads import PlainNetwork
from shapan import SimulationError, TwinAccess

if TYPE_CHECKING:
    from plugins.builtin.flood.terrain import Ground

_PATIENCE_S: Final = 600.0


def make_network(source: Path, folder: Path) -> Path:
    """Return a .net.xml: the source itself, or what netconvert makes of OSM or OpenDRIVE.

    Raises
    ------
    SimulationError
        If netconvert is not there, or cannot read the source.
    """
    name = source.name.lower()
    if name.endswith((".net.xml", ".net.xml.gz")):
        return source
    kind = "--opendrive-files" if name.endswith(".xodr") else "--osm-files"
    if not name.endswith((".xodr", ".osm", ".osm.xml", ".osm.gz")):
        raise SimulationError(
            "sumo", f"{source} is no network", remedy="give .net.xml, .osm, .osm.gz or .xodr"
        )
    target = folder / "network.net.xml"
    options = [
        kind, str(source), "--geometry.remove", "true", "--junctions.join", "true",
        "--tls.guess-signals", "true",
    ]  # fmt: skip
    if kind == "--osm-files":
        options += ["--keep-edges.by-vclass", "passenger", "--remove-edges.isolated", "true"]
    _convert(options, target, str(source))
    return target


def join_roads(plain: PlainNetwork, folder: Path) -> tuple[Path, dict[str, str]]:
    """Return a network of the twin's roads in local metres, and the entity by edge.

    Only the largest part that hangs together is kept; junctions of wide roads get signals.

    Raises
    ------
    SimulationError
        If netconvert is not there, or fails.
    """
    target = folder / "network.net.xml"
    options = [
        "--node-files", str(plain.nodes), "--edge-files", str(plain.edges),
        "--offset.disable-normalization", "true", "--junctions.join", "true",
        "--keep-edges.components", "1", "--no-turnarounds.except-deadend", "true",
        "--tls.guess", "true", "--tls.default-type", "actuated",
    ]  # fmt: skip
    _convert(options, target, "the twin's roads")
    kept = {edge.get("id", "") for edge in read_xml(target).iter("edge")}
    return target, {edge: entity for edge, entity in plain.entity_of.items() if edge in kept}


def _convert(options: list[str], target: Path, what: str) -> None:
    program = shutil.which("netconvert")
    if program is None:
        raise SimulationError(
            "sumo", "netconvert is not installed",
            remedy="install the engines with: uv sync --extra simulation",
        )  # fmt: skip
    command = [program, *options, "--output-file", str(target), "--no-warnings", "true"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_PATIENCE_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SimulationError("sumo", f"netconvert failed on {what} ({error})") from error
    if done.returncode or not target.is_file():
        lines = [line for line in done.stderr.splitlines() if line.startswith("Error")]
        reason = lines[0].removeprefix("Error: ") if lines else done.stderr.strip()[:200]
        raise SimulationError("sumo", f"netconvert cannot read {what} ({reason})")


def copy_configuration(source: Path, folder: Path) -> tuple[Path, Path]:
    """Copy a .sumocfg with its inputs, beside which SUMO may write what it says there.

    Returns
    -------
    configuration, network : Path

    Raises
    ------
    SimulationError
        If it cannot be read, or a file that it names is missing.
    """
    target = folder / "configuration"
    target.mkdir()
    shutil.copy(source, target / source.name)
    network = target / source.name
    for section in read_xml(source):
        for element in section:
            if section.tag != "output" and element.tag.endswith(("-file", "-files")):
                for name in str(element.get("value", "")).split(","):
                    place = _copied(source, name.strip(), target.resolve())
                    if element.tag == "net-file":
                        network = place
    return target / source.name, network


def _copied(source: Path, name: str, target: Path) -> Path:
    file, place = source.parent / name, (target / name).resolve()
    if not name or not file.is_file():
        raise SimulationError(
            "sumo", f"{source} names {name}, which is not there",
            remedy="put it beside the configuration",
        )  # fmt: skip
    if not place.is_relative_to(target):
        raise SimulationError(
            "sumo", f"{source} names {name}, which lies outside its folder",
            remedy="put it beside the configuration",
        )  # fmt: skip
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(file, place)
    return place


def step_of(configuration: Path) -> float:
    """Return the length of a step in seconds that a .sumocfg states."""
    found = read_xml(configuration).find(".//step-length")
    return 1.0 if found is None else float(found.get("value", "1"))


def read_xml(path: Path) -> ElementTree.Element:
    """Return the root of an XML file.

    Raises
    ------
    SimulationError
        If it is no XML.
    """
    from defusedxml.ElementTree import parse

    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as stream:
            root: ElementTree.Element = parse(stream).getroot()
    except (ElementTree.ParseError, ValueError, gzip.BadGzipFile) as error:
        raise SimulationError("sumo", f"{path} is no XML ({error})") from error
    return root


@dataclass(frozen=True)
class Placement:
    """From SUMO's coordinates to local metres: a matrix and a shift.

    Parameters
    ----------
    matrix : (2, 2) float64 array
    shift_m : (2,) float64 array
    ground : Ground or None
        Heights; 0 where there are none.
    """

    matrix: npt.NDArray[np.float64]
    shift_m: npt.NDArray[np.float64]
    ground: Ground | None = None

    @classmethod
    def read(
        cls, network: Path, parameters: Mapping[str, Any], twin: TwinAccess, *,
        local: bool = False, ground: Ground | None = None,
    ) -> Placement:  # fmt: skip
        """Work out where a network lies.

        A network that knows its projection is placed by it; another is shifted by ``offset_m``.

        Parameters
        ----------
        network : Path
        parameters : dict
        twin : TwinAccess
        local : bool
            Whether it is in local metres already.
        ground : Ground, optional
        """
        offset = np.array(parameters.get("offset_m", (0.0, 0.0)), np.float64)
        straight = cls(np.eye(2), offset, ground)
        if local:
            return straight
        location = _location(network)
        if location.get("projParameter", "!") in {"!", "-"} or "offset_m" in parameters:
            return straight
        libsumo = load_engine("sumo", "libsumo", "libsumo")

        low = [float(v) for v in location.get("convBoundary", "0,0,1,1").split(",")]
        size = max(low[2] - low[0], low[3] - low[1], 1.0)
        corners = np.array([[low[0], low[1]], [low[0] + size, low[1]], [low[0], low[1] + size]])
        there = []
        for x, y in corners:
            longitude, latitude = libsumo.simulation.convertGeo(x, y)
            there.append(twin.to_local(longitude, latitude)[:2])
        there_m = np.array(there, np.float64)
        matrix = np.column_stack([there_m[1] - there_m[0], there_m[2] - there_m[0]]) / size
        return cls(matrix, there_m[0] - matrix @ corners[0], ground)

    def local(self, xy_m: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return x, y, z in local metres, (n, 3), on the ground."""
        flat = xy_m @ self.matrix.T + self.shift_m
        height = np.zeros(len(flat)) if self.ground is None else self.ground.heights_m(flat)
        return np.column_stack([flat, height])


def _location(network: Path) -> dict[str, str]:
    if network.suffix == ".gz":
        return {}
    try:
        with network.open("rb") as stream:
            for _, element in ElementTree.iterparse(stream):
                if element.tag == "location":
                    return dict(element.attrib)
    except ElementTree.ParseError as error:
        raise SimulationError("sumo", f"{network} is no XML ({error})") from error
    return {}
