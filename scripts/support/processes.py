"""Child processes that end with their parent, however that ends."""

from collections.abc import Mapping, Sequence
import os
from pathlib import Path
import shutil
import subprocess
import time

# Bytecode halves the start of whatever is Python; our own import path is not theirs.
_NOT_INHERITED = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH")


class ProcessEnded(Exception):
    """A process that was to go on ended by itself."""


def child_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment for a child: ours less what is only for ourselves."""
    environment = {k: v for k, v in os.environ.items() if k not in _NOT_INHERITED}
    return environment | dict(extra or {})


def bound_to_parent(command: Sequence[str]) -> list[str]:
    """Return the command such that it gets SIGTERM when the calling thread ends.

    Linux only (prctl's PR_SET_PDEATHSIG); elsewhere a killed parent leaves its children.
    """
    setpriv = shutil.which("setpriv")
    return [*([setpriv, "--pdeathsig", "TERM"] if setpriv else []), *command]


class ChildProcess:
    """A process of our own, whose output is kept in a file."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        directory: Path,
        output: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start the command in the directory, in a session of its own.

        The session keeps a Ctrl-C at the terminal from it: its end is its parent's to order.
        """
        self.output = output
        self._told_to_end = False
        with output.open("wb") as stream:
            self._process = subprocess.Popen(
                bound_to_parent(command),
                stdout=stream,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                cwd=directory,
                env=child_environment(environment),
            )

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._process.pid

    def tail(self, size: int = 4000) -> str:
        """Return the last characters of the output."""
        return self.output.read_text(errors="replace")[-size:]

    def expect_running(self, seconds: float, *, give_up: float) -> None:
        """Wait for so long; raise ProcessEnded as soon as the process ends.

        At the time give_up (of the monotonic clock) raise TimeoutError.
        """
        try:
            result = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            if time.monotonic() > give_up:
                raise TimeoutError(f"not ready in time:\n{self.tail()}") from None
            return
        raise ProcessEnded(f"ended with {result}:\n{self.tail()}")

    def ended(self) -> bool:
        """Return whether the process has ended."""
        return self._process.poll() is not None

    def wait(self, seconds: float) -> int:
        """Wait for the process to end, and return its exit code; TimeoutExpired."""
        return self._process.wait(seconds)

    def terminate(self) -> None:
        """Ask the process to end, once (a second time kills a Home Assistant)."""
        if not self._told_to_end:
            self._told_to_end = True
            self._process.terminate()

    def kill(self) -> None:
        """End the process as a power cut would: it writes and says nothing any more (SIGKILL)."""
        self._process.kill()
        self._process.wait()

    def stop(self, patience: float = 10) -> None:
        """End the process: SIGTERM, and SIGKILL after so many seconds."""
        self.terminate()
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()
