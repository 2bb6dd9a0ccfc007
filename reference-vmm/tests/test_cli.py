#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What reference-vmm says to whoever makes a mistake.

usage: test_cli.py REFERENCE-VMM ARCH

Each case is a command line with its exit code and a pattern of the one line
on stderr.  None of them needs KVM.  The kernels are made here; with
C_VMM_KERNEL set to one of ARCH, that one is cut at every quarter as well.
MESON_EXE_WRAPPER is what runs a reference-vmm of another architecture.
"""

import gzip
import os
import pathlib
import re
import shlex
import struct
import subprocess
import sys
import tempfile

VMM = [*shlex.split(os.environ.get("MESON_EXE_WRAPPER", "")),
       os.path.abspath(sys.argv[1])]
ARCH = sys.argv[2]
HOST_ERROR, USAGE, CONFIG, NO_KVM = 1, 2, 3, 4
SECTOR = 512


def bzimage(cmdline_size=255):
    """A bzImage of protocol 2.15 whose kernel is 64 KiB of nothing."""
    payload = bytes(65536)
    image = bytearray(5 * SECTOR) + payload
    image[0x1f1] = 4  # setup_sects
    struct.pack_into("<I", image, 0x1f4, len(payload) // 16)  # syssize
    struct.pack_into("<H", image, 0x1fe, 0xaa55)
    image[0x200:0x202] = b"\xeb\x6a"
    image[0x202:0x206] = b"HdrS"
    struct.pack_into("<H", image, 0x206, 0x20f)
    image[0x211] = 1  # loadflags: LOADED_HIGH
    struct.pack_into("<I", image, 0x214, 0x100000)  # code32_start
    struct.pack_into("<I", image, 0x22c, 0x7fffffff)  # initrd_addr_max
    struct.pack_into("<I", image, 0x230, 0x200000)  # kernel_alignment
    image[0x234] = 1  # relocatable_kernel
    image[0x235] = 21  # min_alignment
    struct.pack_into("<H", image, 0x236, 1)  # xloadflags: XLF_KERNEL_64
    struct.pack_into("<I", image, 0x238, cmdline_size)
    struct.pack_into("<Q", image, 0x258, 0x1000000)  # pref_address
    struct.pack_into("<I", image, 0x260, 0x800000)  # init_size
    return bytes(image)


def elf(machine):
    """An ELF executable for a machine."""
    header = bytearray(120)
    header[0:7] = b"\x7fELF\x02\x01\x01"
    struct.pack_into("<HHIQQ", header, 16, 2, machine, 1, 0x80000000, 64)
    struct.pack_into("<HHH", header, 52, 64, 56, 1)
    struct.pack_into("<IIQQQQQQ", header, 64, 1, 5, 0, 0x80000000,
                     0x80000000, 120, 120, 4096)
    return bytes(header)


def image(magic):
    """An Image of 64 KiB for arm64 or riscv64 that asks for 2 MiB."""
    data = bytearray(65536)
    struct.pack_into("<QQQ", data, 8, 0, 2 << 20, 0)
    data[56:60] = magic
    return bytes(data)


KERNELS = {
    "x86_64": ("bzImage", bzimage()),
    "aarch64": ("Image", image(b"ARM\x64")),
    "riscv64": ("Image", image(b"RSC\x05")),
}
MACHINES = {"x86_64": 62, "aarch64": 183, "riscv64": 243}


def make_files(directory):
    """Write what the cases name."""
    real = os.environ.get("C_VMM_KERNEL")
    files = {
        "kernel": KERNELS[ARCH][1],
        "empty": b"",
        "16-bytes": b"0123456789abcdef",
        "zeros": bytes(1 << 20),
        "text": b"This is not a kernel.\n" * 1000,
        "ppc64-elf": elf(21),
        "half": bzimage()[:20000],
        "headless": bzimage()[:0x210],
        "cut.gz": gzip.compress(KERNELS[ARCH][1])[:40],
        "big-initrd": bytes(80 << 20),
        "initrd": b"070701" + bytes(4090),
    }
    for arch, (_, data) in KERNELS.items():
        files[arch] = data
        files[arch + "-elf"] = elf(MACHINES[arch])
    if real:
        data = pathlib.Path(real).read_bytes()
        for quarter in range(4):
            files[f"real-{quarter}"] = data[:len(data) * quarter // 4]
    for name, data in files.items():
        (directory / name).write_bytes(data)
    unreadable = directory / "unreadable"
    unreadable.write_bytes(bzimage())
    unreadable.chmod(0)
    (directory / "fifo").unlink(missing_ok=True)
    os.mkfifo(directory / "fifo")
    return sorted(name for name in files if name.startswith("real-"))


KERNEL = ["--kernel", "kernel"]

CASES = [
    # Flags.
    ([], USAGE, r"--kernel: missing"),
    (["--kernel"], USAGE, r"--kernel: .*missing"),
    (["kernel"], USAGE, r"kernel: .*flag"),
    (["--kernal", "kernel"], USAGE, r"--kernal: unknown .*--kernel\?"),
    (["--memroy", "size=1G"], USAGE, r"--memroy: unknown .*--memory\?"),
    (["--initrd", "initrd"], USAGE, r"--initrd: unknown"),
    (["--xyzzy-plugh", "1"], USAGE, r"--xyzzy-plugh: unknown .*--help"),
    (KERNEL + KERNEL, USAGE, r"--kernel: given twice"),
    (KERNEL + ["--version=1"], USAGE, r"--version: .*no value"),
    # Values.
    (KERNEL + ["--memory", "size=0"], CONFIG, r"--memory size=0: .*not 0"),
    (KERNEL + ["--memory", "size=1M"], CONFIG,
     r"--kernel kernel: kernel needs \d+ KiB .*does not have"),
    (KERNEL + ["--memory", "size=64K"], CONFIG, r"--kernel kernel: "),
    (KERNEL + ["--memory", "size=4K"], CONFIG, r"--kernel kernel: "),
    (KERNEL + ["--memory", "size=4095T"], CONFIG,
     r"--memory: .*4293918720 MiB: Cannot allocate memory.*less"),
    (KERNEL + ["--memory", "size=12X"], USAGE, r"--memory size=12X: .*size="),
    (KERNEL + ["--memory", "size=1000"], CONFIG, r"multiple of 4096"),
    (KERNEL + ["--memory", "size=99999999999999999999"], USAGE, r"--memory"),
    (KERNEL + ["--memory", "size=17179869184G"], USAGE, r"--memory"),
    (KERNEL + ["--memory", "size=-1"], USAGE, r"--memory size=-1"),
    (KERNEL + ["--memory", "512M"], USAGE, r"--memory 512M: .*size="),
    (KERNEL + ["--memory", "size="], USAGE, r"--memory size=: "),
    (KERNEL + ["--cpus", "boot=0"], CONFIG, r"--cpus boot=0: .*1 to 64"),
    (KERNEL + ["--cpus", "boot=100000"], CONFIG, r"boot=100000: .*1 to 64"),
    (KERNEL + ["--cpus", "boot=two"], USAGE, r"--cpus boot=two: .*boot=N"),
    (KERNEL + ["--cpus", "2"], USAGE, r"--cpus 2: .*boot=N"),
    (KERNEL + ["--serial", "pty"], USAGE, r"--serial pty: .*tty, off"),
    (KERNEL + ["--serial", "file="], USAGE, r"--serial"),
    (KERNEL + ["--serial", "file=/no/such/file"], CONFIG,
     r"--serial file=/no/such/file: cannot open: No such file"),
    (KERNEL + ["--boot-protocol", "efi"], USAGE, r"efi: .*auto, linux or pvh"),
    (KERNEL + ["--boot-protocol", "pvh"], CONFIG,
     r"--kernel kernel: " if ARCH == "x86_64" else r"pvh: only x86_64 has it"),
    (KERNEL + ["--cmdline", "x" * 2048], CONFIG,
     r"--kernel kernel: .*command line .*2048.*(255|2047|1023)"),
    # Devices.
    (KERNEL + ["--disk", "path=no-such-file"], CONFIG,
     r"--disk no-such-file: cannot open: No such file"),
    (KERNEL + ["--disk", "path=a,,b"], CONFIG, r"--disk a,b: cannot open"),
    (KERNEL + ["--disk", "path=empty"], CONFIG,
     r"--disk empty: it has no sector; .*truncate"),
    (KERNEL + ["--disk", "path=fifo"], CONFIG, r"--disk fifo: .*neither a file"),
    (KERNEL + ["--disk", "path="], USAGE, r"--disk: path=: expected a value"),
    (KERNEL + ["--disk", "readonly=on"], USAGE, r"--disk: path= is missing"),
    (KERNEL + ["--disk", "path=zeros,readonly=yes"], USAGE,
     r"--disk: readonly=yes: expected on or off"),
    (KERNEL + ["--disk", "path=zeros,format=raw"], USAGE,
     r"--disk: format=raw: expected one of path=, readonly=, .*iops=$"),
    (KERNEL + ["--disk", "path=zeros,queues=65"], CONFIG, r"queues= is 1 to 64"),
    (KERNEL + ["--disk", "path=zeros,bps=1X"], USAGE,
     r"--disk: bps=1X: expected a size such as 64M"),
    (KERNEL + ["--disk", "path=zeros", "--disk", "path=zeros"], CONFIG,
     r"--disk zeros: .*another process uses it.*readonly=on"),
    (KERNEL + ["--disk", "path=zeros,readonly=on"] * 17, CONFIG,
     r"at most 16 virtio devices"),
    (KERNEL + ["--net", "mtu=1500"], USAGE,
     r"--net: expected one of tap=NAME and fd=NUMBER"),
    (KERNEL + ["--net", "tap=no-such-tap"], CONFIG,
     r"--net tap=no-such-tap: (there is no such interface; .*ip tuntap add|"
     r"no permission|No such file)"),
    (KERNEL + ["--net", "tap=t,mac=12:34"], USAGE, r"mac=12:34: expected six"),
    (KERNEL + ["--net", "tap=t,mac=01:02:03:04:05:06"], CONFIG,
     r"mac=01:.*address of many"),
    (KERNEL + ["--net", "tap=t,mtu=67"], CONFIG, r"--net: mtu= is 68 to 65535"),
    (KERNEL + ["--net", "tap=t,queues=32"], CONFIG, r"--net: queues= is 1 to 31"),
    (KERNEL + ["--net", "fd=77"], CONFIG, r"--net fd=77: not an open descr"),
    (KERNEL + ["--net", "fd=0"], USAGE, r"--net: expected one of tap="),
    (KERNEL + ["--rng", "source=x"], USAGE, r"--rng: source=x: .*src="),
    (KERNEL + ["--rng", "src=no-such-file"], CONFIG,
     r"--rng no-such-file: cannot open: No such file"),
    (KERNEL + ["--console", "pty"], USAGE, r"--console: pty: .*tty, off, file="),
    (KERNEL + ["--console", "tty"], CONFIG,
     r"--console tty: the serial console has the terminal.*--serial off"),
    (KERNEL + ["--console", "name=a"], USAGE, r"--console: expected one of tty"),
    (KERNEL + ["--console", "off,name=" + "x" * 65], CONFIG,
     r"--console: a name has at most 64 bytes"),
    (KERNEL + ["--console", "file=/no/such/file"], CONFIG,
     r"--console file=/no/such/file: cannot open: No such file"),
    (KERNEL + ["--vsock", "cid=3"], USAGE, r"--vsock: socket= is missing"),
    (KERNEL + ["--vsock", "cid=2,socket=s"], CONFIG, r"cid= is a number from 3"),
    (KERNEL + ["--vsock", "cid=3,socket=kernel"], CONFIG,
     r"--vsock kernel: there is a file of this name; remove it"),
    (KERNEL + ["--vsock", "cid=3,socket=s", "--vsock", "cid=4,socket=t"], USAGE,
     r"--vsock: given twice"),
    (KERNEL + ["--balloon", "size=5000"], CONFIG,
     r"--balloon: size= is a multiple of 4096"),
    (KERNEL + ["--balloon", "64M"], USAGE, r"--balloon: 64M: .*size="),
    # Images.
    (["--kernel", "no-such-file"], CONFIG, r"cannot open: No such file"),
    (["--kernel", "."], CONFIG, r"--kernel \.: .*directory"),
    (["--kernel", "fifo"], CONFIG, r"--kernel fifo: .*regular file"),
    (["--kernel", "/dev/zero"], CONFIG, r"--kernel /dev/zero: .*regular"),
    (["--kernel", "empty"], CONFIG, r"--kernel empty: .*empty"),
    (["--kernel", "16-bytes"], CONFIG, r"--kernel 16-bytes: .*kernel"),
    (["--kernel", "zeros"], CONFIG, r"--kernel zeros: .*kernel"),
    (["--kernel", "text"], CONFIG, r"--kernel text: .*kernel"),
    (["--kernel", "/bin/true"], CONFIG, r"--kernel /bin/true: .*program"),
    (["--kernel", "half"], CONFIG, r"truncated.*68096.*20000"),
    (["--kernel", "headless"], CONFIG, r"--kernel headless: "),
    (["--kernel", "cut.gz"], CONFIG, r"--kernel cut.gz: .*cut off"),
    (["--kernel", "ppc64-elf"], CONFIG, r"--kernel ppc64-elf: .*powerpc64"),
    (KERNEL + ["--initramfs", "no-such-file"], CONFIG,
     r"--initramfs no-such-file: cannot open"),
    (KERNEL + ["--initramfs", "."], CONFIG, r"--initramfs \.: .*directory"),
    (KERNEL + ["--initramfs", "big-initrd", "--memory", "size=64M"], CONFIG,
     r"initramfs of 81920 KiB does not fit"),
    # Room for a path and for what is wrong with it.
    (["--kernel", "./" * 1500 + "no-such-file"], CONFIG,
     r"no-such-file: cannot open: No such file"),
]

for other, (form, _) in KERNELS.items():
    if other != ARCH:
        CASES += [
            (["--kernel", other], CONFIG,
             rf"{form} for {other}; this host runs {ARCH}"),
            (["--kernel", other + "-elf"], CONFIG,
             rf"ELF for {other}; this host runs {ARCH}"),
        ]

# How /dev is made, in a namespace of its own.
DEVICES = [
    ("true", r"/dev/kvm: open: No such file .*KVM is absent"),
    # The second is what an emulator of programs says.
    ("touch /dev/kvm", r"/dev/kvm: .*not (a KVM device|implemented)"),
    ("touch /dev/kvm && chmod 0 /dev/kvm && "
     'set setpriv --bounding-set -all "$@"',
     r"/dev/kvm: open: Permission denied: .*group"),
]


def run(directory, args, prefix=()):
    return subprocess.run([*prefix, *VMM, *args], cwd=directory, text=True,
                          timeout=60, stdin=subprocess.DEVNULL,
                          capture_output=True, check=False)


def other_devices(script):
    """Who starts a program where /dev has only what the script makes."""
    return ["unshare", "-rm", "sh", "-c",
            f'mount -t tmpfs none /dev && {script} && exec "$@"', "sh"]


def device_cases():
    if subprocess.run([*other_devices("true"), "true"], check=False,
                      capture_output=True).returncode:
        print("no namespaces here: /dev/kvm is not tried")
        return []
    return [(KERNEL, NO_KVM, pattern, other_devices(script))
            for script, pattern in DEVICES]


def check(directory, args, code, pattern, prefix=()):
    """Return what is wrong with one case, or None."""
    result = run(directory, args, prefix)
    lines = result.stderr.splitlines()
    if result.returncode != code:
        return f"exit code {result.returncode}, expected {code}"
    if len(lines) != 1 or not lines[0].startswith("reference-vmm: "):
        return "not one line"
    if not re.search(pattern, lines[0]):
        return f"does not match {pattern}"
    return None


def check_answers(directory):
    """--help and --version answer on stdout."""
    if "--kernel PATH" not in run(directory, ["--help"]).stdout:
        return "--help does not help"
    if not re.fullmatch(r"reference-vmm \d+\.\d+\.\d+\n",
                        run(directory, ["--version"]).stdout):
        return "--version does not tell one"
    return check(directory, ["--help"], HOST_ERROR, r"stdout: No space left",
                 ["sh", "-c", 'exec "$@" >/dev/full', "sh"])


def main():
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        cases = CASES + [(["--kernel", real], CONFIG, rf"--kernel {real}: ")
                         for real in make_files(directory)]
        if os.geteuid():
            cases.append((["--kernel", "unreadable"], CONFIG,
                          r"cannot open: Permission denied"))
        cases += device_cases()
        for case in cases:
            wrong = check(directory, *case)
            if wrong:
                failed += 1
                print(f"{' '.join(case[0])[:60]}: {wrong}:\n"
                      f"\t{run(directory, case[0], *case[3:]).stderr}")
        wrong = check_answers(directory)
        if wrong:
            failed += 1
            print(wrong)
    print(f"{len(cases) + 2} cases, {failed} failed")
    sys.exit(failed != 0)


main()
