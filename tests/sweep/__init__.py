"""The parts of `fault_sweep`: calls, the conditions of a call, the clients, the judge, and the report."""
