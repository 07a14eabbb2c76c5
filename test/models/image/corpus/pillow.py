# Prints what Pillow makes of every file of a folder: its size and the SHA-256 of its upright pixels on white as RGB,
# or why not.
import hashlib
import json
import pathlib
import sys
import warnings

from PIL import Image, ImageOps

warnings.simplefilter("ignore")


def shown(path):
    try:
        with Image.open(path) as picture:
            picture.load()
            upright = ImageOps.exif_transpose(picture)
            rgba = upright.convert("RGBA")
            white = Image.new("RGBA", rgba.size, "white")
            rgb = Image.alpha_composite(white, rgba).convert("RGB")
            digest = hashlib.sha256(rgb.tobytes()).hexdigest()
            return {"size": [rgb.width, rgb.height], "digest": digest}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


print(json.dumps({path.name: shown(path) for path in sorted(pathlib.Path(sys.argv[1]).iterdir())}))
