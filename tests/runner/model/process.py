"""A run of the job in a thread that goes from one point to the next only when it is told to."""

from collections.abc import Callable
from threading import Event, Thread, current_thread

from runner.errors import DataMasterError

_PATIENCE = 60


class Killed(BaseException):
    """The process is no more."""


class Process(Thread):
    """A process that stops at each point, so that a test decides what happens in between.

    Attributes:
        at: the point where it waits; None if it has ended.
        error: what it ended with, if that is no error that a user would be told.
    """

    def __init__(self, work: Callable[["Process"], None]) -> None:
        super().__init__(daemon=True)
        self.at: str | None = "start"
        self.error: BaseException | None = None
        self._work = work
        self._ending: type[BaseException] | None = None
        self._go, self._arrived = Event(), Event()
        self.start()

    def pause(self, point: str) -> None:
        """Waits, in the process, until it is told to go on; or dies here."""
        if current_thread() is not self:
            return
        if self._ending is not Killed:  # the dead go nowhere
            self.at = point
            self._arrived.set()
            self._go.wait()
            self._go.clear()
        if self._ending:
            ending, self._ending = self._ending, self._ending if self._ending is Killed else None
            raise ending

    def step(self, times: int = 1) -> None:
        """Lets it go on to its next point, so many times."""
        for _ in range(times):
            if self.at is None:
                break
            self._arrived.clear()
            self._go.set()
            assert self._arrived.wait(_PATIENCE), f"it hangs after {self.at}"
        if self.error:
            raise self.error

    def end(self, by: type[BaseException] = Killed) -> None:
        """Kills it, or interrupts it, where it is."""
        self._ending = by
        self.step()

    def run(self) -> None:
        """What the thread does."""
        self._go.wait()
        self._go.clear()
        try:
            if not self._ending:
                self._work(self)
        except (DataMasterError, KeyboardInterrupt, Killed):
            pass
        except BaseException as error:
            self.error = error
        self.at = None
        self._arrived.set()
