"""The front door: loggers' files and registrations into Kafka; what is refused, kept with why."""
