#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""How a run begins, goes on and ends, with a guest of our own on real KVM.

usage: test_guest.py REFERENCE-VMM GUEST

Exits with 77 where there is no KVM to use.
"""

import os
import pty
import random
import select
import signal
import subprocess
import sys
import tempfile
import termios
import time

VMM, GUEST = sys.argv[1:]
DONE, HOST_ERROR, NO_KVM, CRASHED = 0, 1, 4, 5
LIMIT = 60


def command(what, *flags):
    return [VMM, "--kernel", GUEST, "--boot-protocol", "linux", "--memory",
            "size=64M", "--cmdline", what, *flags]


def run(what, *flags, data=b"", **options):
    options.setdefault("stdout", subprocess.PIPE)
    return subprocess.run(command(what, *flags), input=data, timeout=LIMIT,
                          stderr=subprocess.PIPE, check=False, **options)


def expect(result, code, said=b"", stdout=None):
    assert result.returncode == code, (result.returncode, result.stderr)
    assert said in result.stderr, result.stderr
    assert result.stderr.count(b"\n") == bool(said), result.stderr
    assert stdout is None or result.stdout == stdout, result.stdout[:80]


class Terminal:
    """The VMM on a pseudo-terminal of which we are the user."""

    def __init__(self, what, *flags):
        self.user, fd = pty.openpty()
        self.name = os.ttyname(fd)
        self.before = termios.tcgetattr(fd)
        # Kept open, so that the settings outlive the VMM.
        self.fd = fd
        self.vmm = subprocess.Popen(command(what, *flags), stdin=fd,
                                    stdout=fd, stderr=fd)
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


def test_power_off():
    expect(run("hello"), DONE, stdout=b"hello\n")


def test_reset_by_i8042():
    expect(run("reset"), DONE)


def test_reset_by_jumping_to_the_bios():
    expect(run("jump"), DONE)


def test_triple_fault_is_a_crash():
    result = run("triple")
    expect(result, CRASHED, b"KVM_EXIT_SHUTDOWN")
    assert b"rip 0x" in result.stderr, result.stderr


def test_triple_fault_is_a_reboot_when_the_command_line_says_so():
    expect(run("triple reboot=t"), DONE)
    expect(run("triple panic=1 reboot=triple,force quiet"), DONE)
    expect(run("triple noreboot=t reboot=k,t"), DONE)
    expect(run("triple noreboot=t reboot=k next"), CRASHED, b"triple fault")


def test_all_64_cpus():
    expect(run("hello", "--cpus", "boot=64"), DONE, stdout=b"hello\n")


def test_every_byte_of_a_pipe_comes_back():
    data = random.Random(1).randbytes(20000).replace(b"q", b"Q")
    expect(run("echo", data=data + b"q"), DONE, stdout=data)


def test_input_from_a_file():
    with tempfile.TemporaryFile() as file:
        file.write(b"from a file" * 100 + b"q")
        file.seek(0)
        result = subprocess.run(command("echo"), stdin=file, timeout=LIMIT,
                                capture_output=True, check=False)
    expect(result, DONE, stdout=b"from a file" * 100)


def test_closed_standard_descriptors():
    for fds in "<&-", "<&- >&-", "<&- >&- 2>&-":
        line = " ".join(f"'{word}'" for word in command("hello"))
        code = subprocess.run(["sh", "-c", f"{line} {fds}"], timeout=LIMIT,
                              stdout=subprocess.DEVNULL, check=False)
        assert code.returncode == DONE, (fds, code)


def test_serial_off():
    expect(run("hello", "--serial", "off"), DONE, stdout=b"")


def test_serial_to_a_file():
    with tempfile.NamedTemporaryFile() as file:
        expect(run("hello", "--serial", f"file={file.name}"), DONE, stdout=b"")
        assert file.read() == b"hello\n"


def test_full_disk_costs_the_output_only():
    with open("/dev/full", "wb") as full:
        expect(run("hello", stdout=full), DONE, b"No space left on device")


def test_reader_who_has_gone_ends_the_run():
    ours, theirs = os.pipe()
    os.close(ours)
    expect(run("flood", stdout=theirs), HOST_ERROR, b"nobody reads")
    os.close(theirs)


def test_reader_who_does_not_read_stops_only_the_output():
    ours, theirs = os.pipe()
    vmm = subprocess.Popen(command("flood"), stdin=subprocess.DEVNULL,
                           stdout=theirs, stderr=subprocess.PIPE)
    os.close(theirs)
    time.sleep(1)
    for _ in range(3):  # ask, insist, and do not wait for the console
        vmm.send_signal(signal.SIGTERM)
        time.sleep(0.5)
    assert vmm.wait(LIMIT) in (HOST_ERROR, -signal.SIGTERM), vmm.returncode
    vmm.stderr.close()
    os.close(ours)


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
        terminal.vmm.send_signal(number)
        time.sleep(0.2)
        terminal.vmm.send_signal(number)
        assert terminal.end() == HOST_ERROR


def test_terminal_is_restored_after_a_crash_of_the_vmm():
    for number in signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS:
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


def test_instruction_that_kvm_cannot_execute():
    """Hardware executes it, and then it is a triple fault."""
    result = run("breakpoint")
    if result.returncode == NO_KVM:
        expect(result, NO_KVM, b"instruction bytes cc")
    else:
        expect(result, CRASHED, b"KVM_EXIT_SHUTDOWN")


def main():
    if run("hello").returncode == NO_KVM:
        print("no KVM here")
        sys.exit(77)
    tests = [(name, test) for name, test in globals().items()
             if name.startswith("test_")]
    failed = 0
    for name, test in tests:
        try:
            test()
        except (AssertionError, subprocess.TimeoutExpired) as error:
            failed += 1
            print(f"{name}: {error!r}")
    print(f"{len(tests)} tests, {failed} failed")
    sys.exit(failed != 0)


main()
