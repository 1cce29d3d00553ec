"""Commands as data: menus, shortcuts, palette."""
