"""Photos: decoded and encoded again, so that nothing but the pixels goes on (EXIF, hidden payloads; SE-23)."""

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from pepites.common.errors import DomainError
from pepites.documents.values import CleanFile

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MAX_PIXELS = 50_000_000  # a phone of 2025 takes 48 million, in JPEG: read at a fraction of its size
MAX_PIXELS_WHOLE = 25_000_000  # other formats are decoded whole: four bytes a point, twice
MAX_SIDE = 2560
THUMBNAIL_BYTES = 6 * 1024  # interface §13
_ORIENTATION = 0x0112
_THUMBNAILS = ((320, 60), (240, 55), (200, 45), (160, 40), (120, 35), (96, 30))

_UNREADABLE = "Cette photo est illisible ou abîmée. Reprenez-la, ou envoyez-la en JPEG."
_TOO_MANY = "Cette photo a trop de points (plus de {} millions). Réduisez-la, puis recommencez."


def clean_image(content: bytes) -> CleanFile:
    """The same picture, upright, without metadata, as a JPEG of at most 2,560 pixels a side, with its thumbnail.

    The size is read from the header and refused before any pixel is decoded. Raises ``DomainError``.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
                most = MAX_PIXELS if opened.format == "JPEG" else MAX_PIXELS_WHOLE
                if opened.width * opened.height > most:
                    raise DomainError(_TOO_MANY.format(most // 1_000_000), field="fichiers")
                picture = _upright(opened)
    except Image.DecompressionBombError:
        raise DomainError(_TOO_MANY.format(MAX_PIXELS // 1_000_000), field="fichiers") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, MemoryError):
        raise DomainError(_UNREADABLE, field="fichiers") from None
    return CleanFile(_jpeg(picture, 85), "image/jpeg", "jpg", _thumbnail(picture))


def _upright(opened: Image.Image) -> Image.Image:
    opened.draft("RGB", (MAX_SIDE, MAX_SIDE))
    exif = opened.getexif()
    alpha = opened.mode in {"RGBA", "LA", "P", "PA"}
    picture: Image.Image = opened if opened.mode in {"RGB", "RGBA", "L"} else opened.convert("RGBA" if alpha else "RGB")
    picture.thumbnail((MAX_SIDE, MAX_SIDE), reducing_gap=2.0)  # first: all that follows works on the small one
    if alpha:
        layer = picture
        picture = Image.new("RGB", layer.size, "white")
        picture.paste(layer, mask=layer.getchannel("A"))
    else:
        picture = picture.convert("RGB")
    picture.getexif()[_ORIENTATION] = exif.get(_ORIENTATION, 1)
    return ImageOps.exif_transpose(picture)


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    # A new image: save() would copy the profile and comments that the decoded one still carries.
    bare = Image.new("RGB", picture.size)
    bare.paste(picture)
    target = io.BytesIO()
    bare.save(target, "JPEG", quality=quality, optimize=True)
    return target.getvalue()


def _thumbnail(picture: Image.Image) -> bytes:
    encoded = b""
    for side, quality in _THUMBNAILS:
        small = picture.copy()
        small.thumbnail((side, side))
        encoded = _jpeg(small, quality)
        if len(encoded) <= THUMBNAIL_BYTES:
            break
    return encoded
