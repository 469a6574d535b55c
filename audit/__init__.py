"""Evidence: the sealed archive, a parcel's record, its proof, sampling, dispositions, EPCIS.

merkle, signing, seals     hashing after RFC 9162, Ed25519, the chain of seals (pure)
shards, catalog, archiver  Parquet files, their index with Kafka's offsets, the consumer
reader, judging, dossier   what was sealed of a parcel, judged again from raw frames
document, html, pdf        the record for people
bundle, container, verify  one file that proves itself, and what checks it offline
sampling, ledger           plans, draws and results; append-only, sealed like all else
"""
