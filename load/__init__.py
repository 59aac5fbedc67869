"""Plan, send, remember: bring a target to the state the integration models describe."""
