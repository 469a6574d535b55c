"""Sampling by attributes: plans, switching rules and draws. Pure.

GB/T 2828.1-2012 (ISO 2859-1:1999), single sampling, percent nonconforming; and plans that accept
on no nonconforming item at all.
"""
