"""What a chart has and how its source names it: workloads, traffic Services, terms. Read-only."""
