"""Behaviour rules: what is watched for, evaluated over batches."""
