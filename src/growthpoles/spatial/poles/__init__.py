"""Growth-pole questions on plain data: gradient, spread, convergence, typology, specification curve."""
