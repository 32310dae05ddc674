"""Review of what was extracted: accepted, corrected or rejected, one after the other."""
