"""`/style.css`: the one style of all pages."""

from fastapi import APIRouter, Response

from sync.web.looks import style

_KEPT = {"Cache-Control": "public, max-age=31536000, immutable"}  # its address names its content


def router() -> APIRouter:
    api = APIRouter()

    @api.get("/style.css", include_in_schema=False)
    async def shown() -> Response:
        """What every page looks like; nothing private."""
        return Response(style(), media_type="text/css", headers=_KEPT)

    return api
