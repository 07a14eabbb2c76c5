// What files and folders are by their names: pictures, what is certainly none, and what systems and programs leave behind.

/** Endings of pictures, those among them that are not decoded. */
export const PICTURE = /\.(jpe?g|jpe|jfif|png|webp|gif|bmp|tiff?|avif|hei[cf]|jxl|jp2)$/i;

/** Endings of what is certainly no picture: beside pictures such files are counted, not listed one by one. */
const OTHER =
  /\.(json|jsonl|ndjson|txt|csv|tsv|xml|ya?ml|md|rst|html?|css|js|ts|py|ipynb|sh|log|ini|cfg|toml|db|sqlite|parquet|pdf|docx?|xlsx?|xlsm|ods|pptx?|zip|tar|t?gz|bz2|xz|7z|rar|mp4|mov|avi|mkv|webm|mp3|wav|m4a|npy|npz|pkl|h5|hdf5|mat|pt|pth|onnx|safetensors|tfrecord|bin|exe|aae|xmp|part|crdownload|lock)$/i;

/** Whether a file's name says that it is no picture. */
export const isOtherFile = (name: string): boolean =>
  OTHER.test(name) || /^(license|readme|makefile|dockerfile)$|^events\.out\.tfevents\./i.test(name);

/** The ending of a name, such as `.json`. */
export const endingOf = (name: string): string => /\.[^./]+$/.exec(name)?.[0].toLowerCase() ?? name;

/**
 * What systems leave in folders, which nobody meant as a picture: hidden files; Windows (Thumbs.db, $RECYCLE.BIN, System
 * Volume Information, FOUND.000, and Zone.Identifier as WSL writes it), macOS (__MACOSX, Icon), Synology (@eaDir,
 * #recycle, #snapshot, @tmp), QNAP (@Recycle, @Recently-Snapshot), ext4 (lost+found); and of programs that are run beside
 * pictures: node_modules, __pycache__. Not names that could be classes, such as recycled.
 */
const JUNK =
  /^(\..*|(eh)?thumbs(_vista)?\.db|desktop\.ini|picasa\.ini|zbthumbnail\.info|icon\r|__macosx|\$recycle\.bin|found\.\d{3}|.*:zone\.identifier|system volume information|@eadir|@tmp|@recycle|@recently-snapshot|#recycle|#snapshot|lost\+found|network trash folder|temporary items|node_modules|__pycache__)$/i;

/** Whether a name is one that systems make, or hidden. */
export const isJunk = (name: string): boolean => JUNK.test(name);

/** Names of tables of labels. */
export const isTable = (name: string): boolean => /\.(csv|tsv|jsonl|ndjson)$/i.test(name);

/** Names of files that may be tables where they are named: Excel calls its tab-separated text .txt. */
export const mayBeTable = (name: string): boolean => isTable(name) || /\.txt$/i.test(name);
