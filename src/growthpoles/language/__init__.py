"""Language: the languages of figures and reports, number formats, phrases, translations."""
