"""What is wrong with a prompt, found by looking at its text alone. Pure functions: no database.

Nothing here is loaded by a web process until it is called: numpy, the tables of phone numbers and
the model that tells languages apart belong to workers.
"""
