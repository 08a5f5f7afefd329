"""How each language writes moments, with 24 hours a day and short months.

annotation/templatetags/times.py takes them from here; static/js/times.js writes them alike.
"""
