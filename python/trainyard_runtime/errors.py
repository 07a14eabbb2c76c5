"""What a user can do something about: its message says what was received, what was expected, and what to do."""


class TrainyardError(Exception):
    """A model file, or a way of using it, that cannot work."""


class PictureError(TrainyardError):
    """A picture that cannot be read."""
