"""The clock of clock.mjs, for the programs in Python that are started under it: moved by writing its file."""

import os
import struct


def move(seconds):
    with open(os.environ["TEST_CLOCK"], "r+b", buffering=0) as file:
        (now,) = struct.unpack("=q", file.read(8))
        file.seek(0)
        file.write(struct.pack("=q", now + seconds))
