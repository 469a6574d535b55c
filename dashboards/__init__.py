"""The Grafana boards as typed code.

A board (`boards/`) is a list of panels (`panels/`, one a file); a panel asks its question in
InfluxQL (`influxql`), of the measurements that `series.schema` lists. `check` asks every one of
them of the real store, `push` brings them into a Grafana, `preview` draws them without one.
"""
