"""Lets nerfstudio's own commands start beside a torch for the processor, and offline.

Python reads this when it starts with this folder on its path, so `ns-train` itself is untouched.
"""

from ingest.reconstruction.field.worker import load_nerfstudio

load_nerfstudio()
