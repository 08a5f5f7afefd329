"""The statistics of agreement and of bias: pure functions of numpy arrays.

Nothing here imports Django. Only workers import what needs numpy; a web process reads what they
stored.
"""
