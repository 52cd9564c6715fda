"""The colours of an embed or an overlay, and where its tiles lie, for /embed/<contest>.css.

Know before changing: the same shades and cells as the board's stylesheet (`styles`); only the ground may be
fixed here, because the page around an embed is light or dark whatever its reader has chosen.
"""

from web.face import Snapshot, face_of
from web.pages import place_of
from web.styles import choice_colours, tile_grid


def style(snapshot: Snapshot, theme: str) -> bytes:
    """The stylesheet; theme is auto, light or dark."""
    face = face_of(snapshot)
    return (choice_colours(face, theme) + tile_grid(snapshot, face, place_of(snapshot))).encode()
