// What files are by their names: pictures, what is certainly none, and tables.

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

/** Names of tables of labels. */
export const isTable = (name: string): boolean => /\.(csv|tsv|jsonl|ndjson)$/i.test(name);

/** Names of files that may be tables where they are named: Excel calls its tab-separated text .txt. */
export const mayBeTable = (name: string): boolean => isTable(name) || /\.txt$/i.test(name);
