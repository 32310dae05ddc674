"""The base formats on disk, 3D Tiles 1.1 and glTF 2.0: codec only, NumPy and no drawing.

It lives in the model because both rooms that touch tiles, ``ingest`` (writes them) and
``rendering`` (draws them), may import only this one (docs/decisions/0002).
"""
