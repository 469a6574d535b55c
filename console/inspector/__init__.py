"""The inspector's desk as pages: find a parcel, its record, samplings, the open van, recall, links
for another authority, a bundle verified. What they do is done by `audit/`.
"""
