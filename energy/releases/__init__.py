"""Published releases: their files, the store that has them, and the pointer to the live one."""
