"""Lotse: the chat advisor of the Qualifizierungsinitiative Mikrotechnologie in Schleswig-Holstein."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("lotse")
except PackageNotFoundError:  # a checkout that was never installed
    __version__ = "0.0.0"
