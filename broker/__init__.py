"""Kafka: the table of topics, their creation, clients and keys."""
