"""What schemas and rules say of charts and manifests, and what people have said about that."""
