#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What a guest can do: boot, talk, end, crash and attack.

usage: test_guest.py REFERENCE-VMM GUEST STORM HOSTILE HANG
"""

import random
import subprocess
import tempfile

from harness import (CRASHED, DONE, LIMIT, NO_KVM, STORM, command, expect,
                     main, run, run_command)


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
    for ways in "k next", "soft", "w,soft":
        expect(run(f"triple noreboot=t reboot={ways}"), CRASHED,
               b"triple fault")


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


def test_serial_off():
    expect(run("hello", "--serial", "off"), DONE, stdout=b"")


def test_serial_to_a_file():
    with tempfile.NamedTemporaryFile() as file:
        expect(run("hello", "--serial", f"file={file.name}"), DONE, stdout=b"")
        assert file.read() == b"hello\n"


def test_instruction_that_kvm_cannot_execute():
    """Hardware executes it, and then it is a triple fault."""
    result = run("breakpoint")
    if result.returncode == NO_KVM:
        expect(result, NO_KVM, b"instruction bytes cc")
    else:
        expect(result, CRASHED, b"KVM_EXIT_SHUTDOWN")


def test_execution_outside_of_memory_is_a_crash():
    expect(run("outside"), CRASHED, b"outside of memory at rip 0xd0000000")


def test_storm_on_every_port_and_address():
    expect(run_command(command("", "--cpus", "boot=4", guest=STORM)), DONE)


main(globals())
