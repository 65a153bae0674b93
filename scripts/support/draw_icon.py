"""Draw the component's icon: a house that talks, with a lamp in it.

`.venv/bin/python -m scripts.support.draw_icon` writes brand/icon.png (256 pixels) and
brand/icon@2x.png (512 pixels).
"""

from typing import Final

from PIL import Image, ImageDraw

from .paths import COMPONENT

_UNIT: Final = 512  # the drawing's coordinates
_OVERSAMPLING: Final = 4  # drawn larger, and shrunk: smooth edges
_TOP: Final = (34, 164, 222)
_BOTTOM: Final = (20, 88, 158)
_WALL: Final = (255, 255, 255, 255)
_LAMP: Final = (255, 193, 7, 255)
_SOCKET: Final = (84, 110, 122, 255)

type Point = tuple[float, float]


class _Canvas:
    """A picture whose coordinates go from 0 to _UNIT, whatever its size."""

    def __init__(self, size: int) -> None:
        self._scale = size / _UNIT
        self.image = Image.new("RGBA", (size, size))
        self._draw = ImageDraw.Draw(self.image)

    def _points(self, *points: Point) -> list[Point]:
        return [(x * self._scale, y * self._scale) for x, y in points]

    def polygon(self, *points: Point, fill: tuple[int, ...]) -> None:
        self._draw.polygon(self._points(*points), fill=fill)

    def circle(self, centre: Point, radius: float, fill: tuple[int, ...]) -> None:
        (x, y) = centre
        box = self._points((x - radius, y - radius), (x + radius, y + radius))
        self._draw.ellipse((*box[0], *box[1]), fill=fill)

    def box(
        self, start: Point, end: Point, radius: float, fill: tuple[int, ...]
    ) -> None:
        (first, last) = self._points(start, end)
        self._draw.rounded_rectangle((*first, *last), radius * self._scale, fill=fill)

    def line(self, *points: Point, width: float, fill: tuple[int, ...]) -> None:
        """Draw a line with round joints and ends."""
        scaled = self._points(*points)
        self._draw.line(scaled, fill=fill, width=round(width * self._scale))
        for point in points:
            self.circle(point, width / 2, fill)


def _bubble(size: int) -> Image.Image:
    """Return a speech bubble, blue from light (top) to dark (bottom)."""
    shape = _Canvas(size)
    shape.box((16, 16), (496, 424), 96, fill=_WALL)
    shape.polygon((104, 400), (104, 500), (228, 400), fill=_WALL)
    gradient = Image.new("RGBA", (1, size))
    for y in range(size):
        share = y / (size - 1)
        colour = tuple(
            round(top + (bottom - top) * share)
            for top, bottom in zip(_TOP, _BOTTOM, strict=True)
        )
        gradient.putpixel((0, y), (*colour, 255))
    result = Image.new("RGBA", (size, size))
    result.paste(gradient.resize((size, size)), mask=shape.image.getchannel("A"))
    return result


def _house(size: int) -> Image.Image:
    """Return a white house, with a lamp that is on."""
    house = _Canvas(size)
    house.line((92, 228), (256, 82), (420, 228), width=40, fill=_WALL)
    house.polygon((256, 82), (380, 192), (380, 240), (132, 240), (132, 192), fill=_WALL)
    house.box((132, 200), (380, 376), 24, fill=_WALL)
    house.circle((256, 236), 58, fill=_LAMP)
    house.polygon((205, 264), (307, 264), (282, 312), (230, 312), fill=_LAMP)
    house.box((228, 316), (284, 332), 8, fill=_SOCKET)
    house.box((236, 338), (276, 354), 8, fill=_SOCKET)
    return house.image


def icon(size: int) -> Image.Image:
    """Return the icon, of so many pixels each way."""
    large = size * _OVERSAMPLING
    picture = Image.alpha_composite(_bubble(large), _house(large))
    return picture.resize((size, size), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    folder = COMPONENT / "brand"
    folder.mkdir(exist_ok=True)
    icon(256).save(folder / "icon.png", optimize=True)
    icon(512).save(folder / "icon@2x.png", optimize=True)
