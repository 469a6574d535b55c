"""The record for people: one document of blocks, as HTML and as PDF, zh-CN and en.

document, drawing    what a page is made of
record, figures      a parcel's record as such a document; its plots
html, pdf, fonts     how it is written
words                every word of it, in both languages
"""
