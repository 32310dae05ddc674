"""Refuses XML that declares a document type, before any parser sees it.

Entity bombs, external entities and remote DTDs all need a ``<!DOCTYPE``; no format that this
project reads does. Looking at the prolog is cheaper and surer than hardening each library's parser.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO, Final

from twin_model.errors import SourceError

_PROLOG_LIMIT: Final = 1 << 20
#: Encodings of which ASCII markup can be found by dropping NUL bytes.
_ENCODINGS: Final = re.compile(
    rb"^(utf-?8|utf-?16(le|be)?|us-ascii|ascii|iso-8859-\d+|windows-125\d|gbk|gb2312|gb18030|big5)$",
    re.IGNORECASE,
)
_DECLARED: Final = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([^\"']{1,40})[\"']")
_COMMENT: Final = re.compile(rb"<!--.*?-->|<\?.*?\?>", re.DOTALL)
_ROOT: Final = re.compile(rb"<[A-Za-z_]")


def root_name(head: bytes) -> str:
    """Return the local name of the first element in *head*, empty where there is none."""
    text = _COMMENT.sub(b"", head.replace(b"\0", b""))
    found = re.search(rb"<(?:[\w.\-]+:)?([A-Za-z_][\w.\-]*)", text)
    return found[1].decode("ascii", "replace") if found else ""


def refuse_document_type(path: Path, stream: BinaryIO | None = None) -> None:
    """Raise if the prolog declares a document type, or hides what it declares.

    Parameters
    ----------
    path : Path
        Named in the error.
    stream : binary file, optional
        Where to read from; *path* itself by default. Read from its present position.

    Raises
    ------
    SourceError
        If there is a ``<!DOCTYPE`` or ``<!ENTITY``, an encoding in which one could hide, or no
        element within the first mebibyte.
    """
    if stream is None:
        try:
            with path.open("rb") as opened:
                refuse_document_type(path, opened)
        except OSError as error:
            raise SourceError(path, f"cannot be opened ({error.strerror})") from error
        return
    # UTF-16 markup turns into ASCII once its NUL bytes are dropped.
    prolog = stream.read(_PROLOG_LIMIT).replace(b"\0", b"")
    declared = _DECLARED.search(prolog[:512])
    if declared and not _ENCODINGS.match(declared[1]):
        name = declared[1].decode("ascii", "replace")
        raise SourceError(path, f"XML in the encoding {name!r} is not read", remedy="save as UTF-8")
    before_root = _COMMENT.sub(b"", prolog)
    root = _ROOT.search(before_root)
    declaration = re.search(rb"<!\s*(DOCTYPE|ENTITY)", before_root, re.IGNORECASE)
    if declaration and (root is None or declaration.start() < root.start()):
        raise SourceError(
            path,
            "declares an XML document type, which could expand without bound or read other files",
            remedy="remove the <!DOCTYPE …> from the file if you trust it",
        )
    if root is None:
        raise SourceError(path, "holds no XML element", remedy="fetch it again")
