"""Search: how texts are read, which types are searched, and which actions the palette offers."""
