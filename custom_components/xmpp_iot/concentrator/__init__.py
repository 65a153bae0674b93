"""This house towards others: entities become nodes, service calls arrive, state changes leave."""
