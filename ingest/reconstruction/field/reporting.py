"""What the accuracy report says of a radiance field."""

from __future__ import annotations

from typing import Any


def field_rows(figures: dict[str, Any]) -> list[tuple[str, str]]:
    """Return rows for the report's summary; none where no field was trained."""
    field, fused = figures.get("field"), figures["surface"].get("field")
    if not field or not fused:
        return []
    preset = field["preset"]
    rows = [
        (
            "Radiance field",
            f"nerfacto, {preset['steps']:,} steps of {preset['rays']:,} rays on {field['device']} "
            f"in {field['training_s'] / 60:.1f} min, {field['trained']} photographs",
        )
    ]
    if "psnr_db" in field:
        rows.append(
            (
                "Held-out photographs",
                f"{field['held_out']}: PSNR {field['psnr_db']:.1f} dB, SSIM {field['ssim']:.2f}",
            )
        )
    rows.append(("Two independent surfaces", _compared(fused)))
    return rows


def _compared(fused: dict[str, Any]) -> str:
    if fused["nmad_m"] is None:
        return "the field has no surface where stereo has one"
    text = (
        f"{fused['by_both']:.0%} of the cells by both, field less stereo: NMAD "
        f"{fused['nmad_m']:.3f} m, bias {fused['bias_m']:+.3f} m; "
    )
    if not fused["trusted"]:
        return text + "the field did not find the surface, so all heights are of stereo"
    return text + (
        f"{fused['in_conflict']:.1%} in conflict, {fused['by_field_alone']:.1%} by the field alone"
    )
