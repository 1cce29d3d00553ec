"""The sandboxed process in which a model file is opened and asked.

It knows the contracts alone and is started, never imported.
"""
