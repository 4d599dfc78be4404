"""The classes of a gateway's queue: what a packet's priority may name (tc-htb(8))."""

#: Ours; a root of another one is never touched.
MAJOR = 0x7E57
ROOT = MAJOR << 16
#: Word -> class below the root.
CLASSES = {"usual": 0x10, "throttled": 0x20}
