"""Files that an export takes along: how its networks are run, and how text becomes ids and an answer.

They are copied as they are, and import what the format's own runtime needs, never seqzoo.
"""
