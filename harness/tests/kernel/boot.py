"""Boots a distribution's kernel in an emulated machine and runs tests there: ``tox -e kernel``.

Many kernels (of containers and small virtual machines) have no netem, no USB and no USB gadgets;
Debian's has all of them. It runs under QEMU without KVM, on this machine's own files, read-only
over 9p, so nothing is installed twice: ``python harness/tests/kernel/boot.py [pytest's words]``.

Needs apt-get, qemu-system-x86_64, a static busybox, cpio and kmod; ``HARNESS_KERNEL=folder`` names
a folder with an unpacked linux-image package instead of the one that apt has.

Source: initramfs (Documentation/filesystems/ramfs-rootfs-initramfs.rst), 9p (9p.rst), QEMU's
``-virtfs``.
"""

import gzip
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve()
PROJECT = HERE.parents[3]
CACHE = PROJECT / ".tox" / "kernel-image"
PACKAGE = "linux-image-amd64"
NEEDED = ("qemu-system-x86_64", "busybox", "cpio", "modprobe", "depmod", "dpkg-deb", "apt-get")
#: Loaded in this order, with what they need, before there is a root.
FIRST = ("virtio_pci", "9pnet_virtio", "9p")
#: Loaded later, as a user would: the emulated USB host, a USB serial device, its driver.
LATER = ("dummy_hcd", "cdc_acm", "sch_netem", "sch_htb", "veth", "nf_tables")
TESTS = ("harness/tests/kernel",)
MARK = "ended with"
PATIENCE = 1500  # s; it takes a few minutes when nobody else is at work
#: Room in memory in the place of folders that are written to.
WRITABLE = ("/tmp", "/run", "/var/tmp")  # noqa: S108 - of the machine that is emulated

INIT = """\
#!/busybox sh
/busybox mount -t proc none /proc
for one in {modules}; do /busybox insmod /modules/$one; done
/busybox mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=262144 host /host
exec /busybox switch_root /host /bin/sh {script}
"""
INSIDE = """\
#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
mount -t proc none /proc; mount -t sysfs none /sys; mount -t devtmpfs none /dev
for one in {writable}; do mount -t tmpfs none $one; done
mkdir -p /dev/pts /run/netns /run/kernel/lib; mount -t devpts none /dev/pts
ln -s {modules} /run/kernel/lib/modules
printf '#!/bin/sh\\nexec /sbin/modprobe -d /run/kernel "$@"\\n' > /run/modprobe
chmod +x /run/modprobe; echo /run/modprobe > /proc/sys/kernel/modprobe
for one in {later}; do /run/modprobe $one; done
ip link set lo up; cd {project}
export HOME=/tmp PYTHONPATH={project} PYTHONDONTWRITEBYTECODE=1
export HYPOTHESIS_STORAGE_DIRECTORY=/tmp/hypothesis HARNESS_MODPROBE=/run/modprobe
{python} -m pytest -p no:cacheprovider -o faulthandler_timeout=0 {words}
echo "{mark} $?"
echo o > /proc/sysrq-trigger
while :; do sleep 1; done
"""


def main() -> int:
    """Boot, run, and return pytest's exit status."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        sys.stderr.write(f"not installed: {', '.join(missing)}\n")
        return 2
    CACHE.mkdir(parents=True, exist_ok=True)
    image = kernel()
    version = next((image / "lib" / "modules").iterdir()).name
    subprocess.run(["depmod", "-b", str(image), version], check=True)
    words = sys.argv[1:] or ["-q", *TESTS]
    script = CACHE / "inside.sh"
    named = {
        "writable": " ".join(WRITABLE),
        "modules": image / "lib" / "modules",
        "later": " ".join(LATER),
        "project": PROJECT,
        "python": sys.executable,
        "words": " ".join(words),
        "mark": MARK,
    }
    script.write_text(INSIDE.format(**named))
    archive = initramfs(image, version, script)
    return run(image / "boot" / f"vmlinuz-{version}", archive)


def kernel() -> Path:
    """The unpacked image of a kernel, fetched once."""
    given = os.environ.get("HARNESS_KERNEL")
    if given:
        return Path(given)
    CACHE.mkdir(parents=True, exist_ok=True)
    unpacked = CACHE / "unpacked"
    if not unpacked.exists():
        asked = subprocess.run(
            ["apt-cache", "depends", PACKAGE], capture_output=True, text=True, check=True
        )
        found = re.search(r"Depends: (linux-image-\S+)", asked.stdout)
        if not found:
            raise SystemExit(f"apt knows no {PACKAGE}; run apt-get update")
        subprocess.run(["apt-get", "download", found[1]], cwd=CACHE, check=True)
        package = next(CACHE.glob("linux-image-*.deb"))
        subprocess.run(["dpkg-deb", "-x", str(package), str(unpacked)], check=True)
    return unpacked


def initramfs(image: Path, version: str, script: Path) -> Path:
    """A first root with no more than it takes to mount the real one."""
    root = CACHE / "root"
    shutil.rmtree(root, ignore_errors=True)
    for name in ("proc", "host", "modules", "dev"):
        (root / name).mkdir(parents=True)
    names = []
    for path in in_order(image, version):
        names.append(path.name)
        shutil.copy(path, root / "modules")
    shutil.copy(str(shutil.which("busybox")), root / "busybox")
    init = root / "init"
    init.write_text(INIT.format(modules=" ".join(names), script=script))
    init.chmod(0o755)
    listed = "\n".join(str(one.relative_to(root)) for one in sorted(root.rglob("*")))
    packed = subprocess.run(
        ["cpio", "-o", "-H", "newc", "--quiet"], cwd=root, input=listed.encode(),
        capture_output=True, check=True,
    )  # fmt: skip
    archive = CACHE / "initrd.gz"
    archive.write_bytes(gzip.compress(packed.stdout, 1))
    return archive


def in_order(image: Path, version: str) -> list[Path]:
    """The modules needed first, each behind what it needs (modules.dep(5))."""
    folder = image / "lib" / "modules" / version
    rows = (line.split(":") for line in (folder / "modules.dep").read_text().splitlines())
    needs = {Path(name).stem: (name, rest.split()) for name, rest in rows}
    order: dict[str, None] = {}
    for module in FIRST:
        name, rest = needs[module]
        order.update(dict.fromkeys([*reversed(rest), name]))
    return [folder / name for name in order]


def run(vmlinuz: Path, archive: Path) -> int:
    """The machine, its console passed on; the exit status it tells."""
    machine = [
        "qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2",
        "-m", "1500", "-nographic", "-no-reboot", "-nodefaults", "-serial", "stdio",
        "-kernel", str(vmlinuz), "-initrd", str(archive),
        "-append", "console=ttyS0 quiet panic=-1 mitigations=off",
        "-virtfs", "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap",
    ]  # fmt: skip
    status = 3
    with subprocess.Popen(
        ["timeout", str(PATIENCE), *machine], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        text=True, errors="replace",
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            found = re.match(rf"{MARK} (\d+)", line)
            status = int(found[1]) if found else status
            sys.stdout.write(line)
            sys.stdout.flush()
    return status


if __name__ == "__main__":
    sys.exit(main())
