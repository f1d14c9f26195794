"""An interrupt during clean-up is deferred until it ends."""

import os
import signal
import threading

import pytest

from energy_model.common.interrupts import InterruptDeferral


def interrupt():
    os.kill(os.getpid(), signal.SIGINT)


def test_an_interrupt_passes_unless_it_is_deferred():
    before = signal.getsignal(signal.SIGINT)
    deferral = InterruptDeferral()
    deferral.install()
    try:
        with pytest.raises(KeyboardInterrupt):
            interrupt()
        deferral.is_deferring = True
        interrupt()  # nothing is raised
    finally:
        with pytest.raises(KeyboardInterrupt):
            deferral.restore()
    assert signal.getsignal(signal.SIGINT) is before


def test_nothing_is_installed_outside_the_main_thread_or_where_interrupts_are_ignored():
    before = signal.getsignal(signal.SIGINT)
    deferrals = []

    def work():
        deferral = InterruptDeferral()
        deferral.install()
        deferral.restore()
        deferrals.append(deferral)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert deferrals
    assert signal.getsignal(signal.SIGINT) is before
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        work()
        interrupt()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
