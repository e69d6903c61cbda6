"""What the converted chart must render: pure functions over rendered objects, one file a kind."""
