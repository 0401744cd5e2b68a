"""Label placement: names of regions and points on maps and charts."""
