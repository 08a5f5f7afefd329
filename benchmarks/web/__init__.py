"""Labelers at the web server, beside Label Studio's: `make bench-web`.

| file | its part |
|---|---|
| `__main__` | the options, and the order in which everything is measured |
| `servers` | gunicorn: started, waited for, weighed, ended |
| `databases` | a database of its own for each system |
| `keeper` | a child that knows a system's models: fills, tops up, checks |
| `plumbline`, `label_studio` | how each system is served and kept |
| `plumbline_keeper`, `label_studio_keeper` | what the keepers do, each inside its own Django |
| `texts` | the tasks, the same for both |
| `client`, `labelers`, `connection` | the people: a process that does nothing but HTTP |
| `measures`, `report` | statistics; the table and web.json |
"""
