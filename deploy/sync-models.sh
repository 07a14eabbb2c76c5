#!/bin/sh
# Copies models from a bucket into the folder that a server watches, beside the server: new versions appear whole, and what
# is gone from the bucket goes. Needs rclone, whose remotes may be variables (RCLONE_CONFIG_S3_TYPE=s3, ...):
#   SOURCE=s3:models MODELS=/models sh sync-models.sh
# EVERY is the pause in seconds; 0 copies once, as before the start of a server. A version is never changed in the bucket:
# it gets a new number.
set -eu
: "${SOURCE:?a remote of rclone, such as s3:models}" "${MODELS:=/models}" "${EVERY:=60}"

# The bucket as it is, under a name that the server passes over.
bucket=$MODELS/.bucket

copy() {
  rclone sync "$SOURCE" "$bucket" --exclude '.*' --exclude '.*/**' || return 1
  # New versions: copied under a name that is passed over, then renamed. Not linked: rclone before 1.63 writes in place.
  for from in "$bucket"/*/*/; do
    [ -f "$from/model.onnx" ] || continue
    version=$(basename "$from")
    name=$(basename "$(dirname "$from")")
    to=$MODELS/$name/$version
    [ -e "$to" ] && continue
    mkdir -p "$MODELS/$name"
    rm -rf "$MODELS/$name/.$version"
    cp -R "$from" "$MODELS/$name/.$version"
    mv "$MODELS/$name/.$version" "$to"
    echo "$name/$version came"
  done
  # Versions that are gone from the bucket.
  for to in "$MODELS"/*/*/; do
    [ -d "$to" ] || continue
    version=$(basename "$to")
    name=$(basename "$(dirname "$to")")
    [ -d "$bucket/$name/$version" ] && continue
    mv "$to" "$MODELS/$name/.$version"
    rm -rf "$MODELS/$name/.$version"
    rmdir "$MODELS/$name" 2>/dev/null || true
    echo "$name/$version went"
  done
  # Which model answers when none is named.
  if [ -f "$bucket/default-model" ]; then
    cp "$bucket/default-model" "$MODELS/.default-model"
    mv "$MODELS/.default-model" "$MODELS/default-model"
  fi
}

mkdir -p "$bucket"
if [ "$EVERY" = 0 ]; then
  copy
  exit
fi
while :; do
  copy || echo "the bucket could not be copied; what is there stays, and it is tried again in $EVERY s" >&2
  sleep "$EVERY"
done
