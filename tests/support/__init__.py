"""Helpers of the tests: services, clocks, documents, and programs that a test or make runs."""
