"""Which encoding a text file is in, and that it is text at all.

UTF-8 is judged by the whole file, in one pass that also counts lines. Only a file that is not UTF-8 is guessed at, by
`charset-normalizer` on lines that have something to guess from.
"""

import codecs
from pathlib import Path
from typing import Final, NamedTuple

from charset_normalizer import from_bytes

from busyhour.adapters.files.limits import SAMPLE_BYTES
from busyhour.service.errors import Invalid

BLOCK_BYTES: Final = 1024 * 1024
GUESS_BYTES: Final = 32 * 1024

ENCODINGS: Final = (
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "ascii",
    "cp1252",
    "iso8859-1",
    "iso8859-2",
    "iso8859-5",
    "iso8859-7",
    "iso8859-8",
    "iso8859-9",
    "iso8859-15",
    "cp437",
    "cp850",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "cp1257",
    "koi8-r",
    "koi8-u",
    "mac-roman",
    "shift_jis",
    "cp932",
    "euc_jp",
    "euc_kr",
    "cp949",
    "gbk",
    "gb18030",
    "big5",
)
"""What a user may ask for. Python knows others that are not encodings of text, or that can be made to work hard."""

GUESSED: Final = ["cp1252", "cp1250", "cp1251", "iso8859-2", "cp1253", "cp1254", "cp932", "gb18030", "euc_kr", "big5"]
"""What is guessed among. Fewer choices guess better; all others can be asked for."""

MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like UTF-16's, so it comes first
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

NOT_TEXT: Final = "This is not a text file. Export your list as CSV (or XLSX) and choose that file."


class TextLook(NamedTuple):
    encoding: str
    lines: int
    guessed: bool


def look(path: Path, asked: str | None) -> TextLook:
    with path.open("rb") as file:
        head = file.read(SAMPLE_BYTES)
    if not head.strip(b"\r\n\t \0\xef\xbb\xbf\xff\xfe"):
        raise Invalid("The file is empty. Choose a file with one contact on each line.", code="empty_file")
    encoding = _asked(asked) if asked else _marked(head)
    if encoding is None and b"\0" in head:
        encoding = _wide(head)
    if encoding not in (None, "utf-8", "utf-8-sig", "ascii"):
        return TextLook(encoding, _count_lines(path), guessed=False)
    lines, bad_line = _scan_utf8(path)
    if bad_line is None:
        return TextLook(encoding or "utf-8", lines, guessed=False)
    if encoding is not None:
        raise wrong_encoding(bad_line, encoding)
    return TextLook(_guess(path, bad_line), lines, guessed=True)


def wrong_encoding(line: int, encoding: str) -> Invalid:
    return Invalid(
        f"Line {line} is not {encoding} text. Choose the encoding that the file was saved in, or save it as UTF-8.",
        code="wrong_encoding",
        field="encoding",
    )


def first_wrong_line(path: Path, encoding: str) -> int:
    """Where decoding fails. A reader decodes ahead of the line that it is at, so this is looked up afterwards."""
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(BLOCK_BYTES), b""), start=1):
            try:
                line.decode(encoding)
            except UnicodeDecodeError:
                return number
    return 1


def _asked(name: str) -> str:
    try:
        found = codecs.lookup(name).name
    except LookupError:
        found = ""
    if found not in {codecs.lookup(each).name for each in ENCODINGS}:
        raise Invalid(f"There is no encoding {name[:40]!r}. Use one of: {', '.join(ENCODINGS)}.", field="encoding")
    return found


def _marked(head: bytes) -> str | None:
    return next((encoding for mark, encoding in MARKS if head.startswith(mark)), None)


def _wide(head: bytes) -> str:
    """UTF-16 without its mark has its NULs nearly all on one side; anything else with NULs is not text."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) // 5 and even * 20 < odd:
        return "utf-16-le"
    if even > len(head) // 5 and odd * 20 < even:
        return "utf-16-be"
    raise Invalid(NOT_TEXT, code="binary_file")


def _count_lines(path: Path) -> int:
    with path.open("rb") as file:
        lines, end = 0, b""
        while block := file.read(BLOCK_BYTES):
            lines, end = lines + block.count(b"\n"), block
    return lines + (not end.rstrip(b"\0").endswith(b"\n"))  # UTF-16 has a zero beside the line break


def _scan_utf8(path: Path) -> tuple[int, int | None]:
    """How many lines, and the first that is not UTF-8."""
    lines, bad_line, ended = 0, None, True
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            if b"\0" in block:
                raise Invalid(NOT_TEXT, code="binary_file")
            if bad_line is None:
                try:
                    decoder.decode(block)
                except UnicodeDecodeError as fault:
                    bad_line = lines + 1 + bytes(fault.object[: fault.start]).count(b"\n")
            lines += block.count(b"\n")
            ended = block.endswith(b"\n")
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        bad_line = bad_line or lines + 1
    return lines + (not ended), bad_line


def _guess(path: Path, bad_line: int) -> str:
    sample, utf8_lines, other_lines = bytearray(), 0, 0
    with path.open("rb") as file:
        for line in iter(lambda: file.readline(GUESS_BYTES), b""):
            if line.isascii():
                continue
            if _is_utf8(line):
                utf8_lines += 1
            else:
                other_lines += 1
                sample += line
            if len(sample) >= GUESS_BYTES:
                break
    if utf8_lines > other_lines:  # chance makes few lines of other encodings valid UTF-8
        raise Invalid(
            f"Line {bad_line} is not UTF-8 although other lines are: the file mixes two encodings. Save it as UTF-8.",
            code="wrong_encoding",
            field="encoding",
        )
    if _control_share(bytes(sample)) > 0.05:
        raise Invalid(NOT_TEXT, code="binary_file")
    found = list(from_bytes(bytes(sample), cp_isolation=GUESSED))
    if not found:
        return "cp1252"
    # The most common one wins where another reads no better.
    best = max(found, key=lambda match: (match.coherence - match.chaos, codecs.lookup(match.encoding).name == "cp1252"))
    return codecs.lookup(best.encoding).name


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _control_share(sample: bytes) -> float:
    """Text has hardly any control characters but tabs and line breaks; compressed bytes have 11 %."""
    controls = sum(sample.count(code) for code in range(32) if code not in (9, 10, 13))
    return controls / max(1, len(sample))
