"""Thin subclasses of provider operators: what runs in Airflow's workers. Nothing else may import this package."""
