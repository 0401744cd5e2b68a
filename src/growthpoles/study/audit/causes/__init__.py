"""Causes: relations between printed cells, hypotheses on the wrong ones, and which of them is taken."""
