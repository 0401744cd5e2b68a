"""The report: everything a study says, as tables and figures in one folder."""
