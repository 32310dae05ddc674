"""Functional mock-up units for tests, built by pythonfmu and pythonfmu3."""

from __future__ import annotations

import textwrap
from pathlib import Path

TANK_2 = """
    from pythonfmu import Fmi2Causality, Fmi2Variability, Fmi2Slave, Real

    class Tank(Fmi2Slave):
        description = "A tank that fills and leaks"
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.inflow = 0.0
            self.level = 1.0
            self.leak = 0.01
            self.register_variable(Real("inflow", causality=Fmi2Causality.input))
            self.register_variable(Real("level", causality=Fmi2Causality.output))
            self.register_variable(Real("leak", causality=Fmi2Causality.parameter,
                                        variability=Fmi2Variability.tunable))
        def do_step(self, current_time, step_size):
            self.level += step_size * (self.inflow - self.leak * self.level)
            return True
"""
TANK_3 = """
    from pythonfmu3 import Fmi3Causality, Fmi3Slave, Fmi3Variability, Float64

    class Tank3(Fmi3Slave):
        description = "A tank that fills and leaks"
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.time = 0.0
            self.inflow = 0.0
            self.level = 1.0
            self.register_variable(Float64("time", causality=Fmi3Causality.independent,
                                           variability=Fmi3Variability.continuous))
            self.register_variable(Float64("inflow", causality=Fmi3Causality.input))
            self.register_variable(Float64("level", causality=Fmi3Causality.output))
        def do_step(self, current_time, step_size):
            self.level += step_size * (self.inflow - 0.01 * self.level)
            return True
"""
#: Names of units as other tools write them; one is the coulomb's, one nobody's but this unit's.
WALL_3 = """
    from pythonfmu3 import Fmi3Causality, Fmi3Slave, Fmi3Variability, Float64, Unit

    class Wall3(Fmi3Slave):
        description = "A wall that loses heat, and the water that replaces it"
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.time = 0.0
            self.outside = 0.0
            self.transmittance = 0.5
            self.loss = 0.0
            self.water = 0.0
            self.register_units([
                Unit("C", K=1, offset=273.15),
                Unit("W/(m2.K)", kg=1, s=-3, K=-1),
                Unit("W/m2", kg=1, s=-3),
                Unit("gpm", m=3, s=-1, factor=6.309e-5),
            ])
            self.register_variable(Float64("time", causality=Fmi3Causality.independent,
                                           variability=Fmi3Variability.continuous))
            self.register_variable(Float64("outside", causality=Fmi3Causality.input, unit="C"))
            self.register_variable(Float64("transmittance", causality=Fmi3Causality.parameter,
                                           variability=Fmi3Variability.tunable, start=0.5,
                                           unit="W/(m2.K)"))
            self.register_variable(Float64("loss", causality=Fmi3Causality.output, unit="W/m2"))
            self.register_variable(Float64("water", causality=Fmi3Causality.output, unit="gpm"))
        def do_step(self, current_time, step_size):
            self.loss = self.transmittance * (20.0 - self.outside)
            self.water = 100.0
            return True
"""
BAD = """
    import signal, time
    from pythonfmu import Fmi2Causality, Fmi2Slave, Real

    class {name}(Fmi2Slave):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.level = 1.0
            self.register_variable(Real("level", causality=Fmi2Causality.output))
        def do_step(self, current_time, step_size):
            if current_time >= 3.0:
                {deed}
            return True
"""
DEEDS = {
    # To this thread, as a real fault: one to the process may reach it some steps later.
    "Crashing": "signal.raise_signal(signal.SIGSEGV)",
    "Hanging": "time.sleep(3600)",
    "Nothing": "self.level = float('nan')",
}


def build_fmu(folder: Path, name: str) -> Path:
    """Build a unit: Tank (FMI 2), Tank3 or Wall3 (FMI 3), Crashing, Hanging or Nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    text = {"Tank": TANK_2, "Tank3": TANK_3, "Wall3": WALL_3}.get(name) or BAD.format(
        name=name, deed=DEEDS[name]
    )
    script = folder / f"{name.lower()}.py"
    script.write_text(textwrap.dedent(text), encoding="utf-8")
    if name.endswith("3"):
        from pythonfmu3 import FmuBuilder
    else:
        from pythonfmu import FmuBuilder
    return Path(FmuBuilder.build_FMU(str(script), dest=str(folder)))
