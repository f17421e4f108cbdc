"""A small Django behind the real front; served by Granian in test_front."""

import asyncio
import hashlib
import logging
import os
import threading
import time

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import path

from pepites.config.front_asgi import Front
from pepites.config.wsgi_bridge import Limits


def echo(request: HttpRequest) -> HttpResponse:
    files = {name: hashlib.sha256(file.read()).hexdigest() for name, file in request.FILES.items()}
    return JsonResponse(
        {
            "get": dict(request.GET.items()),
            "post": dict(request.POST.items()),
            "files": files,
            "proto": request.headers.get("X-Forwarded-Proto", ""),
            "thread": threading.current_thread().name,
        }
    )


def raw(request: HttpRequest) -> HttpResponse:
    return HttpResponse(hashlib.sha256(request.body).hexdigest())


def slow(request: HttpRequest, n: int) -> HttpResponse:
    time.sleep(0.5)
    return HttpResponse("lent")


def broken(request: HttpRequest) -> HttpResponse:
    raise ValueError("Mme Secrète")


def large(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(b"x" * 4096 for _ in range(5000))


class Flux:
    """Streams that never end by themselves."""

    async def startup(self) -> None:
        if os.environ.get("FLUX_FAILS"):
            raise RuntimeError("base absente")

    async def shutdown(self) -> None:
        return

    async def post(self, scope: object, body: object, send: object) -> bool:
        return False

    async def __call__(self, scope: object, receive: object, send: object) -> None:
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-type", b"text/event-stream")],
            }
        )
        await send({"type": "http.response.body", "body": b": ouvert\n\n", "more_body": True})
        await asyncio.sleep(3600)


logging.basicConfig(level=logging.INFO, format="%(message)s")
logging.getLogger("django.request").setLevel(logging.CRITICAL)
settings.configure(
    SECRET_KEY="essai", ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], MIDDLEWARE=[], LOGGING_CONFIG=None,
    DATA_UPLOAD_MAX_MEMORY_SIZE=50_000_000,
)  # fmt: skip
urlpatterns = [
    path("echo", echo),
    path("raw", raw),
    path("slow/<int:n>", slow),
    path("broken", broken),
    path("large", large),
]
limits = Limits(body=3 * 1024 * 1024, idle=1.0, total=4.0)
app = Front(get_wsgi_application(), Flux(), threads=2, limits=limits)
