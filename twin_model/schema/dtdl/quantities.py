"""Semantic types and units of DTDL (version 2, and quantitativeTypes 1 of version 3)."""

from __future__ import annotations

from typing import Final

#: Units by the semantic type that is written where an imported one says no other.
_UNITS: Final[dict[str, dict[str, str]]] = {
    "Acceleration": {"centimetrePerSecondSquared": "cm/s^2", "gForce": "g_0",
                     "metrePerSecondSquared": "m/s^2"},
    "Angle": {"degreeOfArc": "deg", "minuteOfArc": "arcmin", "radian": "rad",
              "secondOfArc": "arcsec", "turn": "turn"},
    "AngularAcceleration": {"radianPerSecondSquared": "rad/s^2"},
    "AngularVelocity": {"degreePerSecond": "deg/s", "radianPerSecond": "rad/s",
                        "revolutionPerMinute": "rpm", "revolutionPerSecond": "turn/s"},
    "ApparentEnergy": {"gigavoltAmpereHour": "GVA*hour", "kilovoltAmpereHour": "kVA*hour",
                       "megavoltAmpereHour": "MVA*hour", "voltAmpereHour": "VA*hour"},
    "ApparentPower": {"gigavoltAmpere": "GVA", "kilovoltAmpere": "kVA", "megavoltAmpere": "MVA",
                      "millivoltAmpere": "mVA", "voltAmpere": "VA"},
    "Area": {"acre": "acre", "hectare": "ha", "squareCentimetre": "cm^2", "squareFoot": "ft^2",
             "squareInch": "inch^2", "squareKilometre": "km^2", "squareMetre": "m^2",
             "squareMillimetre": "mm^2"},
    "Capacitance": {"farad": "F", "microfarad": "uF", "millifarad": "mF", "nanofarad": "nF",
                    "picofarad": "pF"},
    "Concentration": {"partsPerBillion": "ppb", "partsPerMillion": "ppm", "percent": "percent",
                      "unity": ""},
    "Current": {"ampere": "A", "kiloampere": "kA", "microampere": "uA", "milliampere": "mA"},
    "DataRate": {"bitPerSecond": "bit/s", "bytePerSecond": "byte/s",
                 "exbibitPerSecond": "exbibit/s", "exbibytePerSecond": "exbibyte/s",
                 "gibibitPerSecond": "gibibit/s", "gibibytePerSecond": "gibibyte/s",
                 "kibibitPerSecond": "kibibit/s", "kibibytePerSecond": "kibibyte/s",
                 "mebibitPerSecond": "mebibit/s", "mebibytePerSecond": "mebibyte/s",
                 "tebibitPerSecond": "tebibit/s", "tebibytePerSecond": "tebibyte/s",
                 "yobibitPerSecond": "yobibit/s", "yobibytePerSecond": "yobibyte/s",
                 "zebibitPerSecond": "zebibit/s", "zebibytePerSecond": "zebibyte/s"},
    "DataSize": {"bit": "bit", "byte": "byte", "exbibit": "exbibit", "exbibyte": "exbibyte",
                 "gibibit": "gibibit", "gibibyte": "gibibyte", "kibibit": "kibibit",
                 "kibibyte": "kibibyte", "mebibit": "mebibit", "mebibyte": "mebibyte",
                 "tebibit": "tebibit", "tebibyte": "tebibyte", "yobibit": "yobibit",
                 "yobibyte": "yobibyte", "zebibit": "zebibit", "zebibyte": "zebibyte"},
    "Density": {"gramPerCubicMetre": "g/m^3", "kilogramPerCubicMetre": "kg/m^3",
                "microgramPerCubicMetre": "ug/m^3", "milligramPerCubicMetre": "mg/m^3"},
    "ElectricCharge": {"ampereHour": "A*hour", "coulomb": "C", "milliampereHour": "mA*hour"},
    "Energy": {"britishThermalUnit": "Btu", "electronvolt": "eV", "gigajoule": "GJ",
               "gigawattHour": "GWh", "joule": "J", "kiloBritishThermalUnit": "kBtu",
               "kilojoule": "kJ", "kilowattHour": "kWh", "megaelectronvolt": "MeV",
               "megajoule": "MJ", "megawattHour": "MWh", "milliwattHour": "mWh",
               "terawattHour": "TWh", "wattHour": "Wh"},
    "Force": {"newton": "N", "ounce": "force_ounce", "pound": "force_pound", "ton": "force_ton"},
    "Frequency": {"gigahertz": "GHz", "hertz": "Hz", "kilohertz": "kHz", "megahertz": "MHz",
                  "millihertz": "mHz"},
    "Illuminance": {"footcandle": "lm/ft^2", "lux": "lx"},
    "Inductance": {"henry": "H", "microhenry": "uH", "millihenry": "mH"},
    "IonizingRadiationDose": {"gray": "Gy", "microgray": "uGy", "microsievert": "uSv",
                              "milligray": "mGy", "millisievert": "mSv", "sievert": "Sv"},
    "Irradiance": {"wattPerSquareMetre": "W/m^2"},
    "Length": {"astronomicalUnit": "au", "centimetre": "cm", "foot": "ft", "inch": "inch",
               "kilometre": "km", "metre": "m", "micrometre": "um", "mile": "mile",
               "millimetre": "mm", "nanometre": "nm", "nauticalMile": "nautical_mile"},
    "Luminance": {"candelaPerSquareMetre": "cd/m^2"},
    "LuminousFlux": {"lumen": "lm"},
    "LuminousIntensity": {"candela": "cd"},
    "MagneticFlux": {"maxwell": "Mx", "weber": "Wb"},
    "MagneticInduction": {"gauss": "gauss", "tesla": "T"},
    "Mass": {"gram": "g", "kilogram": "kg", "massPound": "lb", "microgram": "ug",
             "milligram": "mg", "slug": "slug", "tonne": "t"},
    "MassFlowRate": {"gramPerHour": "g/hour", "gramPerSecond": "g/s", "kilogramPerHour": "kg/hour",
                     "kilogramPerSecond": "kg/s", "massPoundPerHour": "lb/hour"},
    "Power": {"britishThermalUnitPerHour": "Btu/hour", "gigajoulePerHour": "GJ/h",
              "gigawatt": "GW", "horsepower": "hp", "joulePerHour": "J/hour",
              "joulePerSecond": "J/s", "kiloBritishThermalUnitPerHour": "kBtu/hour",
              "kilojoulePerHour": "kJ/hour", "kilojoulePerSecond": "kJ/s", "kilowatt": "kW",
              "kilowattHourPerYear": "kWh/year", "megajoulePerHour": "MJ/hour", "megawatt": "MW",
              "microwatt": "uW", "milliwatt": "mW", "tonOfRefrigeration": "refrigeration_ton",
              "watt": "W"},
    "Pressure": {"bar": "bar", "decapascal": "daPa", "hectopascal": "hPa",
                 "inchesOfMercury": "inHg", "inchesOfWater": "inH2O", "kilopascal": "kPa",
                 "millibar": "mbar", "millimetresOfMercury": "mmHg", "pascal": "Pa",
                 "poundPerSquareInch": "psi"},
    "Radioactivity": {"becquerel": "Bq", "gigabecquerel": "GBq", "kilobecquerel": "kBq",
                      "megabecquerel": "MBq"},
    "ReactiveEnergy": {"gigavoltAmpereReactiveHour": "Gvar*hour",
                       "kilovoltAmpereReactiveHour": "kvar*hour",
                       "megavoltAmpereReactiveHour": "Mvar*hour",
                       "voltAmpereReactiveHour": "var*hour"},
    "ReactivePower": {"gigavoltAmpereReactive": "Gvar", "kilovoltAmpereReactive": "kvar",
                      "megavoltAmpereReactive": "Mvar", "millivoltAmpereReactive": "mvar",
                      "voltAmpereReactive": "var"},
    "Resistance": {"kiloohm": "kohm", "megaohm": "Mohm", "milliohm": "mohm", "ohm": "ohm"},
    "SoundPressure": {"decibel": "dB"},
    "Temperature": {"degreeCelsius": "degC", "degreeFahrenheit": "degF", "kelvin": "K"},
    "TimeSpan": {"day": "day", "hour": "hour", "microsecond": "us", "millisecond": "ms",
                 "minute": "min", "nanosecond": "ns", "second": "s", "year": "year"},
    "Torque": {"newtonMetre": "N*m"},
    "Velocity": {"centimetrePerSecond": "cm/s", "kilometrePerHour": "km/h",
                 "kilometrePerSecond": "km/s", "knot": "knot", "metrePerHour": "m/hour",
                 "metrePerSecond": "m/s", "milePerHour": "mile/hour", "milePerSecond": "mile/s"},
    "Voltage": {"kilovolt": "kV", "megavolt": "MV", "microvolt": "uV", "millivolt": "mV",
                "volt": "V"},
    "Volume": {"cubicCentimetre": "cm^3", "cubicFoot": "ft^3", "cubicInch": "inch^3",
               "cubicMetre": "m^3", "fluidOunce": "fluid_ounce", "gallon": "gallon",
               "litre": "l", "millilitre": "ml"},
    "VolumeFlowRate": {"cubicFootPerMinute": "ft^3/min", "cubicMetrePerHour": "m^3/h",
                       "cubicMetrePerMinute": "m^3/min", "cubicMetrePerSecond": "m^3/s",
                       "gallonPerHour": "gallon/hour", "gallonPerMinute": "gallon/min",
                       "litrePerHour": "l/hour", "litrePerMinute": "l/min", "litrePerSecond": "l/s",
                       "millilitrePerHour": "ml/hour", "millilitrePerMinute": "ml/min",
                       "millilitrePerSecond": "ml/s"},
}  # fmt: skip
#: Semantic types that share the units of another.
_SAME_UNITS: Final = {
    "Distance": "Length", "EnergyRate": "Power", "Humidity": "Density", "Latitude": "Angle",
    "Longitude": "Angle", "Luminosity": "Power", "RelativeDensity": "Concentration",
    "RelativeHumidity": "Concentration", "Thrust": "Force",
}  # fmt: skip
#: All semantic types of the language.
SEMANTIC_TYPES: Final = frozenset(_UNITS) | frozenset(_SAME_UNITS)
#: Our unit for each of theirs.
FROM_DTDL: Final = {theirs: ours for units in _UNITS.values() for theirs, ours in units.items()}
_TO_DTDL: Final = {
    ours: (semantic, theirs)
    for semantic, units in _UNITS.items()
    for theirs, ours in units.items()
    if ours
}
# Spellings that the catalogue uses beside those above.
_TO_DTDL["d"] = _TO_DTDL["day"]


def to_dtdl(unit: str, quantity: str) -> tuple[str, str] | None:
    """Return the semantic type and unit to write, None where DTDL has none.

    Parameters
    ----------
    unit : str
        Ours.
    quantity : str
        Semantic type that was imported; taken where the unit belongs to it.
    """
    family = _SAME_UNITS.get(quantity, quantity)
    if family in _UNITS:
        theirs = next((name for name, ours in _UNITS[family].items() if ours == unit), None)
        if theirs is not None:
            return quantity, theirs
    return _TO_DTDL.get(unit)
