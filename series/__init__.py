"""The series store: InfluxDB's schema (the one list of measurements, tags, fields), writer, reader.

Both InfluxDB 1.8 and 2.7: written through `/api/v2/write`, read with InfluxQL through `/query`.
"""
