"""The parts of `fault_sweep`: calls, the world that they are made in, the clients, the judge, and the report."""
