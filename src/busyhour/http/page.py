"""The page itself: files of its build, from the package's folder `web`. Paths of the page's own router get index.html.

Names come from a list made at the first use, never from the file system by the user's path. Hashed assets may be kept
for ever; index.html never, and it carries a fresh nonce for the styles that the page makes at run time.
"""

import functools
import mimetypes
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.responses import Response

from busyhour.http.boundary import content_policy
from busyhour.http.permissions import PUBLIC
from busyhour.http.routes import Routes
from busyhour.service.errors import NotFound

routes = Routes("page")

FOLDER: Final = Path(__file__).parents[1] / "web"
NONCE_PLACE: Final = b"__CSP_NONCE__"
FILES_MAX: Final = 2000

NOT_BUILT: Final = (
    "The page of Busyhour is not built yet.\n\n"
    "Run `make web` in the folder of the source, then reload. The API works already: see /api/openapi.json.\n"
)


@dataclass(frozen=True, slots=True)
class PageFile:
    path: Path
    media_type: str
    hashed: bool  # its name changes with its content


@routes.get("/{path:path}", permission=PUBLIC)
async def get_page(path: str) -> Response:
    if path.startswith("api/") or path == "api":
        raise NotFound("There is nothing at this address: see /api/openapi.json.")
    found = files(FOLDER)
    if not found:
        return Response(NOT_BUILT, media_type="text/plain", status_code=503)
    file = found.get(path)
    if file is None and "." in path.rpartition("/")[2]:
        raise NotFound("There is no such file of the page.")
    if file is None or path == "index.html":
        return index(found["index.html"])
    cache = "public, max-age=31536000, immutable" if file.hashed else "no-cache"
    return Response(content(file.path), media_type=file.media_type, headers={"Cache-Control": cache})


def index(file: PageFile) -> Response:
    nonce = secrets.token_urlsafe(16)
    body = content(file.path).replace(NONCE_PLACE, nonce.encode())
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": content_policy(nonce)}
    return Response(body, media_type="text/html", headers=headers)


@functools.lru_cache(maxsize=4)
def files(folder: Path) -> dict[str, PageFile]:
    """Every file of the build by the path that a browser asks for; empty when the page is not built."""
    if not (folder / "index.html").is_file():
        files.cache_clear()  # it may be built while we run
        return {}
    found: dict[str, PageFile] = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        name = path.relative_to(folder).as_posix()
        media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        found[name] = PageFile(path=path, media_type=media_type, hashed=name.startswith("assets/"))
        assert len(found) <= FILES_MAX, f"{folder} has more than {FILES_MAX} files: is it the page's build?"
    return found


@functools.lru_cache(maxsize=FILES_MAX)
def content(path: Path) -> bytes:
    return path.read_bytes()
