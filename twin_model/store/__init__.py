"""The store of a project: a GeoPackage that holds entities, relations, layers and journal."""
