"""The GeoPackage store keeps what stores promise."""

from __future__ import annotations

from pathlib import Path

from store_contract import FRAME, StoreContract
from twin_model.store.contract import Store
from twin_model.store.verify import verify_store
from twin_model.twin import Twin


class TestGeoPackageStore(StoreContract):
    """Runs the contract."""

    def make(self, where: Path) -> Store:
        return Twin.create(where, FRAME, "Harbour")

    def open(self, where: Path, *, read_only: bool = False) -> Store:
        return Twin.open(where, read_only=read_only)

    def problems(self, store: Store) -> list[str]:
        assert isinstance(store, Twin)
        return verify_store(store)
