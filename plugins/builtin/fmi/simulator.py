"""Functional mock-up units through fmpy, their variables mapped to entities and indicators."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any, Final

import numpy as np

from plugins.builtin.engine import Engine, load_engine
from plugins.builtin.fmi.units import BASES, StatedUnit, stated_unit
from shapan import Instant, SampleBatch, ValidationError, WorkerContext

_MOST_BYTES: Final = 2 << 30
_MOST_FILES: Final = 20_000
_NUMBERS: Final = {"Real", "Float64"}


class FmiSimulator(Engine):
    """One co-simulation unit.

    Parameters of a scenario: ``unit`` (an .fmu); ``variables`` (by variable: ``entity``,
    ``indicator`` and ``unit``; what is not named is called after the system, the variable and the
    unit it states); ``values`` (of parameters by variable); ``system``. Where a variable states a
    unit and is mapped to another, its values are converted; units that measure different things
    are refused.
    """

    name = "fmi"

    def __init__(self, context: WorkerContext) -> None:
        super().__init__(context)
        self._unit: Any = None
        self._engine = "fmpy"
        self.inputs, self.outputs = {}, {}

    def capabilities(self) -> Mapping[str, Any]:
        """See `shapan.Simulator`; what goes in and out is known after `init`."""
        fmpy = load_engine(self.name, "fmpy", "fmpy")
        return {
            "stepping": "time", "checkpoint": "exact", "seed": False, "inputs": self.inputs,
            "outputs": self.outputs, "exchange": True,
            "engine": f"{self._engine} (fmpy {fmpy.__version__})",
        }  # fmt: skip

    def _begin(self, parameters: Mapping[str, Any], seed: int) -> None:
        fmpy = load_engine(self.name, "fmpy", "fmpy")
        source = self.file(parameters, "unit")
        assert source is not None
        folder = self._unpack(source)
        try:
            description = fmpy.read_model_description(str(folder), validate=False)
        except Exception as error:
            raise self.error(f"{source}: {_line(error)}") from error
        if description.coSimulation is None:
            raise self.error(f"{source} is for model exchange only", "export it for co-simulation")
        self._engine = f"{description.modelName}, FMI {description.fmiVersion}"
        self._map(description, parameters)
        self._start(folder, description, parameters, source)

    def _unpack(self, source: Path) -> Path:
        """Unpack into a folder of our own, and nothing outside of it.

        Raises
        ------
        SimulationError
            If it is no zip file, too large, or has a file that would lie elsewhere.
        """
        folder = Path(tempfile.mkdtemp(prefix="fmi-", dir=self.context.storage.folder)).resolve()
        try:
            with zipfile.ZipFile(source) as archive:
                entries = archive.infolist()
                if len(entries) > _MOST_FILES or sum(e.file_size for e in entries) > _MOST_BYTES:
                    raise self.error(f"{source} is too large when unpacked")
                for entry in entries:
                    target = (folder / entry.filename).resolve()
                    link = (entry.external_attr >> 16) & 0o170000 == 0o120000
                    if link or not target.is_relative_to(folder):
                        raise self.error(
                            f"{source}: {entry.filename} would be unpacked outside its folder",
                            "do not use this file",
                        )
                archive.extractall(folder)
        except (zipfile.BadZipFile, OSError) as error:
            raise self.error(f"{source} is no FMU ({error})") from error
        return folder

    def _map(self, description: Any, parameters: Mapping[str, Any]) -> None:
        named = dict(parameters.get("variables", {}))
        listed = {one.name: one for one in description.modelVariables}
        strange = sorted(set(named) - set(listed))
        if strange:
            raise self.error(f"{description.modelName} has no variable {strange[0]}")
        self._in: dict[tuple[str, str], int] = {}
        self._out: list[tuple[str, str, int]] = []
        #: Unit that a variable states and that it is mapped to, where they are two.
        self._units: dict[int, tuple[StatedUnit, str]] = {}
        defined = _definitions(description)
        apart: list[tuple[str, str, int]] = []
        inputs: dict[str, str] = {}
        outputs: dict[str, str] = {}
        for name, one in listed.items():
            if one.causality not in {"input", "output"} or one.type not in _NUMBERS:
                continue
            where = dict(named.get(name, {}))
            indicator = str(where.get("indicator", name))
            entity = str(where.get("entity", self.system))
            name_of_unit = _unit_of(one)
            stated = stated_unit(name_of_unit, defined.get(name_of_unit))
            unit = self._mapped_unit(one, stated, where.get("unit"))
            told = inputs if one.causality == "input" else outputs
            if told.setdefault(indicator, unit) != unit:
                raise self.error(
                    f"{name} is {indicator} in {unit or '1'}, another variable in "
                    f"{told[indicator] or '1'}", "give both the same unit",
                )  # fmt: skip
            if one.causality == "input":
                self._in[entity, indicator] = one.valueReference
            else:
                self._out.append((entity, indicator, one.valueReference))
                if entity != self.system:
                    apart.append((name, unit, one.valueReference))
        # Figures of the run: all outputs, also those that stand for something of the twin's.
        for name, unit, reference in apart:
            if outputs.setdefault(name, unit) == unit:
                self._out.append((self.system, name, reference))
        self.inputs, self.outputs = inputs, outputs
        self._listed = listed

    def _mapped_unit(self, one: Any, stated: StatedUnit, given: object) -> str:
        """Return the unit that values of a variable are exchanged in."""
        unit = stated.unit if given is None else str(given)
        if not stated.name:
            return unit
        if not stated.known:
            if given is not None:
                return unit
            raise self.error(
                f"the unit of {one.name}, {stated.name}, is not known, and the description does "
                "not define it", "give its unit among the variables of the unit",
            )  # fmt: skip
        try:
            stated.given(1.0, unit)
        except ValidationError as error:
            raise self.error(
                f"the unit of {one.name} is {stated.name} and cannot be {unit or '1'} ({error})",
                "correct it among the variables of the unit",
            ) from error
        if unit != stated.unit or stated.factor != 1.0 or stated.offset:
            self._units[one.valueReference] = stated, unit
        return unit

    def _start(
        self, folder: Path, description: Any, parameters: Mapping[str, Any], source: Path
    ) -> None:
        self._is_3 = str(description.fmiVersion).startswith("3")
        if self._is_3:
            from fmpy.fmi3 import FMU3Slave as Unit
        else:
            from fmpy.fmi2 import FMU2Slave as Unit
        try:
            unit = Unit(
                guid=description.guid if not self._is_3 else description.instantiationToken,
                unzipDirectory=str(folder), instanceName="shapan",
                modelIdentifier=description.coSimulation.modelIdentifier,
            )  # fmt: skip
            unit.instantiate()
            self._unit = unit
            if not self._is_3:
                unit.setupExperiment(startTime=0.0)
                unit.enterInitializationMode()
            else:
                unit.enterInitializationMode(startTime=0.0)
            for name, value in dict(parameters.get("values", {})).items():
                if name not in self._listed:
                    raise self.error(f"{description.modelName} has no variable {name}")
                self._set([self._listed[name].valueReference], [float(value)])
            unit.exitInitializationMode()
        except self._known_errors() as error:
            raise self.error(f"{source} cannot be started ({_line(error)})") from error

    @staticmethod
    def _known_errors() -> tuple[type[Exception], ...]:
        from fmpy.fmi1 import FMICallException

        return (FMICallException, OSError, AttributeError)

    def _set(self, references: list[int], values: list[float]) -> None:
        (self._unit.setFloat64 if self._is_3 else self._unit.setReal)(references, values)

    def _get(self, references: list[int]) -> list[float]:
        found = (self._unit.getFloat64 if self._is_3 else self._unit.getReal)(references)
        return [float(value) for value in found]

    def _take(self, indicator: str, values: Mapping[str, float]) -> list[str]:
        unknown = []
        for entity, value in values.items():
            reference = self._in.get((entity, indicator))
            if reference is None:
                unknown.append(entity)
            else:
                known = self._units.get(reference)
                self._set(
                    [reference], [value if known is None else known[0].taken(value, known[1])]
                )
        return unknown

    def _advance(self, instant: Instant) -> list[SampleBatch]:
        at_s = (self.now.us - self.start.us) / 1e6
        step_s = (instant.us - self.now.us) / 1e6
        if step_s > 0.0:
            try:
                self._unit.doStep(currentCommunicationPoint=at_s, communicationStepSize=step_s)
            except self._known_errors() as error:
                raise self.error(f"failed at {at_s:g} s ({_line(error)})") from error
        return [self._values(instant)]

    def get_values(self) -> SampleBatch:
        """See `shapan.Simulator`."""
        return self._values(self.now)

    def _values(self, instant: Instant) -> SampleBatch:
        if not self._out:
            return SampleBatch.empty()
        references = [reference for _, _, reference in self._out]
        values = self._get(references)
        for place, (one, value) in enumerate(zip(references, values)):
            if one in self._units and isfinite(value):
                stated, unit = self._units[one]
                values[place] = stated.given(value, unit)
        keys = self.keys
        return SampleBatch.of(
            keys, [keys.entity(e) for e, _, _ in self._out],
            [keys.indicator(i) for _, i, _ in self._out],
            np.full(len(values), instant.us), values, np.zeros(len(values), np.uint8),
        )  # fmt: skip

    def close(self) -> None:
        """See `shapan.Simulator`."""
        unit, self._unit = self._unit, None
        if unit is not None:
            for end in (unit.terminate, unit.freeInstance):
                try:
                    end()
                except self._known_errors() as error:  # a unit that failed cannot be ended well
                    self.context.log.debug("FMU: %s", error)


def _unit_of(variable: Any) -> str:
    """Return the unit that a variable states, in itself or in its declared type."""
    declared = getattr(variable, "declaredType", None)
    return str(variable.unit or getattr(declared, "unit", None) or "")


def _definitions(description: Any) -> dict[str, dict[str, float]]:
    """Return the units that a description defines in base units, by name."""
    names = (*BASES, "factor", "offset")
    return {
        one.name: {name: float(getattr(one.baseUnit, name)) for name in names}
        for one in description.unitDefinitions
        if one.baseUnit is not None
    }


def _line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
