"""Writes the shards of this folder, and what their writers read back from them, as expected.json.

    pip install datasets==5.2.0 pyarrow==26.0.1 webdataset==1.0.2 pillow==13.0.0
    python make.py
"""

import hashlib
import io
import json
import shutil
import tarfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe
import webdataset as wds
from datasets import ClassLabel, Dataset, Features, Image, Sequence, Value
from PIL import Image as Pillow

HERE = Path(__file__).parent
# Not in the order of letters.
CLASSES = ["zebra", "ant", "mole"]


def picture(seed, size=8):
    """Smooth noise: no two look alike."""
    coarse = np.random.default_rng(seed).integers(0, 256, (4, 4, 3), dtype=np.uint8)
    return Pillow.fromarray(coarse).resize((size, size), Pillow.BICUBIC)


def encoded(seed, kind="PNG"):
    out = io.BytesIO()
    picture(seed).save(out, kind)
    return out.getvalue()


def row(seed, label):
    return {"image": {"bytes": encoded(seed), "path": f"{seed}.png"}, "label": label}


FEATURES = Features({"image": Image(), "label": ClassLabel(names=CLASSES)})


def hub():
    """As push_to_hub names them: two shards to train on, with groups of four rows."""
    folder = HERE / "hub" / "data"
    folder.mkdir(parents=True)
    splits = {
        "train-00000-of-00002": [row(i, i % 3) for i in range(10)],
        "train-00001-of-00002": [row(100 + i, i % 3) for i in range(10)],
        "validation-00000-of-00001": [row(200 + i, i % 3) for i in range(6)],
        "test-00000-of-00001": [row(300 + i, i % 3) for i in range(3)],
    }
    # A picture that is cut off, one that is nowhere, one without a label, and the copy of another.
    splits["train-00000-of-00002"][3]["image"]["bytes"] = encoded(3)[:60]
    splits["train-00001-of-00002"][4]["image"] = None
    splits["train-00001-of-00002"][5]["label"] = -1
    splits["train-00001-of-00002"][9] = row(100, 0)
    expected = {}
    for name, rows in splits.items():
        file = folder / f"{name}.parquet"
        Dataset.from_list(rows, features=FEATURES).to_parquet(str(file), batch_size=4)
        back = Dataset.from_parquet(str(file), cache_dir="/tmp/shards-cache").cast_column("image", Image(decode=False))
        expected[f"data/{name}.parquet"] = [
            [CLASSES[each["label"]] if each["label"] >= 0 else None, sha(each["image"] and each["image"]["bytes"])]
            for each in back
        ]
    return expected


def sha(content):
    return None if content is None else hashlib.sha256(content).hexdigest()


def plain():
    """As pandas or pyarrow write them: bytes and words, in every codec, with and without an index of pages."""
    folder = HERE / "plain"
    folder.mkdir()
    table = pa.table(
        {
            "id": pa.array(range(8)),
            "img": pa.array([encoded(i, "JPEG" if i % 2 else "PNG") for i in range(8)]),
            "category": pa.array(["été", "hiver"] * 4),
        }
    )
    for codec in ["none", "snappy", "gzip", "brotli", "zstd", "lz4"]:
        pq.write_table(table, folder / f"{codec}.parquet", compression=codec)
    pq.write_table(
        table, folder / "indexed.parquet", write_page_index=True, data_page_size=300, data_page_version="2.0", use_dictionary=False
    )
    return [[table["category"][i].as_py(), sha(table["img"][i].as_py())] for i in range(8)]


def several():
    """Columns beside those of the pictures and their labels."""
    folder = HERE / "several"
    folder.mkdir()
    images = [{"bytes": encoded(i), "path": None} for i in range(2)]
    features = {"domain": ClassLabel(names=["photo", "sketch"]), "thumb": Value("binary"), "category": Value("string")}
    rows = [{"image": image, "label": 1, "domain": 0, "thumb": b"x", "category": "x"} for image in images]
    Dataset.from_list(rows, features=Features(FEATURES | features)).to_parquet(str(folder / "datasets.parquet"))
    columns = {"thumb": pa.array([b"x"] * 2), "image": pa.array(images), "label": pa.array(["ant"] * 2)}
    pq.write_table(pa.table(columns), folder / "pyarrow.parquet")


def wrong():
    folder = HERE / "wrong"
    folder.mkdir()
    images = [{"bytes": encoded(i), "path": None} for i in range(4)]
    struct = pa.array(images)
    labels = pa.array([0, 1, 0, 1])

    def write(name, columns):
        pq.write_table(pa.table(columns), folder / f"{name}.parquet")

    def dataset(name, features, rows):
        Dataset.from_list(rows, features=Features(features)).to_parquet(str(folder / f"{name}.parquet"))

    write("no-pictures", {"text": pa.array(["a"] * 4), "label": labels})
    write("no-labels", {"image": struct, "caption": pa.array(["a"] * 4)})
    write("pixels", {"pixels": pa.array([[1, 2, 3]] * 4), "label": labels})
    write("fractions", {"image": struct, "label": pa.array([0.5, 1, 0, 1])})
    write("within", {"image": struct, "about": pa.array([{"label": 1, "by": "me"}] * 4)})
    write("many-labels", {"image": struct, "labels": pa.array([[0, 1], [1], [0], [1]])})
    paths = pa.array([{"bytes": None, "path": "a.png"}] * 4, pa.struct({"bytes": pa.binary(), "path": pa.string()}))
    write("paths", {"image": paths, "label": labels})
    box = {"bbox": Sequence(Sequence(Value("float32"), 4)), "category": Sequence(ClassLabel(names=["cat"]))}
    dataset(
        "boxes",
        {"image": Image(), "objects": box},
        [{"image": images[0], "objects": {"bbox": [[0, 0, 1, 1]], "category": [0]}}],
    )
    dataset("masks", {"image": Image(), "mask": Image()}, [{"image": images[0], "mask": images[1]}])
    fine = {"image": Image(), "fine_label": ClassLabel(names=["a", "b"]), "coarse_label": ClassLabel(names=["c"])}
    dataset("two-labels", fine, [{"image": images[0], "fine_label": 1, "coarse_label": 0}])
    # What datasets itself would not write: fewer names than numbers, a name twice, no JSON.
    table = Dataset.from_list([row(1, 2)], features=FEATURES).data.table
    about = table.schema.metadata[b"huggingface"]
    changed = {"out-of-range": (b', "mole"', b""), "twice": (b"mole", b"ant"), "not-json": (b"{", b"")}
    for name, (before, after) in changed.items():
        metadata = {"huggingface": about.replace(before, after)}
        pq.write_table(table.replace_schema_metadata(metadata), folder / f"{name}.parquet")
    encrypted(pa.table({"image": struct, "label": labels}), folder)


class Keys(pe.KmsClient):
    """Keys that are wrapped by nothing."""

    def __init__(self, _):
        super().__init__()

    def wrap_key(self, key, _):
        return key.hex()

    def unwrap_key(self, key, _):
        return bytes.fromhex(key)


def encrypted(table, folder):
    crypto = pe.CryptoFactory(Keys)
    for name, is_plain in [("encrypted", False), ("encrypted-columns", True)]:
        config = pe.EncryptionConfiguration(
            footer_key="footer", column_keys={"a": ["label"]}, plaintext_footer=is_plain
        )
        properties = crypto.file_encryption_properties(pe.KmsConnectionConfig(), config)
        with pq.ParquetWriter(folder / f"{name}.parquet", table.schema, encryption_properties=properties) as writer:
            writer.write_table(table)


def tars():
    folder = HERE / "tars"
    folder.mkdir()
    expected = {}
    for side, first in [("train", 0), ("val", 50)]:
        name = f"pets-{side}-000000.tar"
        with wds.TarWriter(str(folder / name), mtime=0) as writer:
            for i in range(first, first + 8):
                label = {"cls": i % 2} if i % 4 < 2 else {"json": {"label": i % 2, "caption": "x"}}
                writer.write({"__key__": f"some/{i:06d}", "png": encoded(i), "txt": "a caption", **label})
        expected[name] = [
            [str(each["cls"] if "cls" in each else each["json"]["label"]), sha(each["png"]), each["__key__"] + ".png"]
            for each in map(decoded, wds.WebDataset(str(folder / name), shardshuffle=False))
        ]
    return expected


def decoded(sample):
    parts = {"cls": lambda value: int(value), "json": json.loads}
    return {key: parts[key](value) if key in parts else value for key, value in sample.items()}


def forms():
    """Names longer than a header holds, in each form that Python's tarfile writes."""
    folder = HERE / "forms"
    folder.mkdir()
    kinds = {"pax": tarfile.PAX_FORMAT, "gnu": tarfile.GNU_FORMAT}
    for name, form in kinds.items():
        with tarfile.open(folder / f"{name}.tar", "w", format=form) as tar:
            for i in range(4):
                key = "ordner/" + "lang-é" * 30 + f"/{i}"
                for ending, content in [(".png", encoded(i)), (".cls", f"{i % 2}\n".encode())]:
                    info = tarfile.TarInfo(key + ending)
                    info.size = len(content)
                    tar.addfile(info, io.BytesIO(content))


for part in ["hub", "plain", "wrong", "tars", "forms", "several"]:
    shutil.rmtree(HERE / part, ignore_errors=True)
wanted = {"hub": hub(), "plain": plain(), "tars": tars()}
wrong()
forms()
several()
(HERE / "expected.json").write_text(json.dumps(wanted, ensure_ascii=False, indent=1) + "\n")
