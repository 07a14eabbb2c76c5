// Which files are tables, by their names.

/** Names of tables of labels. */
export const isTable = (name: string): boolean => /\.(csv|tsv|jsonl|ndjson)$/i.test(name);

/** Names of files that may be tables where they are named: Excel calls its tab-separated text .txt. */
export const mayBeTable = (name: string): boolean => isTable(name) || /\.txt$/i.test(name);
