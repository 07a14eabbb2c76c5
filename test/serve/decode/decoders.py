# Makes odd pictures of its own in a folder, and prints what Pillow makes of every file there, as RGBA, upright.
import hashlib
import json
import pathlib
import sys

from PIL import Image, ImageOps

folder = pathlib.Path(sys.argv[1])
noise = Image.effect_noise((37, 23), 90)
color = Image.merge("RGB", [noise, noise.rotate(180), ImageOps.mirror(noise)])
noise.convert("1").save(folder / "1-bit.png")
for bits in (1, 2, 4, 8):
    color.quantize(1 << bits).save(folder / f"palette-{bits}-bits.png", bits=bits)
Image.merge("LA", [noise, ImageOps.flip(noise)]).save(folder / "gray-alpha.png")
color.resize((1, 1)).save(folder / "one-pixel.png")
for sampling in (0, 1, 2):
    color.save(folder / f"sampling-{sampling}.jpg", quality=85, subsampling=sampling)
color.save(folder / "progressive-restarts.jpg", progressive=True, restart_marker_blocks=2)
noise.save(folder / "gray.jpg", quality=40)
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    color.save(folder / f"turned-{orientation}.jpg", exif=exif)
color.resize((1, 1)).save(folder / "one-pixel.jpg")


def shown(picture):
    picture = ImageOps.exif_transpose(picture).convert("RGBA")
    digest = hashlib.sha256(picture.tobytes()).hexdigest()
    return {"size": [picture.width, picture.height], "digest": digest}


def shrunk(path, by):
    picture = Image.open(path)
    picture.draft(None, (picture.width // by, picture.height // by))
    return shown(picture)


paths = sorted(folder.iterdir())
whole = {path.name: shown(Image.open(path)) for path in paths}
jpegs = [path for path in paths if path.suffix == ".jpg" and path.stem != "one-pixel"]
small = {path.name: {by: shrunk(path, by) for by in (2, 4, 8)} for path in jpegs}
print(json.dumps({"whole": whole, "small": small}))
