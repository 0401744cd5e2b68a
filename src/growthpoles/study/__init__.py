"""Taking in a study: proposing one from files (`growthpoles init`), examining one (`growthpoles validate`)."""
