#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""How the process behaves: terminal, signals, files, limits and cost.

usage: test_process.py REFERENCE-VMM GUEST STORM HOSTILE HANG
"""

import fcntl
import os
import pathlib
import pty
import re
import resource
import select
import shutil
import signal
import subprocess
import tempfile
import termios
import time

from harness import (CONFIG, CRASHED, DONE, HANG, HOST_ERROR, HOSTILE, LIMIT,
                     VMM, command, expect, main, run, run_command, start,
                     start_up)

# A sanitizer costs memory and system calls of its own.
SANITIZED = re.search(rb"__[amtu]b?san_", pathlib.Path(VMM).read_bytes())


class Terminal:
    """The VMM on a pseudo-terminal of which we are the user."""

    def __init__(self, what, *flags):
        self.user, fd = pty.openpty()
        self.name = os.ttyname(fd)
        self.before = termios.tcgetattr(fd)
        # Kept open, so that the settings outlive the VMM.
        self.fd = fd
        self.vmm = start(what, *flags, stdin=fd, stdout=fd, stderr=fd)
        while termios.tcgetattr(fd) == self.before:
            assert self.vmm.poll() is None, self.read(1)
            time.sleep(0.01)

    def type(self, keys):
        os.write(self.user, keys)

    def read(self, size):
        data = b""
        while len(data) < size:
            ready, _, _ = select.select([self.user], [], [], LIMIT)
            assert ready, data
            data += os.read(self.user, 4096)
        return data

    def end(self):
        code = self.vmm.wait(LIMIT)
        assert termios.tcgetattr(self.fd) == self.before, "terminal is raw"
        os.close(self.user)
        os.close(self.fd)
        return code


def insist(vmm, number=signal.SIGTERM):
    """Signals that come too fast count as one, so send more than two."""
    deadline = time.monotonic() + LIMIT
    while vmm.poll() is None and time.monotonic() < deadline:
        vmm.send_signal(number)
        time.sleep(0.3)


def expect_that_insisting_ends(vmm):
    insist(vmm)
    _, said = vmm.communicate(timeout=LIMIT)
    assert b"stopped by signal 15" in said, said
    assert vmm.returncode == HOST_ERROR, vmm.returncode


def test_closed_standard_descriptors():
    for fds in "<&-", "<&- >&-", "<&- >&- 2>&-":
        line = " ".join(f"'{word}'" for word in command("hello"))
        code = subprocess.run(["sh", "-c", f"{line} {fds}"], timeout=LIMIT,
                              stdout=subprocess.DEVNULL, check=False)
        assert code.returncode == DONE, (fds, code)


def test_full_disk_costs_the_output_only():
    with open("/dev/full", "wb") as full:
        expect(run("hello", stdout=full), DONE, b"No space left on device")


def test_reader_who_has_gone_ends_the_run():
    ours, theirs = os.pipe()
    os.close(ours)
    expect(run("flood", stdout=theirs), HOST_ERROR, b"nobody reads")
    os.close(theirs)


def test_file_size_limit_costs_the_output_only():
    with tempfile.TemporaryFile() as file:
        vmm = start_up("echo", stdin=subprocess.PIPE, stdout=file)
        resource.prlimit(vmm.pid, resource.RLIMIT_FSIZE, (0, 0))
        _, said = vmm.communicate(b"helloq", timeout=LIMIT)
    assert vmm.returncode == DONE, vmm.returncode
    assert b"File too large" in said, said


def test_more_memory_than_kvm_can_map():
    expect(run_command(command("hello", memory="9T")), CONFIG,
           b"--memory: the host cannot provide 9437184 MiB")


def test_signal_ends_a_start_that_waits():
    with tempfile.TemporaryDirectory() as directory:
        path = f"{directory}/fifo"
        os.mkfifo(path)
        vmm = start("hello", "--serial", f"file={path}")
        time.sleep(0.5)
        vmm.terminate()
        assert vmm.wait(LIMIT) == -signal.SIGTERM, vmm.returncode


def test_signals_that_were_blocked_before():
    every = signal.valid_signals()
    expect_that_insisting_ends(start("spin", preexec_fn=lambda:
        signal.pthread_sigmask(signal.SIG_BLOCK, every)))


def test_hang_up_and_interrupt_that_are_ignored_stay_so():
    for number in signal.SIGHUP, signal.SIGINT:
        vmm = start_up("spin", preexec_fn=lambda n=number:
                       signal.signal(n, signal.SIG_IGN))
        for _ in range(3):
            vmm.send_signal(number)
            time.sleep(0.3)
        expect_that_insisting_ends(vmm)


def test_alarm_from_before_is_a_request_like_others():
    vmm = start_up("spin")
    vmm.send_signal(signal.SIGALRM)
    time.sleep(0.3)
    assert vmm.poll() is None, vmm.returncode
    expect_that_insisting_ends(vmm)


def test_disk_that_hangs_stops_neither_signals_nor_statistics():
    with tempfile.NamedTemporaryFile() as image:
        image.truncate(1 << 20)
        vmm = start("obey", "--disk", f"path={image.name}", guest=HOSTILE,
                    env={**os.environ, "LD_PRELOAD": HANG})
        assert vmm.stderr.readline() == b"the disk hangs\n"
        vmm.send_signal(signal.SIGUSR1)
        assert b"disk 0: waits for its file" in vmm.stderr.readline()
        expect_that_insisting_ends(vmm)


def private_dirty_memory(pid):
    """KiB beside the guest's memory, which alone is not reserved."""
    total = 0
    with open(f"/proc/{pid}/smaps", encoding="ascii") as smaps:
        for line in smaps:
            words = line.split()
            if words[0] == "Private_Dirty:":
                dirty = int(words[1])
            elif words[0] == "VmFlags:" and "nr" not in words:
                total += dirty
    return total


def test_private_memory_is_at_most_a_mebibyte():
    vmm = start_up("spin")
    time.sleep(0.5)
    total = private_dirty_memory(vmm.pid)
    assert SANITIZED or total <= 1024, total


def trace(args):
    """The system calls of a run; what only a loader does is in each."""
    with tempfile.NamedTemporaryFile("r") as file:
        run_command(["strace", "-f", "-o", file.name, *args])
        return file.readlines()


def test_first_run_of_the_guest_comes_early():
    if SANITIZED or not shutil.which("strace"):
        return
    before = len(trace([VMM, "--version"]))
    calls = trace(command("hello"))
    first = next(i for i, call in enumerate(calls) if "KVM_RUN" in call)
    assert first - before <= 100, f"{first} calls, {before} of them anyway"


def small_pipe():
    ours, theirs = os.pipe()
    fcntl.fcntl(theirs, fcntl.F_SETPIPE_SZ, 4096)
    return ours, theirs


def test_reader_who_does_not_read_stops_only_the_output():
    ours, theirs = small_pipe()
    vmm = start_up("flood", stdout=theirs)
    os.close(theirs)
    time.sleep(1)
    vmm.terminate()
    time.sleep(0.5)
    vmm.terminate()
    assert vmm.wait(LIMIT) == HOST_ERROR, vmm.returncode
    os.close(ours)


def test_last_output_waits_for_its_reader():
    """Also past the time that the guest had for powering off."""
    data = b"x" * 8000
    ours, theirs = small_pipe()
    vmm = start("echo", stdin=subprocess.PIPE, stdout=theirs,
                preexec_fn=lambda: signal.alarm(8))
    os.close(theirs)
    vmm.stdin.write(data + b"q")
    vmm.stdin.close()
    time.sleep(9)
    with os.fdopen(ours, "rb") as reader:
        assert reader.read() == data
    assert vmm.wait(LIMIT) == DONE, vmm.returncode


def test_terminal_echo_and_keys_to_leave():
    terminal = Terminal("echo")
    terminal.type(b"\003\032ab\001\001c")
    assert terminal.read(6) == b"\003\032ab\001c"
    terminal.type(b"\001x")
    assert terminal.end() == DONE


def test_terminal_can_be_left_when_the_guest_hangs():
    terminal = Terminal("spin")
    terminal.type(b"typed to nobody\001x")
    assert terminal.end() == DONE


def test_terminal_is_restored_after_signals():
    for number in signal.SIGTERM, signal.SIGINT, signal.SIGHUP:
        terminal = Terminal("spin")
        insist(terminal.vmm, number)
        assert terminal.end() == HOST_ERROR


def test_terminal_is_restored_after_signals_at_once():
    terminal = Terminal("spin")
    terminal.vmm.terminate()
    time.sleep(0.3)
    for number in signal.SIGTERM, signal.SIGINT, signal.SIGHUP:
        terminal.vmm.send_signal(number)
    assert terminal.end() == HOST_ERROR


def test_terminal_is_restored_after_a_crash_of_the_vmm():
    for number in (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS,
                   signal.SIGUSR2, signal.SIGXCPU):
        terminal = Terminal("spin")
        terminal.vmm.send_signal(number)
        # A sanitizer has a handler of its own, and exits.
        assert terminal.end() != DONE


def test_terminal_is_restored_after_a_crash_of_the_guest():
    user, fd = pty.openpty()
    before = termios.tcgetattr(fd)
    code = subprocess.run(command("triple"), stdin=fd, timeout=LIMIT,
                          stdout=subprocess.DEVNULL, check=False,
                          stderr=subprocess.DEVNULL)
    assert code.returncode == CRASHED
    assert termios.tcgetattr(fd) == before
    os.close(user)
    os.close(fd)


def test_terminal_is_raw_again_after_a_stop():
    terminal = Terminal("spin")
    terminal.vmm.send_signal(signal.SIGSTOP)
    time.sleep(0.1)
    termios.tcsetattr(terminal.fd, termios.TCSANOW, terminal.before)
    terminal.vmm.send_signal(signal.SIGCONT)
    deadline = time.monotonic() + LIMIT
    while termios.tcgetattr(terminal.fd) == terminal.before:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    terminal.type(b"\001x")
    assert terminal.end() == DONE


main(globals())
