#!/usr/bin/env python3
"""Makes one image of several: image_index.py LAYOUT TAG ARCHITECTURE...

The OCI layout has an image under each architecture's name. Afterwards it has one index of them all under TAG, from which
whoever pulls it takes the one that fits.
"""

import hashlib
import json
import pathlib
import sys

NAME = "org.opencontainers.image.ref.name"


def printed(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def main(layout, tag, *architectures):
    layout = pathlib.Path(layout)
    top = json.loads((layout / "index.json").read_text())
    named = {one["annotations"][NAME]: one for one in top["manifests"]}
    images = []
    for architecture in architectures:
        image = {key: named[architecture][key] for key in ("mediaType", "digest", "size")}
        images.append(image | {"platform": {"architecture": architecture, "os": "linux"}})
    kind = "application/vnd.oci.image.index.v1+json"
    index = printed({"schemaVersion": 2, "mediaType": kind, "manifests": images})
    digest = hashlib.sha256(index).hexdigest()
    (layout / "blobs/sha256" / digest).write_bytes(index)
    entry = {"mediaType": kind, "digest": "sha256:" + digest, "size": len(index), "annotations": {NAME: tag}}
    (layout / "index.json").write_bytes(printed({"schemaVersion": 2, "manifests": [entry]}))


if __name__ == "__main__":
    main(*sys.argv[1:])
