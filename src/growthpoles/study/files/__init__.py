"""Reading somebody's files: tables, numbers, problems with their place."""
