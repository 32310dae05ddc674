"""Digital Twins Definition Language, versions 2 and 3, in and out."""

from twin_model.schema.dtdl.contents import Note
from twin_model.schema.dtdl.reading import DtdlImport, read_dtdl
from twin_model.schema.dtdl.writing import DtdlExport, write_dtdl

__all__ = ["DtdlExport", "DtdlImport", "Note", "read_dtdl", "write_dtdl"]
