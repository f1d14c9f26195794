"""An interrupt that comes while files are tidied up waits until they are."""

import os
import signal
import threading

import pytest

from energy_model.common.interrupts import InterruptGate


def interrupt():
    os.kill(os.getpid(), signal.SIGINT)


def test_an_open_gate_lets_an_interrupt_pass_and_a_closed_one_holds_it():
    before = signal.getsignal(signal.SIGINT)
    gate = InterruptGate()
    gate.install()
    try:
        with pytest.raises(KeyboardInterrupt):
            interrupt()
        gate.is_closed = True
        interrupt()  # nothing is raised
    finally:
        with pytest.raises(KeyboardInterrupt):
            gate.restore()
    assert signal.getsignal(signal.SIGINT) is before


def test_nothing_is_installed_outside_the_main_thread_or_where_interrupts_are_ignored():
    before = signal.getsignal(signal.SIGINT)
    gates = []

    def work():
        gate = InterruptGate()
        gate.install()
        gate.restore()
        gates.append(gate)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert gates
    assert signal.getsignal(signal.SIGINT) is before
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        work()
        interrupt()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
