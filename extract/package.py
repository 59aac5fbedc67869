"""What an exported data package says of one entity, and the data file it holds.

Members are read by name and never unpacked, within limits of size and ratio; XML without entities.
Source: F&O data packages (the layout of a package is in load/packages.py, which builds them).
"""

import codecs
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree
from defusedxml.common import DefusedXmlException

NAMESPACE = "{http://schemas.microsoft.com/dynamics/2015/01/DataManagement}"
MANIFEST = "Manifest.xml"
FULL = "FullPush"

MAX_MANIFEST_BYTES = 1 << 24
MAX_DATA_BYTES = 1 << 32
MAX_RATIO = 300
"""Unpacked to packed bytes. Rows of identifiers and amounts reach 50."""
SMALL_BYTES = 1 << 20
"""A member below this is read whatever its ratio."""

READ_BYTES = 1 << 20
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_CARRIAGE_RETURN = ord("\r")


class PackageRefused(Exception):
    """The package is not what an export makes; the message is half a sentence that says why."""


@dataclass(frozen=True, slots=True)
class Exported:
    """One entity of a package. file: the data file's name at the root of the zip.

    is_full: the package holds every row; otherwise the rows that changed since the export before.
    """

    file: str
    is_full: bool


def find_entity(path: Path, label: str, name: str) -> Exported | None:
    """Return what the package's manifest says of an entity; None when it is not among its entities.

    label, name: what a package calls an entity; newer ones give both. Raises PackageRefused.
    """
    with _opened(path) as archive:
        content = _read(archive, MANIFEST, MAX_MANIFEST_BYTES)
    try:
        root = defusedxml.ElementTree.fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise PackageRefused(f"its {MANIFEST} is not well-formed XML") from None
    for entity in root.iter(f"{NAMESPACE}DataManagementPackageEntityData"):
        if label.casefold() == _text(entity, "EntityName").casefold() or (
            name.casefold() == _text(entity, "TargetEntity").casefold()
        ):
            # a path in it is no place to look
            file = PurePosixPath(_text(entity, "InputFilePath").replace("\\", "/")).name
            return Exported(file, _text(entity, "DefaultRefreshType") == FULL)
    return None


def has_file(path: Path, file: str) -> bool:
    """Tell whether the package holds a file of that name at its root, with anything in it."""
    with _opened(path) as archive:
        return bool(file) and file in archive.namelist() and archive.getinfo(file).file_size > 0


@contextmanager
def open_text(path: Path, file: str) -> Iterator[io.RawIOBase]:
    """Give a data file as UTF-8, whatever Unicode it is in, piece by piece.

    Half an emoji, which text that was cut leaves behind in UTF-16, becomes a replacement mark.
    Raises PackageRefused, also while it is read.
    """
    with _opened(path) as archive, _damage(file):
        info = _checked(archive, file, MAX_DATA_BYTES)
        with archive.open(info) as stream:
            yield _AsUtf8(stream)


class _AsUtf8(io.RawIOBase):
    """Reads UTF-16 or UTF-8 bytes, told apart by their byte order mark, as UTF-8 without one.

    No read ends between the carriage return and the line feed of one line break: pyarrow's reader
    of CSV would drop the line feed, even within quotes.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._waiting = bytearray()
        self._has_ended = False
        start = stream.read(len(codecs.BOM_UTF16))
        is_utf_16 = start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        encoding, errors = ("utf-16", "replace") if is_utf_16 else ("utf-8-sig", "strict")
        self._decoder = codecs.getincrementaldecoder(encoding)(errors)
        self._waiting += self._decoder.decode(start).encode()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while len(self._waiting) <= len(buffer) and not self._has_ended:
            piece = self._stream.read(READ_BYTES)
            self._has_ended = not piece
            self._waiting += self._decoder.decode(piece, final=self._has_ended).encode()
        length = min(len(buffer), len(self._waiting))
        if 1 < length < len(self._waiting) and self._waiting[length - 1] == _CARRIAGE_RETURN:
            length -= 1
        buffer[:length] = self._waiting[:length]
        del self._waiting[:length]
        return length


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError):
        raise PackageRefused("it is no zip file") from None
    with archive:
        yield archive


def _read(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    with _damage(name):
        return archive.read(_checked(archive, name, limit))


def _checked(archive: zipfile.ZipFile, name: str, limit: int) -> zipfile.ZipInfo:
    """Return a member at the root of the zip. Never more than its stated size is read."""
    try:
        info = archive.getinfo(name)
    except KeyError:
        raise PackageRefused(f"it holds no file {name}") from None
    if info.flag_bits & _ENCRYPTED or info.compress_type not in _METHODS:
        raise PackageRefused(f"its file {name} is packed in an unknown way")
    ratio = info.file_size / max(info.compress_size, 1)
    if info.file_size > limit or (ratio > MAX_RATIO and info.file_size > SMALL_BYTES):
        raise PackageRefused(f"its file {name} is too large to be what it says")
    return info


@contextmanager
def _damage(name: str) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise PackageRefused(f"its file {name} is damaged") from None
    except UnicodeError:
        raise PackageRefused(f"its file {name} is neither UTF-16 nor UTF-8") from None
    except NotImplementedError:
        raise PackageRefused(f"its file {name} is packed in an unknown way") from None


def _text(entity: Element, name: str) -> str:
    return (entity.findtext(f"{NAMESPACE}{name}") or "").strip()
