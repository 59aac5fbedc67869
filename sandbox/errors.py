"""Errors the sandbox itself ends with (what it answers over HTTP lives with each half).

SandboxError                one sentence that names the thing and the next step
├── DifferentDatabaseError  the file holds rows of another generator call
├── UnknownSwitchError      no switch of this name, or a setting it cannot take
└── UnreadableRowsError     a file of --data is not a list of Web API rows
"""


class SandboxError(Exception):
    """The sandbox cannot start or cannot do what it was asked."""


class DifferentDatabaseError(SandboxError):
    """The file was made with other rows, another seed or another generation."""


class UnknownSwitchError(SandboxError):
    """A switch that nobody declared, or a setting it cannot take."""


class UnreadableRowsError(SandboxError):
    """A file given with --data is not in Web API shape."""
