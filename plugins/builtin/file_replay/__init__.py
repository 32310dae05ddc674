"""Plays CSV and Parquet files as if they came live."""
