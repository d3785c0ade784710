"""Act: the case (事项): who may know, the flow of edges, records and papers."""
