"""What crosses a boundary: between processes, between layers, into a file.

Only numpy, msgspec and the standard library may be imported here, so that the
window stays light and the model host stays small.
"""
