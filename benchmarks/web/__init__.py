"""Labelers at the web server, beside Label Studio's: `make bench-web`.

| file | its part |
|---|---|
| `__main__` | the options, and the order in which everything is measured |
| `systems` | a setting brought up: a system on a database, with its keeper and its server |
| `plumbline`, `label_studio` | where each system's program is, and how it is served |
| `servers` | gunicorn: started, waited for, weighed, ended |
| `databases` | a database of its own for each system |
| `keeper` | a child that knows a system's models: fills, tops up, checks |
| `plumbline_duties`, `label_studio_duties` | what the keepers do, each inside its own Django |
| `sessions`, `texts` | signed-in browsers; the tasks: the same for both |
| `client`, `labelers`, `connection` | the people: a process that does nothing but HTTP |
| `measures`, `report` | statistics; the table and web.json |
"""
