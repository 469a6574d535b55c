"""Parcels: scans by parcel, their timelines and verdicts, and where each is aboard.

    coldchain.custody  --Forwarder-->  coldchain.scans  --ParcelDesk-->  coldchain.parcels
    (by device)                        (by parcel)                       coldchain.aboard

A device's worker (manifest.py) tells a parcel, by a note on `coldchain.scans`, when the readings
of one of its legs are all there.
"""
