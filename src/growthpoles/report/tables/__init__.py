"""Tables of the report: their contents, the notes of their columns, the files they are written into."""
