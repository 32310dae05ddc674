"""Entity types: their schema, the catalogue of them, checking, units, migration and DTDL."""
