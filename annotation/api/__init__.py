"""The API of annotation, under /api/: thin views over the domain functions that the pages call."""
