"""A finished file on its way to the browser; it is deleted when it was sent, or could not be."""

from starlette.responses import FileResponse
from starlette.types import Receive, Scope, Send

from busyhour.service.exporting import ExportedFile


class Download(FileResponse):
    def __init__(self, file: ExportedFile) -> None:
        super().__init__(file.path, media_type=file.media_type, filename=file.file_name)
        self.file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.file.discard()
