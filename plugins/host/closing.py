"""What plugins get for something that goes on until they end it."""

from __future__ import annotations

from collections.abc import Callable


class Closing:
    """See `shapan.Subscription`.

    Parameters
    ----------
    close : callable
        Ends it; called once at most.
    """

    def __init__(self, close: Callable[[], None]) -> None:
        self._close: Callable[[], None] | None = close

    def close(self) -> None:
        """See `shapan.Subscription`; more than once does nothing."""
        close, self._close = self._close, None
        if close is not None:
            close()
