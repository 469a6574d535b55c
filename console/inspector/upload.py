"""A form with a file in it (multipart/form-data, RFC 7578), read strictly. Pure."""

import re
from collections.abc import Mapping

_BOUNDARY = re.compile(r'boundary="?([^";\s]{1,70})"?')
_NAME = re.compile(rb'form-data;.*?\bname="([^"]*)"', re.IGNORECASE)
_END_OF_HEAD = b"\r\n\r\n"


class UploadError(ValueError):
    """Not a form as browsers send it."""


def fields(content_type: str, body: bytes) -> Mapping[str, bytes]:
    """The fields of a form, the first of each name. Raises UploadError."""
    found = _BOUNDARY.search(content_type)
    if not content_type.lower().startswith("multipart/form-data") or found is None:
        raise UploadError("not a form with a file")
    mark = b"\r\n--" + found[1].encode("ascii", "replace")
    start, *parts, end = (b"\r\n" + body).split(mark)
    if start or not end.startswith(b"--"):
        raise UploadError("the form was cut short")
    values: dict[str, bytes] = {}
    for part in parts:
        head, between, content = part.partition(_END_OF_HEAD)
        name = _NAME.search(head)
        if not between or name is None:
            raise UploadError("a field without a name")
        values.setdefault(name[1].decode("utf-8", "replace"), content)
    return values
