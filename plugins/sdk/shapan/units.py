"""Units of measure."""

from __future__ import annotations

from shapan.stability import provisional


@provisional("0.2")
def convert_unit(value: float, source: str, target: str) -> float:
    """Give a value in another unit; temperatures are points on a scale, not differences.

    Parameters
    ----------
    value : float
    source, target : str
        Such as ``m^3/h``, ``l/s``, ``degC``; empty for a bare number.

    Raises
    ------
    ValidationError
        If one of them is no unit, they measure different things, or the result is not finite.
    """
    # pint is loaded when first needed: most workers convert nothing.
    from twin_model.schema.units import convert

    return convert(value, source, target)
