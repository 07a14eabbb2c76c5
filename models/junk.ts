// What systems and programs leave in folders of pictures: neither training nor predictions look at it.

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
