"""Parts of building models as bodies: footprints, and the heights between which they stand."""
