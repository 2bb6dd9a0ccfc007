# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Runs of reference-vmm with guests of our own, on real KVM.

A test program is called with the paths of reference-vmm, of the guest that
does what it is told, of the one that storms, of the one that attacks its
devices, and of what makes a disk hang when it is preloaded.
"""

import signal
import subprocess
import sys
import time

VMM, GUEST, STORM, HOSTILE, HANG = sys.argv[1:]
DONE, HOST_ERROR, USAGE, CONFIG, NO_KVM, CRASHED = range(6)
LIMIT = 60
STARTED = []


def command(what, *flags, memory="64M", guest=GUEST):
    return [VMM, "--kernel", guest, "--boot-protocol", "linux", "--memory",
            f"size={memory}", "--cmdline", what, *flags]


def run_command(args, data=b"", **options):
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("timeout", LIMIT)
    return subprocess.run(args, input=data, stderr=subprocess.PIPE,
                          check=False, **options)


def run(what, *flags, **options):
    return run_command(command(what, *flags), **options)


def start(what, *flags, guest=GUEST, **options):
    """A run that goes on; it ends with the test at the latest."""
    options.setdefault("stdin", subprocess.DEVNULL)
    options.setdefault("stderr", subprocess.PIPE)
    vmm = subprocess.Popen(command(what, *flags, guest=guest), **options)
    STARTED.append(vmm)
    return vmm


def blocks_sigterm(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        mask = next(line for line in status if line.startswith("SigBlk:"))
    return int(mask.split()[1], 16) & 1 << signal.SIGTERM - 1


def start_up(what, *flags, **options):
    """A run that has begun to handle signals."""
    vmm = start(what, *flags, **options)
    while not blocks_sigterm(vmm.pid):
        assert vmm.poll() is None, vmm.returncode
        time.sleep(0.01)
    return vmm


def expect(result, code, said=b"", stdout=None):
    """Nothing is said, or one line."""
    assert result.returncode == code, (result.returncode, result.stderr)
    assert said in result.stderr, result.stderr
    assert result.stderr.count(b"\n") == bool(said), result.stderr
    assert stdout is None or result.stdout == stdout, result.stdout[:80]


def main(names):
    """Run every test in a module's names, or exit with 77 without KVM."""
    if run("hello").returncode == NO_KVM:
        print("no KVM here")
        sys.exit(77)
    tests = [(name, test) for name, test in names.items()
             if name.startswith("test_")]
    failed = 0
    for name, test in tests:
        try:
            test()
        except (AssertionError, subprocess.TimeoutExpired) as error:
            failed += 1
            print(f"{name}: {error!r}")
        while STARTED:
            with STARTED.pop() as vmm:
                vmm.kill()
    print(f"{len(tests)} tests, {failed} failed")
    sys.exit(failed != 0)
