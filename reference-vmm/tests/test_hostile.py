#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A driver that attacks each device, and then finds that it still works.

usage: test_hostile.py REFERENCE-VMM GUEST STORM HOSTILE HANG
"""

import pathlib
import socket
import subprocess
import tempfile
import threading

from harness import DONE, HOSTILE, command, expect, main, run_command

# Seconds; all that it does is bounded, and a machine may be busy.
LONG = 280

DISK_SIZE = 1 << 20
# A disk is whole sectors, and so this behind it is out of reach.
GUARD = b"guard" * 100
READ_ONLY = b"read-only".ljust(512, b".") * (DISK_SIZE // 512)

# A network of its own, so that nobody but the kernel meets the frames.
IN_NETWORK = ["unshare", "--map-root-user", "--net", "sh", "-c",
              "ip tuntap add tap0 mode tap && ip link set tap0 up && "
              'exec "$@"', "sh"]


def attack(*flags):
    return command("", "--cpus", "boot=2", *flags, guest=HOSTILE)


def works(count):
    return b"".join(b"%d works\n" % i for i in range(count))


def serve(listener):
    """Whoever connects is told something, and may say something."""
    while True:
        try:
            guest, _ = listener.accept()
        except OSError:
            return
        with guest:
            guest.settimeout(1)
            try:
                guest.sendall(b"x" * 1000)
                guest.recv(1000)
            except OSError:
                continue


def test_devices_work_after_every_attack():
    with tempfile.TemporaryDirectory() as name, \
            socket.socket(socket.AF_UNIX) as listener:
        path = pathlib.Path(name)
        (path / "image").write_bytes(bytes(DISK_SIZE) + GUARD)
        (path / "read-only").write_bytes(READ_ONLY)
        listener.bind(f"{path}/socket_52")
        listener.listen()
        threading.Thread(target=serve, args=[listener], daemon=True).start()
        result = run_command(attack(
            "--disk", f"path={path}/image",
            "--disk", f"path={path}/read-only,readonly=on",
            "--rng", "src=/dev/urandom",
            "--console", "off", "--console", f"file={path}/port,name=port",
            "--vsock", f"cid=3,socket={path}/socket",
            "--balloon", "size=4M,deflate_on_oom=on,free_page_reporting=on",
        ), timeout=LONG)
        listener.shutdown(socket.SHUT_RDWR)
        expect(result, DONE, stdout=works(6))
        size = (path / "image").stat().st_size
        assert size == DISK_SIZE + len(GUARD), size
        assert (path / "image").read_bytes().endswith(GUARD)
        assert (path / "read-only").read_bytes() == READ_ONLY
        assert (path / "port").read_bytes().endswith(b"console works\n")
        assert not (path / "socket").exists()


def test_network_card_works_after_every_attack():
    if subprocess.run(IN_NETWORK + ["true"], capture_output=True,
                      check=False).returncode:
        print("no tap here: the network card is not attacked")
        return
    result = run_command(IN_NETWORK + attack("--net", "tap=tap0"),
                         timeout=LONG)
    expect(result, DONE, stdout=works(1))


main(globals())
