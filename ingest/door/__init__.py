"""The front door for devices: HTTP and MQTT, tokens, limits, durable acceptance."""
