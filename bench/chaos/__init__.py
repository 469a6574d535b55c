"""The whole system harmed on purpose, and what it lost, doubled or invented: `make chaos`.

A city's frames and scans go through the front door and straight to Kafka while workers, servers
and lines are harmed by a schedule made from a seed. Afterwards a checker that reads nothing but
Kafka and InfluxDB compares what is there with a batch over all that was accepted.
"""
